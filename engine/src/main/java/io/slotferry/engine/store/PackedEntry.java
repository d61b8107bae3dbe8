package io.slotferry.engine.store;

import io.slotferry.engine.value.HashValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A key with its string, or its small hash, in one byte array, which saves object headers and
 * references, most of the memory of a small key:
 *
 * <pre>  flags u8 | [expiry i64] | key length varint | key | value (the rest)</pre>
 */
public final class PackedEntry {
  private static final int HAS_EXPIRY = 1;

  /** The value was changed in place: Redis keeps it in its "raw" encoding, however short it is. */
  private static final int RAW = 2;

  /** The value is a hash in its compact form; without it, a string. */
  private static final int HASH = 4;

  private static final int VARINT_MORE = 0x80;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private PackedEntry() {}

  /**
   * An entry of a string.
   *
   * @param expiryMillis milliseconds since 1970, or {@link Entries#NO_EXPIRY}
   */
  public static byte[] of(
      byte[] keyBuffer,
      int keyStart,
      int keyLength,
      byte[] source,
      int start,
      int length,
      long expiryMillis) {
    byte[] entry = withRoom(keyBuffer, keyStart, keyLength, length, expiryMillis);
    System.arraycopy(source, start, entry, entry.length - length, length);
    return entry;
  }

  /** An entry of a hash that is compact. */
  static byte[] of(
      byte[] keyBuffer, int keyStart, int keyLength, HashValue hash, long expiryMillis) {
    int length = hash.compactLength();
    byte[] entry = withRoom(keyBuffer, keyStart, keyLength, length, expiryMillis);
    entry[0] |= HASH;
    hash.copyCompact(entry, entry.length - length);
    return entry;
  }

  private static byte[] withRoom(
      byte[] keyBuffer, int keyStart, int keyLength, int valueLength, long expiryMillis) {
    boolean expires = expiryMillis != Entries.NO_EXPIRY;
    int at = expires ? 1 + Long.BYTES : 1;
    byte[] entry = new byte[at + varintLength(keyLength) + keyLength + valueLength];
    if (expires) {
      entry[0] = HAS_EXPIRY;
      LONG.set(entry, 1, expiryMillis);
    }
    int rest = keyLength;
    while (rest >= VARINT_MORE) {
      entry[at++] = (byte) (rest | VARINT_MORE);
      rest >>>= 7;
    }
    entry[at++] = (byte) rest;
    System.arraycopy(keyBuffer, keyStart, entry, at, keyLength);
    return entry;
  }

  private static int varintLength(int value) {
    int length = 1;
    while (value >= VARINT_MORE) {
      value >>>= 7;
      length++;
    }
    return length;
  }

  /**
   * Puts another string of the same length into the entry; false if only a new entry can hold it.
   */
  public static boolean overwrite(
      byte[] entry, byte[] source, int start, int length, long expiryMillis) {
    boolean expires = expiryMillis != Entries.NO_EXPIRY;
    int valueStart = valueStart(entry);
    if (entry.length - valueStart != length || expires != hasExpiry(entry) || isHash(entry)) {
      return false;
    }
    if (expires) {
      LONG.set(entry, 1, expiryMillis);
    }
    entry[0] &= ~RAW;
    System.arraycopy(source, start, entry, valueStart, length);
    return true;
  }

  /** Changes the expiry in the entry; false if only a new entry can hold it. */
  static boolean overwriteExpiry(byte[] entry, long expiryMillis) {
    boolean expires = expiryMillis != Entries.NO_EXPIRY;
    if (expires != hasExpiry(entry)) {
      return false;
    }
    if (expires) {
      LONG.set(entry, 1, expiryMillis);
    }
    return true;
  }

  /** A new entry of the same key and value. */
  static byte[] withExpiry(byte[] entry, long expiryMillis) {
    int valueStart = valueStart(entry);
    byte[] changed =
        of(
            entry,
            keyStart(entry),
            keyLength(entry),
            entry,
            valueStart,
            entry.length - valueStart,
            expiryMillis);
    changed[0] |= (byte) (entry[0] & (RAW | HASH));
    return changed;
  }

  /** The value was changed in place, at the expense of its compact encoding. */
  public static void markRaw(byte[] entry) {
    entry[0] |= RAW;
  }

  public static boolean isRaw(byte[] entry) {
    return (entry[0] & RAW) != 0;
  }

  /** A new entry with zeros behind the value, which is {@code length} bytes long then. */
  public static byte[] lengthened(byte[] entry, int length) {
    return Arrays.copyOf(entry, valueStart(entry) + length);
  }

  static boolean isHash(byte[] entry) {
    return (entry[0] & HASH) != 0;
  }

  static boolean hasExpiry(byte[] entry) {
    return (entry[0] & HAS_EXPIRY) != 0;
  }

  /** Milliseconds since 1970, or {@link Entries#NO_EXPIRY}. */
  public static long expiry(byte[] entry) {
    return hasExpiry(entry) ? (long) LONG.get(entry, 1) : Entries.NO_EXPIRY;
  }

  private static int lengthStart(byte[] entry) {
    return hasExpiry(entry) ? 1 + Long.BYTES : 1;
  }

  public static int keyStart(byte[] entry) {
    int at = lengthStart(entry);
    while (entry[at++] < 0) {
      // The sign bit says that the length goes on.
    }
    return at;
  }

  public static int keyLength(byte[] entry) {
    int at = lengthStart(entry);
    int b = entry[at];
    if (b >= 0) {
      return b;
    }
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      b = entry[at++];
      length |= (b & 0x7f) << shift;
      if (b >= 0) {
        return length;
      }
    }
  }

  public static int valueStart(byte[] entry) {
    return keyStart(entry) + keyLength(entry);
  }
}
