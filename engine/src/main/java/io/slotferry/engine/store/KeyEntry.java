package io.slotferry.engine.store;

import io.slotferry.engine.value.Value;

/** A key with a value other than a string, or with a large string in an array of its own. */
public final class KeyEntry {
  private final byte[] key;
  private final Value value;
  private long expiryMillis;

  private static final long EXPIRING_ELEMENTS = 1L << 62;

  /**
   * What the table has counted for the value, bytes, and, as a bit, whether elements of it expire;
   * it is counted again after each change.
   */
  private long counted;

  public KeyEntry(byte[] key, Value value, long expiryMillis) {
    this.key = key;
    this.value = value;
    this.expiryMillis = expiryMillis;
  }

  /** Not to be changed. */
  public byte[] key() {
    return key;
  }

  public Value value() {
    return value;
  }

  /** Milliseconds since 1970, or {@link EntryMemory#NO_EXPIRY}. */
  public long expiryMillis() {
    return expiryMillis;
  }

  void expireAt(long expiryMillis) {
    this.expiryMillis = expiryMillis;
  }

  /** Measures the value anew and returns by how many bytes it has grown since the last time. */
  long recount() {
    long before = countedBytes();
    counted = value.approximateBytes();
    if (value.hasExpiringElements()) {
      counted |= EXPIRING_ELEMENTS;
    }
    return countedBytes() - before;
  }

  long countedBytes() {
    return counted & ~EXPIRING_ELEMENTS;
  }

  /** Whether elements of the value expired when it was counted. */
  boolean hasExpiringElements() {
    return (counted & EXPIRING_ELEMENTS) != 0;
  }
}
