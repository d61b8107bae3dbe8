package io.slotferry.engine.value;

/**
 * When a stream begins a new block: Redis' stream-node-max-bytes and stream-node-max-entries, 0 for
 * no limit. Entries count whether or not they have been deleted.
 */
public record NodeLimits(long bytesMax, long entriesMax) {
  public static final NodeLimits DEFAULT = new NodeLimits(4096, 100);

  /** No block grows beyond this size, bytes. */
  public static final int HARD_BYTES_MAX = 1 << 30;

  private static final long TRIMMED_NODES_MAX = 100;
  private static final long TRIMMED_DEFAULT = 10_000;
  private static final long TRIMMED_MAX = 1_000_000;

  long effectiveBytesMax() {
    return bytesMax <= 0 ? HARD_BYTES_MAX : Math.min(bytesMax, HARD_BYTES_MAX);
  }

  /** How many entries an approximate trimming removes at most when it is given no limit. */
  public long trimmedMax() {
    return entriesMax <= 0
        ? TRIMMED_DEFAULT
        : Math.min(Math.min(entriesMax, TRIMMED_MAX) * TRIMMED_NODES_MAX, TRIMMED_MAX);
  }
}
