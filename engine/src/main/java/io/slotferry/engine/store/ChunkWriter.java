package io.slotferry.engine.store;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.FrozenValue;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireWriter;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Copies a partition in chunks, in the order of the key hashes, all keyspaces together:
 *
 * <pre>
 *   chunk  cursor i32 | keys i32 | key*
 *   key    keyspace varint | expiry i64 | type u8 | key bytes | value
 *   part   the same, with the flag {@link #PART} in the type and some of the value, as bytes
 * </pre>
 *
 * A chunk's cursor says that all keys with a hash up to it (unsigned) have been sent; the next
 * chunk goes on after it, whatever was written in between. Whoever receives chunks and effects in
 * one ordered stream applies an effect iff the cursor covers its key's hash: what lies beyond comes
 * with a later chunk, in its state of then.
 *
 * <h2>Values that are larger than a chunk</h2>
 *
 * travel in parts. When the walk comes to the hash of one, all keys of this hash are taken as they
 * are at this moment (the large ones {@link FrozenValue frozen}), and the first part goes out. The
 * cursor stays just before the hash, and {@link #frozen} names it, until the last part. Whoever
 * receives holds effects on this very hash from the first part on, and applies them, in order,
 * after the last: then the keys are as they were at the freeze, and the held effects are just those
 * that came later. So neither side waits, and no effect has to be cut to what has arrived. An
 * effect that is about all keys of a keyspace cannot be held for one: it makes the parts of that
 * keyspace void (see {@link ChunkReader}).
 *
 * <p>The chunk with a group's last part ends with it: between the first and the last, parts may be
 * sent at any place of the stream, but the keys behind them may not.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class ChunkWriter {
  /** The record is a part of a value. */
  static final int PART = 0x80;

  /** It is the value's first part. */
  static final int FIRST = 0x40;

  /** More parts of keys of this hash follow. */
  static final int MORE = 0x20;

  static final int TYPE = 0x1f;

  private final EntryView view = new EntryView();
  private final WireWriter group = new WireWriter();
  private final WireWriter part = new WireWriter();
  private final Deque<FrozenKey> frozenKeys = new ArrayDeque<>();
  private int cursor;
  private int frozen = KeyHash.BEFORE_FIRST;
  private int keys;

  /** A key whose value travels in parts. */
  private record FrozenKey(
      int keyspace, long expiryMillis, ValueType type, byte[] key, FrozenValue value) {}

  /**
   * @param cursor to go on after, {@link KeyHash#BEFORE_FIRST} for the whole partition
   */
  public ChunkWriter(int cursor) {
    this.cursor = cursor;
  }

  /** All keys up to this hash were written; {@link KeyHash#LAST} when nothing is left. */
  public int cursor() {
    return cursor;
  }

  /** The hash whose keys are on their way in parts; {@link KeyHash#BEFORE_FIRST} for none. */
  public int frozen() {
    return frozen;
  }

  /** How many keys, or parts of one, the last chunk holds. */
  public int keys() {
    return keys;
  }

  /**
   * Writes the chunk that follows.
   *
   * @param bytesMax the most that the chunk takes, but for one with the keys of a single hash, or
   *     with an element of a value, that is bigger by itself
   * @param keysMax the most that the chunk holds, but for one with the keys of a single hash
   * @return the new cursor
   */
  public int write(Partition partition, WireWriter out, int bytesMax, int keysMax) {
    int head = out.size();
    out.i32(cursor);
    out.i32(0);
    int sizeMax = (int) Math.min((long) head + bytesMax, Integer.MAX_VALUE);
    keys =
        frozen == KeyHash.BEFORE_FIRST
            ? writeGroups(partition, out, sizeMax, keysMax)
            : writeParts(out, sizeMax);
    out.i32At(head, cursor);
    out.i32At(head + Integer.BYTES, keys);
    return cursor;
  }

  private int writeGroups(Partition partition, WireWriter out, int sizeMax, int keysMax) {
    int head = out.size();
    int keys = 0;
    while (cursor != KeyHash.LAST && keys < keysMax) {
      int next = nextHash(partition, cursor);
      group.clear();
      int groupKeys =
          next == KeyHash.BEFORE_FIRST ? 0 : writeKeys(partition, next, sizeMax - head, group);
      boolean room = keys == 0 || out.size() + group.size() <= sizeMax;
      if (groupKeys == 0 && frozenKeys.isEmpty()) {
        cursor = KeyHash.LAST;
      } else if (!room || (keys > 0 && !frozenKeys.isEmpty())) {
        // Parts begin with a chunk of their own: it freezes the keys again, as they are then.
        frozenKeys.clear();
        break;
      } else {
        out.raw(group.bytes(), 0, group.size());
        keys += groupKeys;
        if (!frozenKeys.isEmpty()) {
          frozen = next;
          cursor = next - 1; // Keys that come into being before it have to be covered.
          return keys + writeParts(out, sizeMax);
        }
        cursor = next;
      }
    }
    return keys;
  }

  /** The smallest hash after {@code hash} in any keyspace, or {@link KeyHash#BEFORE_FIRST}. */
  private static int nextHash(Partition partition, int hash) {
    int least = KeyHash.BEFORE_FIRST;
    for (int keyspace = 0; keyspace < partition.keyspaces(); keyspace++) {
      KeyTable table = partition.table(keyspace);
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

  /** Writes the keys of the hash, or freezes the large ones; returns how many were written. */
  private int writeKeys(Partition partition, int hash, int bytesMax, WireWriter out) {
    int keys = 0;
    for (int keyspace = 0; keyspace < partition.keyspaces(); keyspace++) {
      KeyTable table = partition.table(keyspace);
      if (table != null) {
        int at = table.seek(hash);
        while (at >= 0 && table.hashAt(at) == hash) {
          int entry = freezable(table, at, bytesMax);
          keys += writeKey(keyspace, table.memory(), entry, bytesMax, out);
          at = table.next(at);
        }
      }
    }
    return keys;
  }

  /**
   * A large string that stands packed, to be changed in place, lasts from now on: a change gets an
   * array of its own.
   */
  private static int freezable(KeyTable table, int at, int bytesMax) {
    EntryMemory memory = table.memory();
    int entry = table.entryAt(at);
    if (memory.isPacked(entry)
        && memory.type(entry) == ValueType.STRING
        && memory.fixedBytes(entry) > Math.max(bytesMax, Request.LARGE_BYTES)) {
      entry = memory.lasting(entry);
      table.replace(at, entry);
    }
    return entry;
  }

  private int writeKey(int keyspace, EntryMemory memory, int entry, int bytesMax, WireWriter out) {
    KeyEntry keyEntry = memory.keyEntry(entry);
    FrozenValue large = keyEntry == null ? null : FrozenValue.of(keyEntry.value(), bytesMax);
    if (large != null) {
      frozenKeys.add(
          new FrozenKey(
              keyspace, memory.expiry(entry), memory.type(entry), memory.copyOfKey(entry), large));
      return 0;
    }
    out.varint(keyspace);
    out.i64(memory.expiry(entry));
    out.u8(memory.type(entry).code());
    out.bytes(memory.keyBuffer(entry), memory.keyStart(entry), memory.keyLength(entry));
    view.of(memory, entry).encode(out);
    return 1;
  }

  /** Writes parts until there are no more, or the chunk is full; at least one. */
  private int writeParts(WireWriter out, int sizeMax) {
    int parts = 0;
    do {
      FrozenKey key = frozenKeys.element();
      boolean first = key.value.isWhole();
      part.clear();
      if (!key.value.writePart(part, sizeMax - out.size())) {
        frozenKeys.remove();
      }
      int flags = PART | (first ? FIRST : 0) | (frozenKeys.isEmpty() ? 0 : MORE);
      out.varint(key.keyspace);
      out.i64(key.expiryMillis);
      out.u8(key.type.code() | flags);
      out.bytes(key.key);
      out.bytes(part.bytes(), 0, part.size());
      parts++;
    } while (!frozenKeys.isEmpty() && out.size() < sizeMax);
    if (frozenKeys.isEmpty()) {
      cursor = frozen;
      frozen = KeyHash.BEFORE_FIRST;
    }
    return parts;
  }
}
