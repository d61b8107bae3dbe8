package io.slotferry.engine.store;

import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a store: keys with what they hold. An entry is a number, and has one of three
 * forms:
 *
 * <ul>
 *   <li>a {@link PackedEntry} in a block of {@link Slabs}: the entry is the block's number;
 *   <li>a {@link PackedEntry} that is too large for a block, in an array of its own;
 *   <li>a {@link KeyEntry}; here, and for such an array, it is the complement of an index.
 * </ul>
 *
 * {@link EntryView} shows the value.
 *
 * <p>Who needs an entry no more {@link #retire retires} it. Its memory stays as it is until the
 * next command begins ({@link #release}): handlers still read a value that they have just replaced.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class EntryMemory {
  /** The expiry of a key that never expires. */
  public static final long NO_EXPIRY = -1;

  /** No entry. */
  public static final int NONE = Integer.MIN_VALUE;

  /** JVM headers with compact object headers, bytes. */
  private static final int ARRAY_HEADER_BYTES = 12;

  private static final int KEY_ENTRY_BYTES = 32;

  /** A hash and an entry in the table, at its usual load. */
  private static final int SLOT_BYTES = 11;

  /** Objects are kept in arrays of so many, of which none has to be copied when there are more. */
  private static final int OBJECTS_SHIFT = 10;

  private static final int OBJECTS_MASK = (1 << OBJECTS_SHIFT) - 1;
  private static final int NUMBERS_MIN = 16;

  /** So many entries are freed between two looks at the clock. */
  private static final int FREED_BETWEEN_LOOKS = 128;

  /** Room for retired entries that is kept. */
  private static final int RETIRED_KEPT_MAX = 1 << 12;

  private final Slabs slabs = new Slabs();
  private @Nullable Object[][] objects = new @Nullable Object[0][];
  private int objectsEnd;
  private int[] freeObjects = new int[NUMBERS_MIN];
  private int freeObjectCount;
  private int[] retired = new int[NUMBERS_MIN];
  private int retiredCount;

  /** What may be moved yet in this step, bytes. */
  private int movableBytes;

  /** Tables that are in the store no more, whose entries are still to be freed. */
  private final Deque<KeyTable> discarded = new ArrayDeque<>();

  // ---- new entries

  /** A new entry of copies; but a value that cannot be packed is the entry's own from now on. */
  public int add(byte[] keyBuffer, int keyStart, int keyLength, Value value, long expiryMillis) {
    if (value instanceof StringValue string && !string.isLasting()) {
      return add(
          keyBuffer,
          keyStart,
          keyLength,
          string.buffer(),
          string.start(),
          string.length(),
          expiryMillis);
    }
    if (value instanceof HashValue hash && hash.isCompact() && hash.compactLength() > 0) {
      int length = hash.compactLength();
      int entry = reserve(keyBuffer, keyStart, keyLength, length, expiryMillis);
      byte[] array = array(entry);
      int at = offset(entry);
      PackedEntry.hash(array, at);
      hash.copyCompact(array, PackedEntry.valueStart(array, at));
      return entry;
    }
    return add(
        new KeyEntry(
            Arrays.copyOfRange(keyBuffer, keyStart, keyStart + keyLength), value, expiryMillis));
  }

  /** A new entry of a string. */
  public int add(
      byte[] keyBuffer,
      int keyStart,
      int keyLength,
      byte[] source,
      int start,
      int length,
      long expiryMillis) {
    int entry = reserve(keyBuffer, keyStart, keyLength, length, expiryMillis);
    byte[] array = array(entry);
    System.arraycopy(source, start, array, PackedEntry.valueStart(array, offset(entry)), length);
    return entry;
  }

  /** A packed entry with anything as its value. */
  private int reserve(
      byte[] keyBuffer, int keyStart, int keyLength, int valueLength, long expiryMillis) {
    int bytes = PackedEntry.bytes(keyLength, valueLength, expiryMillis);
    int block = bytes <= Slabs.BLOCK_BYTES_MAX ? slabs.allocate(bytes) : Slabs.NONE;
    int entry = block == Slabs.NONE ? addObject(new byte[bytes]) : block;
    PackedEntry.write(
        array(entry), offset(entry), keyBuffer, keyStart, keyLength, valueLength, expiryMillis);
    return entry;
  }

  /** A new entry that is an object. */
  public int add(KeyEntry entry) {
    return addObject(entry);
  }

  private int addObject(Object object) {
    int index = freeObjectCount > 0 ? freeObjects[--freeObjectCount] : objectsEnd++;
    int part = index >>> OBJECTS_SHIFT;
    if (part == objects.length) {
      objects = Arrays.copyOf(objects, Math.max(1, part * 2));
      for (int i = part; i < objects.length; i++) {
        objects[i] = new @Nullable Object[0];
      }
    }
    if (objects[part].length == 0) {
      objects[part] = new @Nullable Object[1 << OBJECTS_SHIFT];
    }
    objects[part][index & OBJECTS_MASK] = object;
    return ~index;
  }

  private Object object(int entry) {
    int index = ~entry;
    Object object = objects[index >>> OBJECTS_SHIFT][index & OBJECTS_MASK];
    if (object == null) {
      throw new IllegalStateException("no entry " + entry);
    }
    return object;
  }

  /** The same key and value with another expiry; the old entry is still there. */
  int withExpiry(int entry, long expiryMillis) {
    byte[] array = array(entry);
    int at = offset(entry);
    int keyStart = PackedEntry.keyStart(array, at);
    int keyLength = PackedEntry.keyLength(array, at);
    int changed =
        add(
            array,
            keyStart,
            keyLength,
            array,
            keyStart + keyLength,
            PackedEntry.valueLength(array, at),
            expiryMillis);
    PackedEntry.kind(array(changed), offset(changed), PackedEntry.kind(array, at));
    return changed;
  }

  /**
   * The same key and string with zeros behind it, so that it is {@code length} bytes long: the
   * entry itself, if there is room in it, or another one.
   */
  public int lengthened(int entry, int length) {
    byte[] array = array(entry);
    int at = offset(entry);
    int keyStart = PackedEntry.keyStart(array, at);
    int keyLength = PackedEntry.keyLength(array, at);
    int valueStart = keyStart + keyLength;
    int oldLength = PackedEntry.valueLength(array, at);
    if (holds(entry, valueStart - at + length) && PackedEntry.resize(array, at, length)) {
      Arrays.fill(array, valueStart + oldLength, valueStart + length, (byte) 0);
      return entry;
    }
    int longer = reserve(array, keyStart, keyLength, length, PackedEntry.expiry(array, at));
    byte[] target = array(longer);
    PackedEntry.kind(target, offset(longer), PackedEntry.kind(array, at));
    int start = PackedEntry.valueStart(target, offset(longer));
    System.arraycopy(array, valueStart, target, start, oldLength);
    Arrays.fill(target, start + oldLength, start + length, (byte) 0);
    return longer;
  }

  /** Whether just such an entry would get for so many bytes what this one has. */
  private boolean holds(int entry, int bytes) {
    return entry >= 0
        ? bytes <= Slabs.BLOCK_BYTES_MAX && Slabs.roundUp(bytes) == slabs.size(entry)
        : bytes == array(entry).length;
  }

  /** The same key and string, in the same array, which nobody changes any more. */
  int lasting(int entry) {
    byte[] array = array(entry);
    int at = offset(entry);
    int key = PackedEntry.keyStart(array, at);
    return addObject(
        new KeyEntry(
            Arrays.copyOfRange(array, key, key + PackedEntry.keyLength(array, at)),
            StringValue.lasting(
                array, PackedEntry.valueStart(array, at), PackedEntry.valueLength(array, at)),
            PackedEntry.expiry(array, at)));
  }

  // ---- changes in place

  /** Puts another string into the entry; false if only a new entry can hold it. */
  public boolean overwrite(int entry, byte[] source, int start, int length, long expiryMillis) {
    if (!isPacked(entry)) {
      return false;
    }
    byte[] array = array(entry);
    int at = offset(entry);
    int valueStart = PackedEntry.valueStart(array, at);
    boolean sameLength = PackedEntry.valueLength(array, at) == length;
    if (!sameLength && !holds(entry, valueStart - at + length)
        || !PackedEntry.expireAt(array, at, expiryMillis)
        || !sameLength && !PackedEntry.resize(array, at, length)) {
      return false;
    }
    PackedEntry.kind(array, at, 0);
    System.arraycopy(source, start, array, valueStart, length);
    return true;
  }

  /** Changes the expiry in the entry; false if only a new entry can hold it. */
  boolean overwriteExpiry(int entry, long expiryMillis) {
    KeyEntry keyEntry = keyEntry(entry);
    if (keyEntry == null) {
      return PackedEntry.expireAt(array(entry), offset(entry), expiryMillis);
    }
    keyEntry.expireAt(expiryMillis);
    return true;
  }

  /** The string was changed in place, at the expense of its compact encoding. */
  public void markRaw(int entry) {
    PackedEntry.raw(array(entry), offset(entry));
  }

  public boolean isRaw(int entry) {
    return isPacked(entry) && PackedEntry.isRaw(array(entry), offset(entry));
  }

  // ---- reading

  /** Whether key and value stand in one piece of memory: a string, or a small hash. */
  public boolean isPacked(int entry) {
    return keyEntry(entry) == null;
  }

  /** The entry as an object; null when it {@link #isPacked}. */
  public @Nullable KeyEntry keyEntry(int entry) {
    return entry < 0 && object(entry) instanceof KeyEntry keyEntry ? keyEntry : null;
  }

  /** The array that a packed entry is in. */
  byte[] array(int entry) {
    return entry >= 0 ? slabs.array(entry) : (byte[]) object(entry);
  }

  /** Where in its array a packed entry begins. */
  static int offset(int entry) {
    return entry >= 0 ? Slabs.offset(entry) : 0;
  }

  public byte[] keyBuffer(int entry) {
    KeyEntry keyEntry = keyEntry(entry);
    return keyEntry == null ? array(entry) : keyEntry.key();
  }

  public int keyStart(int entry) {
    return keyEntry(entry) == null ? PackedEntry.keyStart(array(entry), offset(entry)) : 0;
  }

  public int keyLength(int entry) {
    KeyEntry keyEntry = keyEntry(entry);
    return keyEntry == null
        ? PackedEntry.keyLength(array(entry), offset(entry))
        : keyEntry.key().length;
  }

  /** The key, copied. */
  public byte[] copyOfKey(int entry) {
    int start = keyStart(entry);
    return Arrays.copyOfRange(keyBuffer(entry), start, start + keyLength(entry));
  }

  boolean hasKey(int entry, byte[] buffer, int start, int length) {
    KeyEntry keyEntry = keyEntry(entry);
    if (keyEntry == null) {
      return PackedEntry.hasKey(array(entry), offset(entry), buffer, start, length);
    }
    byte[] key = keyEntry.key();
    return Arrays.equals(key, 0, key.length, buffer, start, start + length);
  }

  /** Reads what a look-up of the entry will read. */
  int touch(int entry) {
    if (entry < 0) {
      return keyBuffer(entry).length;
    }
    byte[] array = slabs.array(entry);
    int at = Slabs.offset(entry);
    return array[at] + array[at + slabs.size(entry) - 1];
  }

  /** Milliseconds since 1970, or {@link #NO_EXPIRY}. */
  public long expiry(int entry) {
    KeyEntry keyEntry = keyEntry(entry);
    return keyEntry == null
        ? PackedEntry.expiry(array(entry), offset(entry))
        : keyEntry.expiryMillis();
  }

  public boolean isExpired(int entry, long nowMillis) {
    long expiry = expiry(entry);
    return expiry != NO_EXPIRY && expiry <= nowMillis;
  }

  public ValueType type(int entry) {
    KeyEntry keyEntry = keyEntry(entry);
    if (keyEntry != null) {
      return keyEntry.value().type();
    }
    return PackedEntry.isHash(array(entry), offset(entry)) ? ValueType.HASH : ValueType.STRING;
  }

  /** The memory of the entry and its place in a table, bytes, without an object's value. */
  long fixedBytes(int entry) {
    if (entry >= 0) {
      return (long) SLOT_BYTES + slabs.size(entry);
    }
    long bytes = SLOT_BYTES + arrayBytes(keyBuffer(entry).length);
    return isPacked(entry) ? bytes : bytes + KEY_ENTRY_BYTES;
  }

  /** The memory of the entry, its place in a table and its value, bytes: an estimate. */
  public long bytes(int entry) {
    KeyEntry keyEntry = keyEntry(entry);
    long fixed = fixedBytes(entry);
    return keyEntry == null ? fixed : fixed + keyEntry.value().approximateBytes();
  }

  private static long arrayBytes(int length) {
    return (ARRAY_HEADER_BYTES + length + 7L) & ~7L;
  }

  // ---- memory that is needed no more

  /** The entry is in no table any more. It can be read until the next {@link #release}. */
  void retire(int entry) {
    if (retiredCount == retired.length) {
      retired = Arrays.copyOf(retired, retiredCount * 2);
    }
    retired[retiredCount++] = entry;
  }

  /** A command begins: nobody reads what was retired before. */
  public void release() {
    if (retiredCount > 0) {
      for (int i = 0; i < retiredCount; i++) {
        free(retired[i]);
      }
      retiredCount = 0;
      if (retired.length > RETIRED_KEPT_MAX) {
        retired = new int[NUMBERS_MIN];
      }
    }
  }

  /** Frees an entry that nobody reads. */
  void free(int entry) {
    if (entry >= 0) {
      slabs.free(entry);
      return;
    }
    int index = ~entry;
    objects[index >>> OBJECTS_SHIFT][index & OBJECTS_MASK] = null;
    if (freeObjectCount == freeObjects.length) {
      freeObjects = Arrays.copyOf(freeObjects, freeObjectCount * 2);
    }
    freeObjects[freeObjectCount++] = index;
  }

  /**
   * The entries of a table that is in the store no more are to be freed in {@link #sweep steps}.
   */
  void discard(KeyTable table) {
    discarded.add(table);
  }

  /**
   * Frees entries of tables that are in the store no more, a few at least.
   *
   * @param endNanos of {@link System#nanoTime}: how long an entry takes depends on whether its
   *     memory is in a cache of the processor
   */
  void sweep(long endNanos) {
    while (!discarded.isEmpty()) {
      if (discarded.element().freeEntries(FREED_BETWEEN_LOOKS) < FREED_BETWEEN_LOOKS) {
        discarded.remove();
      }
      if (System.nanoTime() - endNanos >= 0) {
        return;
      }
    }
  }

  /** Nothing is left. What was there can still be read by who holds its array. */
  void clear() {
    slabs.clear();
    objects = new @Nullable Object[0][];
    objectsEnd = 0;
    freeObjects = new int[NUMBERS_MIN];
    freeObjectCount = 0;
    retiredCount = 0;
    discarded.clear();
  }

  // ---- compaction

  Slabs slabs() {
    return slabs;
  }

  /** A step of moving together begins, in which so much may be moved. */
  void moveUpTo(int bytes) {
    movableBytes = bytes;
  }

  boolean mayMoveMore() {
    return movableBytes > 0;
  }

  /**
   * The same entry in a block that is better placed; {@link #NONE} when it may stay, or there is no
   * room.
   */
  int moved(int entry) {
    if (entry < 0 || !slabs.isEvacuated(entry)) {
      return NONE;
    }
    int size = slabs.size(entry);
    int target = slabs.allocate(size);
    if (target == Slabs.NONE) {
      return NONE;
    }
    movableBytes -= size;
    System.arraycopy(
        slabs.array(entry), Slabs.offset(entry), slabs.array(target), Slabs.offset(target), size);
    return target;
  }
}
