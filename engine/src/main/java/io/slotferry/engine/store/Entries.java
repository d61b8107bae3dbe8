package io.slotferry.engine.store;

import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import java.util.Arrays;

/**
 * What is common to the two forms of an entry: a {@link PackedEntry} (one byte array) and a {@link
 * KeyEntry}. An entry is an {@link Object} so that a string costs no wrapper. {@link EntryView}
 * shows the value.
 */
public final class Entries {
  /** The expiry of a key that never expires. */
  public static final long NO_EXPIRY = -1;

  /** JVM headers with compact object headers, bytes. */
  private static final int ARRAY_HEADER_BYTES = 12;

  private static final int KEY_ENTRY_BYTES = 32;

  /** A hash and a reference in the table, at its usual load. */
  private static final int SLOT_BYTES = 11;

  private Entries() {}

  public static byte[] keyBuffer(Object entry) {
    return entry instanceof byte[] packed ? packed : ((KeyEntry) entry).key();
  }

  public static int keyStart(Object entry) {
    return entry instanceof byte[] packed ? PackedEntry.keyStart(packed) : 0;
  }

  public static int keyLength(Object entry) {
    return entry instanceof byte[] packed
        ? PackedEntry.keyLength(packed)
        : ((KeyEntry) entry).key().length;
  }

  public static boolean hasKey(Object entry, byte[] buffer, int start, int length) {
    byte[] key = keyBuffer(entry);
    int keyStart = keyStart(entry);
    return Arrays.equals(key, keyStart, keyStart + keyLength(entry), buffer, start, start + length);
  }

  /** Reads what a look-up of the entry will read. */
  static int touch(Object entry) {
    return entry instanceof byte[] packed
        ? packed[0] + packed[packed.length - 1]
        : ((KeyEntry) entry).key().length;
  }

  /** Milliseconds since 1970, or {@link #NO_EXPIRY}. */
  public static long expiry(Object entry) {
    return entry instanceof byte[] packed
        ? PackedEntry.expiry(packed)
        : ((KeyEntry) entry).expiryMillis();
  }

  public static boolean isExpired(Object entry, long nowMillis) {
    long expiry = expiry(entry);
    return expiry != NO_EXPIRY && expiry <= nowMillis;
  }

  public static ValueType type(Object entry) {
    if (entry instanceof KeyEntry keyEntry) {
      return keyEntry.value().type();
    }
    return PackedEntry.isHash((byte[]) entry) ? ValueType.HASH : ValueType.STRING;
  }

  /** A new entry of copies; but a value that cannot be packed is the entry's own from now on. */
  public static Object of(
      byte[] keyBuffer, int keyStart, int keyLength, Value value, long expiryMillis) {
    if (value instanceof StringValue string && !string.isLasting()) {
      return PackedEntry.of(
          keyBuffer,
          keyStart,
          keyLength,
          string.buffer(),
          string.start(),
          string.length(),
          expiryMillis);
    }
    if (value instanceof HashValue hash && hash.isCompact() && hash.compactLength() > 0) {
      return PackedEntry.of(keyBuffer, keyStart, keyLength, hash, expiryMillis);
    }
    return new KeyEntry(
        Arrays.copyOfRange(keyBuffer, keyStart, keyStart + keyLength), value, expiryMillis);
  }

  /** The same key and string, in the same array, which nobody changes any more. */
  static KeyEntry lasting(byte[] packed) {
    int key = PackedEntry.keyStart(packed);
    int value = PackedEntry.valueStart(packed);
    return new KeyEntry(
        Arrays.copyOfRange(packed, key, key + PackedEntry.keyLength(packed)),
        StringValue.lasting(packed, value, packed.length - value),
        PackedEntry.expiry(packed));
  }

  /** The memory of the entry and its place in a table, bytes, without an object's value. */
  static long fixedBytes(Object entry) {
    long bytes = SLOT_BYTES + arrayBytes(keyBuffer(entry).length);
    return entry instanceof KeyEntry ? bytes + KEY_ENTRY_BYTES : bytes;
  }

  /** The memory of the entry, its place in a table and its value, bytes: an estimate. */
  public static long bytes(Object entry) {
    long fixed = fixedBytes(entry);
    return entry instanceof KeyEntry keyEntry ? fixed + keyEntry.value().approximateBytes() : fixed;
  }

  private static long arrayBytes(int length) {
    return (ARRAY_HEADER_BYTES + length + 7L) & ~7L;
  }
}
