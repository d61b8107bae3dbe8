package io.slotferry.engine.store;

import io.slotferry.engine.value.Value;

/** A key with a value other than a string. */
public final class KeyEntry {
  private final byte[] key;
  private final Value value;
  private long expiryMillis;

  /** What the table has counted for the value; it is counted again after each change. */
  private long countedBytes;

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

  /** Milliseconds since 1970, or {@link Entries#NO_EXPIRY}. */
  public long expiryMillis() {
    return expiryMillis;
  }

  void expireAt(long expiryMillis) {
    this.expiryMillis = expiryMillis;
  }

  /** Measures the value anew and returns by how many bytes it has grown since the last time. */
  long recount() {
    long before = countedBytes;
    countedBytes = value.approximateBytes();
    return countedBytes - before;
  }

  long countedBytes() {
    return countedBytes;
  }
}
