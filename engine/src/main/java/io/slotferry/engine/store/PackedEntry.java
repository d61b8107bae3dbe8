package io.slotferry.engine.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A key with its string, or its small hash, in one piece of memory, which saves object headers and
 * references, most of the memory of a small key:
 *
 * <pre>  flags u8 | [expiry i64] | key length varint | value length varint | key | value</pre>
 *
 * All methods take the array that the entry is in, and where it begins there.
 */
final class PackedEntry {
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int HAS_EXPIRY = 1;

  /** The value was changed in place: Redis keeps it in its "raw" encoding, however short it is. */
  private static final int RAW = 2;

  /** The value is a hash in its compact form; without it, a string. */
  private static final int HASH = 4;

  /** All that tells how the value is to be read. */
  static final int KIND = RAW | HASH;

  private static final int VARINT_MORE = 0x80;

  private PackedEntry() {}

  /**
   * The bytes of an entry.
   *
   * @param expiryMillis milliseconds since 1970, or {@link EntryMemory#NO_EXPIRY}
   */
  static int bytes(int keyLength, int valueLength, long expiryMillis) {
    return headBytes(keyLength, valueLength, expiryMillis) + keyLength + valueLength;
  }

  private static int headBytes(int keyLength, int valueLength, long expiryMillis) {
    int expiryBytes = expiryMillis == EntryMemory.NO_EXPIRY ? 0 : Long.BYTES;
    return 1 + expiryBytes + varintLength(keyLength) + varintLength(valueLength);
  }

  /**
   * Writes an entry, but for its value.
   *
   * @return where the value belongs
   */
  static int write(
      byte[] array,
      int at,
      byte[] keyBuffer,
      int keyStart,
      int keyLength,
      int valueLength,
      long expiryMillis) {
    int end = at + 1;
    if (expiryMillis == EntryMemory.NO_EXPIRY) {
      array[at] = 0;
    } else {
      array[at] = HAS_EXPIRY;
      LONG.set(array, end, expiryMillis);
      end += Long.BYTES;
    }
    end = varint(array, end, keyLength);
    end = varint(array, end, valueLength);
    System.arraycopy(keyBuffer, keyStart, array, end, keyLength);
    return end + keyLength;
  }

  private static int varint(byte[] array, int at, int value) {
    int end = at;
    int rest = value;
    while (rest >= VARINT_MORE) {
      array[end++] = (byte) (rest | VARINT_MORE);
      rest >>>= 7;
    }
    array[end++] = (byte) rest;
    return end;
  }

  private static int varintLength(int value) {
    int length = 1;
    for (int rest = value; rest >= VARINT_MORE; rest >>>= 7) {
      length++;
    }
    return length;
  }

  /**
   * Gives the entry another length of its value; false if that would move the key. There is room
   * for it, the caller says.
   */
  static boolean resize(byte[] array, int at, int valueLength) {
    int length = skipVarint(array, lengthStart(array, at));
    if (varintLength(varintAt(array, length)) != varintLength(valueLength)) {
      return false;
    }
    varint(array, length, valueLength);
    return true;
  }

  /** Changes the expiry in the entry; false if only a new entry can hold it. */
  static boolean expireAt(byte[] array, int at, long expiryMillis) {
    boolean expires = expiryMillis != EntryMemory.NO_EXPIRY;
    if (expires != hasExpiry(array, at)) {
      return false;
    }
    if (expires) {
      LONG.set(array, at + 1, expiryMillis);
    }
    return true;
  }

  // ---- flags

  static boolean isRaw(byte[] array, int at) {
    return (array[at] & RAW) != 0;
  }

  /** The value was changed in place, at the expense of its compact encoding. */
  static void raw(byte[] array, int at) {
    array[at] |= RAW;
  }

  static boolean isHash(byte[] array, int at) {
    return (array[at] & HASH) != 0;
  }

  static void hash(byte[] array, int at) {
    array[at] |= HASH;
  }

  /** The flags of {@link #KIND}. */
  static int kind(byte[] array, int at) {
    return array[at] & KIND;
  }

  static void kind(byte[] array, int at, int kind) {
    array[at] = (byte) (array[at] & ~KIND | kind);
  }

  private static boolean hasExpiry(byte[] array, int at) {
    return (array[at] & HAS_EXPIRY) != 0;
  }

  /** Milliseconds since 1970, or {@link EntryMemory#NO_EXPIRY}. */
  static long expiry(byte[] array, int at) {
    return hasExpiry(array, at) ? (long) LONG.get(array, at + 1) : EntryMemory.NO_EXPIRY;
  }

  // ---- key and value

  private static int lengthStart(byte[] array, int at) {
    return hasExpiry(array, at) ? at + 1 + Long.BYTES : at + 1;
  }

  private static int skipVarint(byte[] array, int at) {
    int end = at;
    while (array[end++] < 0) {
      // The sign bit says that the number goes on.
    }
    return end;
  }

  private static int varintAt(byte[] array, int at) {
    int value = array[at];
    return value >= 0 ? value : longVarintAt(array, at);
  }

  private static int longVarintAt(byte[] array, int at) {
    int value = 0;
    for (int i = at, shift = 0; ; i++, shift += 7) {
      value |= (array[i] & 0x7f) << shift;
      if (array[i] >= 0) {
        return value;
      }
    }
  }

  static int keyStart(byte[] array, int at) {
    int lengths = lengthStart(array, at);
    return areShort(array, lengths) ? lengths + 2 : skipVarint(array, skipVarint(array, lengths));
  }

  /** Whether both lengths take a byte, as nearly always. */
  private static boolean areShort(byte[] array, int lengths) {
    return (array[lengths] | array[lengths + 1]) >= 0;
  }

  static boolean hasKey(byte[] array, int at, byte[] buffer, int start, int length) {
    int lengths = lengthStart(array, at);
    if (varintAt(array, lengths) != length) {
      return false;
    }
    int key = keyStart(array, at);
    return Arrays.equals(array, key, key + length, buffer, start, start + length);
  }

  static int keyLength(byte[] array, int at) {
    return varintAt(array, lengthStart(array, at));
  }

  static int valueStart(byte[] array, int at) {
    int lengths = lengthStart(array, at);
    return areShort(array, lengths)
        ? lengths + 2 + array[lengths]
        : keyStart(array, at) + keyLength(array, at);
  }

  static int valueLength(byte[] array, int at) {
    return varintAt(array, skipVarint(array, lengthStart(array, at)));
  }
}
