package io.slotferry.engine.store;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.FrozenValue;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The unit of ownership and movement: a slot with its keys of all hash keyspaces, or a tablet with
 * its keys of one range keyspace. It knows no other partition, so that it can be copied, counted
 * and dropped by itself. A {@link ChunkWriter} copies it, a {@link ChunkReader} takes the copy.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class Partition {
  private static final @Nullable KeyTable[] NO_TABLES = {};

  /** Enough to find a key that as many commands are below as above. */
  private static final int SAMPLED_KEYS_MAX = 64;

  private final int id;
  private final StoreTotals totals;
  private final EntryMemory memory;
  private PartitionState state = PartitionState.OWNED;

  // Nearly all keys are keyspace 0's: its table is found without a detour.
  private @Nullable KeyTable first;
  private @Nullable KeyTable[] others = NO_TABLES;
  private long operations;
  private long inBytes;
  private long outBytes;
  private long cpuNanos;
  private byte @Nullable [] @Nullable [] sampledKeys;
  private int samples;

  /**
   * @param totals of the store that it is in
   * @param memory of that store
   */
  Partition(int id, StoreTotals totals, EntryMemory memory) {
    this.id = id;
    this.totals = totals;
    this.memory = memory;
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

  /** A command that stands for others was about this key. */
  public void sample(byte[] key) {
    if (sampledKeys == null) {
      sampledKeys = new byte[SAMPLED_KEYS_MAX][];
    }
    sampledKeys[samples++ % SAMPLED_KEYS_MAX] = key;
  }

  /** The keys that were sampled last, in no order, some more than once. */
  public List<byte[]> sampledKeys() {
    return sampledKeys == null
        ? List.of()
        : Arrays.asList(sampledKeys).subList(0, Math.min(samples, SAMPLED_KEYS_MAX));
  }

  /** Forgets the samples. */
  public void sampleAnew() {
    samples = 0;
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
      table = new KeyTable(totals, memory);
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

  /** Whether a key of this hash is here. */
  public boolean has(int keyspace, int hash) {
    KeyTable table = table(keyspace);
    int at = table == null ? -1 : table.seek(hash);
    return table != null && at >= 0 && table.hashAt(at) == hash;
  }

  /** Removes all keys of a hash. */
  public void removeAll(int hash) {
    for (int keyspace = 0; keyspace < keyspaces(); keyspace++) {
      KeyTable table = table(keyspace);
      int at = table == null ? -1 : table.seek(hash);
      while (table != null && at >= 0 && table.hashAt(at) == hash) {
        table.remove(at);
        at = table.seek(hash);
      }
    }
  }

  /** Lets two hash keyspaces change places. */
  public void swap(int keyspace, int other) {
    KeyTable table = table(keyspace);
    bind(keyspace, table(other));
    bind(other, table);
  }

  // ---- what comes from elsewhere

  /** Some {@code keys} are about to come, in the order of their hashes. */
  public void expect(int keyspace, int keys) {
    demandTable(keyspace).expect(keys);
  }

  /** Takes a key, replacing one of the same name. */
  void put(int keyspace, byte[] key, Value value, long expiryMillis) {
    memory.release();
    put(keyspace, key, memory.add(key, 0, key.length, value, expiryMillis));
  }

  private void put(int keyspace, byte[] key, int entry) {
    KeyTable table = demandTable(keyspace);
    int hash = KeyHash.hash(key, 0, key.length);
    int at = table.find(hash, key, 0, key.length);
    if (at >= 0) {
      table.replace(at, entry);
    } else {
      table.insert(at, hash, entry);
    }
  }

  /**
   * Takes a part of a large value (see {@link ChunkWriter}); the first one replaces what the key
   * had.
   *
   * @param part the part is all that is left of it
   */
  public void takePart(
      int keyspace, byte[] key, ValueType type, long expiryMillis, boolean first, WireReader part) {
    if (first) {
      Value value = FrozenValue.begin(type, part);
      FrozenValue.addPart(value, part);
      memory.release();
      put(keyspace, key, memory.add(new KeyEntry(key, value, expiryMillis)));
      return;
    }
    KeyTable table = demandTable(keyspace);
    int at = table.find(KeyHash.hash(key, 0, key.length), key, 0, key.length);
    KeyEntry entry = at < 0 ? null : memory.keyEntry(table.entryAt(at));
    if (entry != null) {
      FrozenValue.addPart(entry.value(), part);
      table.recount(at);
    } else {
      throw new MalformedFrameException("a part of a value that is not here");
    }
  }
}
