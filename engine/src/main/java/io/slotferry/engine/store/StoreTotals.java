package io.slotferry.engine.store;

/**
 * What a copy holds, all partitions together, kept in step with every change so that it can be
 * asked for with each command; and what it has lost by itself. Thread: the loop that owns the copy.
 */
public final class StoreTotals {
  /** The memory of a copy that holds nothing: its partitions, its handlers, its buffers. */
  static final long EMPTY_BYTES = 512 << 10;

  private long bytes;
  private long keys;
  private long expiring;
  private long expiringElements;
  private long expired;
  private long evicted;
  private long hits;
  private long misses;

  void add(long moreBytes, int moreKeys, int moreExpiring) {
    bytes += moreBytes;
    keys += moreKeys;
    expiring += moreExpiring;
  }

  void addExpiringElements(int more) {
    expiringElements += more;
  }

  void clear() {
    bytes = 0;
    keys = 0;
    expiring = 0;
    expiringElements = 0;
  }

  /** The memory of entries and tables, an estimate. */
  public long bytes() {
    return bytes;
  }

  /** The same with what the copy itself takes: what {@code maxmemory} bounds. */
  public long usedBytes() {
    return EMPTY_BYTES + bytes;
  }

  public long keys() {
    return keys;
  }

  /** Keys with an expiry. */
  public long expiring() {
    return expiring;
  }

  /** Keys with elements that expire. */
  public long expiringElements() {
    return expiringElements;
  }

  /** {@code CONFIG RESETSTAT}: what is counted from the copy's opening on, is so from now on. */
  public void startCountsOver() {
    expired = 0;
    evicted = 0;
    hits = 0;
    misses = 0;
  }

  /** A key's time has come. */
  public void expired() {
    expired++;
  }

  /** A key had to go for others. */
  public void evicted() {
    evicted++;
  }

  /** A command has read a key, or looked for it in vain. */
  public void read(boolean found) {
    if (found) {
      hits++;
    } else {
      misses++;
    }
  }

  /** Reads of keys that were there, since the copy was opened. */
  public long hits() {
    return hits;
  }

  /** Reads of keys that were not there. */
  public long misses() {
    return misses;
  }

  /** Keys that expired since the copy was opened. */
  public long expiredKeys() {
    return expired;
  }

  public long evictedKeys() {
    return evicted;
  }
}
