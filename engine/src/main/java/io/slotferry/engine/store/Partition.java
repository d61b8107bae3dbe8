package io.slotferry.engine.store;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The unit of ownership and movement: a slot with its keys of all hash keyspaces, or a tablet with
 * its keys of one range keyspace. It knows no other partition, so that it can be copied, counted
 * and dropped by itself.
 *
 * <h2>Chunks</h2>
 *
 * A partition is copied in chunks, in the order of the key hashes, all keyspaces together:
 *
 * <pre>  cursor i32 | keys i32 | (keyspace varint | expiry i64 | type u8 | key bytes | value)*
 * </pre>
 *
 * A chunk's cursor says that all keys with a hash up to it (unsigned) have been sent; the next
 * chunk goes on after it, whatever was written in between. Whoever receives chunks and effects in
 * one ordered stream applies an effect iff the cursor covers its key's hash: what lies beyond comes
 * with a later chunk, in its state of then.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class Partition {
  private static final @Nullable KeyTable[] NO_TABLES = {};

  private final int id;
  private final StoreTotals totals;
  private PartitionState state = PartitionState.OWNED;

  // Nearly all keys are keyspace 0's: its table is found without a detour.
  private @Nullable KeyTable first;
  private @Nullable KeyTable[] others = NO_TABLES;
  private long operations;
  private long inBytes;
  private long outBytes;
  private long cpuNanos;

  Partition(int id) {
    this(id, new StoreTotals());
  }

  /**
   * @param totals of the store that it is in
   */
  Partition(int id, StoreTotals totals) {
    this.id = id;
    this.totals = totals;
  }

  /** It is in the store no more. */
  void leave() {
    for (int keyspace = 0; keyspace < keyspaces(); keyspace++) {
      KeyTable table = table(keyspace);
      if (table != null) {
        table.leave();
      }
    }
  }

  /** A slot's number, or a tablet's id. */
  public int id() {
    return id;
  }

  // ---- state

  public PartitionState state() {
    return state;
  }

  public void become(PartitionState state) {
    this.state = state;
  }

  /** Whether its keys show in commands that go over all partitions. */
  public boolean isServing() {
    return state == PartitionState.OWNED;
  }

  // ---- what it has done, for the planner

  public void count(long inBytes, long outBytes) {
    operations++;
    this.inBytes += inBytes;
    this.outBytes += outBytes;
  }

  public void countCpu(long nanos) {
    cpuNanos += nanos;
  }

  /** Commands executed since the copy was opened. */
  public long operations() {
    return operations;
  }

  public long inBytes() {
    return inBytes;
  }

  public long outBytes() {
    return outBytes;
  }

  /** Estimated from samples. */
  public long cpuNanos() {
    return cpuNanos;
  }

  // ---- keys

  /** The keys of a keyspace, or null when there are none. */
  public @Nullable KeyTable table(int keyspace) {
    if (keyspace == 0) {
      return first;
    }
    return keyspace <= others.length ? others[keyspace - 1] : null;
  }

  /** The keys of a keyspace, to add some. */
  public KeyTable demandTable(int keyspace) {
    KeyTable table = table(keyspace);
    if (table == null) {
      table = new KeyTable(totals);
      bind(keyspace, table);
    }
    return table;
  }

  private void bind(int keyspace, @Nullable KeyTable table) {
    if (keyspace == 0) {
      first = table;
      return;
    }
    if (keyspace > others.length) {
      others = Arrays.copyOf(others, keyspace);
    }
    others[keyspace - 1] = table;
  }

  /** One more than the greatest keyspace number that may have keys. */
  public int keyspaces() {
    return others.length + 1;
  }

  /**
   * Makes this partition a tablet: keeps the keyspace's keys in this order too. Costs a pass over
   * the keys that are there already (recovered before the order was known); without effect when it
   * has an order.
   */
  public void orderBy(int keyspace, KeyComparator order) {
    KeyTable table = demandTable(keyspace);
    if (table.ordered() == null) {
      table.orderBy(order);
    }
  }

  /**
   * Gives the keys of a tablet from {@code from} on, or all of them, to another one, whose own are
   * all smaller.
   *
   * @return what is left to be done; null for nothing
   */
  @Nullable Inheritance give(
      int keyspace, byte @Nullable [] from, KeyComparator order, Partition heir) {
    orderBy(keyspace, order);
    heir.orderBy(keyspace, order);
    KeyTable table = demandTable(keyspace);
    KeyTable heirs = heir.demandTable(keyspace);
    if (from != null) {
      return table.give(heirs, from);
    }
    bind(keyspace, null);
    if (heirs.size() > 0) {
      return table.give(heirs, null);
    }
    heirs.leave();
    heir.bind(keyspace, table);
    return null;
  }

  /** Keys of all keyspaces. */
  public int size() {
    int size = 0;
    for (int keyspace = 0; keyspace < keyspaces(); keyspace++) {
      KeyTable table = table(keyspace);
      size += table == null ? 0 : table.size();
    }
    return size;
  }

  /** The memory its entries take, bytes: an estimate. */
  public long bytes() {
    long bytes = 0;
    for (int keyspace = 0; keyspace < keyspaces(); keyspace++) {
      KeyTable table = table(keyspace);
      bytes += table == null ? 0 : table.bytes();
    }
    return bytes;
  }

  /** Removes all keys of all keyspaces. */
  public void clear() {
    for (int keyspace = 0; keyspace < keyspaces(); keyspace++) {
      clear(keyspace);
    }
  }

  /** Removes all keys of a keyspace; an order stays. */
  public void clear(int keyspace) {
    KeyTable table = table(keyspace);
    if (table == null) {
      return;
    }
    OrderedKeys ordered = table.ordered();
    table.leave();
    bind(keyspace, null);
    if (ordered != null) {
      demandTable(keyspace).orderBy(ordered.order());
    }
  }

  /** Lets two hash keyspaces change places. */
  public void swap(int keyspace, int other) {
    KeyTable table = table(keyspace);
    bind(keyspace, table(other));
    bind(other, table);
  }

  // ---- chunks

  /**
   * Writes the chunk that follows {@code cursor}.
   *
   * @param cursor {@link KeyHash#BEFORE_FIRST}, or what the chunk before returned
   * @param bytesMax the most that the chunk takes, but for one that holds the keys of a single
   *     hash: that one is as big as it is, and its sender cuts it in pieces if it has to
   * @return the new cursor; {@link KeyHash#LAST} when nothing is left
   */
  public int writeChunk(int cursor, WireWriter out, int bytesMax) {
    int head = out.size();
    out.i32(cursor);
    out.i32(0);
    WireWriter group = new WireWriter();
    int keys = 0;
    int hash = cursor;
    while (hash != KeyHash.LAST) {
      int next = nextHash(hash);
      group.clear();
      int groupKeys = next == KeyHash.BEFORE_FIRST ? 0 : writeKeys(next, group);
      if (groupKeys == 0) {
        hash = KeyHash.LAST;
      } else if (keys > 0 && out.size() - head + group.size() > bytesMax) {
        break;
      } else {
        out.raw(group.bytes(), 0, group.size());
        keys += groupKeys;
        hash = next;
      }
    }
    out.i32At(head, hash);
    out.i32At(head + Integer.BYTES, keys);
    return hash;
  }

  /** The smallest hash after {@code hash} in any keyspace, or {@link KeyHash#BEFORE_FIRST}. */
  private int nextHash(int hash) {
    int least = KeyHash.BEFORE_FIRST;
    for (int keyspace = 0; keyspace < keyspaces(); keyspace++) {
      KeyTable table = table(keyspace);
      int at = table == null ? -1 : table.seek(hash + 1);
      if (table != null && at >= 0) {
        int found = table.hashAt(at);
        if (least == KeyHash.BEFORE_FIRST || Integer.compareUnsigned(found, least) < 0) {
          least = found;
        }
      }
    }
    return least;
  }

  private int writeKeys(int hash, WireWriter out) {
    EntryView view = new EntryView();
    int keys = 0;
    for (int keyspace = 0; keyspace < keyspaces(); keyspace++) {
      KeyTable table = table(keyspace);
      if (table != null) {
        int at = table.seek(hash);
        while (at >= 0 && table.hashAt(at) == hash) {
          writeKey(keyspace, table.entryAt(at), view, out);
          keys++;
          at = table.next(at);
        }
      }
    }
    return keys;
  }

  private static void writeKey(int keyspace, Object entry, EntryView view, WireWriter out) {
    out.varint(keyspace);
    out.i64(Entries.expiry(entry));
    out.u8(Entries.type(entry).code());
    out.bytes(Entries.keyBuffer(entry), Entries.keyStart(entry), Entries.keyLength(entry));
    view.of(entry).encode(out);
  }

  /**
   * Takes the keys of a chunk, replacing keys of the same name.
   *
   * @param taken is told each key; null when nobody has to know
   * @return the chunk's cursor
   * @throws MalformedFrameException if the chunk does not decode
   */
  public int readChunk(WireReader in, @Nullable ChunkListener taken) {
    int cursor = in.i32();
    int keys = in.i32();
    for (int i = 0; i < keys; i++) {
      int keyspace = in.varint();
      long expiry = in.i64();
      ValueType type = ValueType.of(in.u8());
      if (type == null) {
        throw new MalformedFrameException("unknown type of value");
      }
      byte[] key = in.bytes();
      Value value = Value.decode(type, in);
      put(keyspace, key, value, expiry);
      if (taken != null) {
        taken.took(keyspace, key, value, expiry);
      }
    }
    return cursor;
  }

  private void put(int keyspace, byte[] key, Value value, long expiryMillis) {
    KeyTable table = demandTable(keyspace);
    Object entry = Entries.of(key, 0, key.length, value, expiryMillis);
    int hash = KeyHash.hash(key, 0, key.length);
    int at = table.find(hash, key, 0, key.length);
    if (at >= 0) {
      table.replace(at, entry);
    } else {
      table.insert(at, hash, entry);
    }
  }

  /** Is told the keys that a chunk brought. */
  @FunctionalInterface
  public interface ChunkListener {
    void took(int keyspace, byte[] key, Value value, long expiryMillis);
  }
}
