package io.slotferry.engine;

/**
 * Cursors of SCAN on one shard copy: the next place to look at, as a partition and the upper bits
 * of a key hash. Partitions are walked by ascending id, and keys in a partition by hash; so a
 * cursor survives every resize, and a key that is there all the time is met at least once.
 *
 * <pre>  bits 24..47 partition id | bits 0..23 upper bits of the key hash</pre>
 *
 * 0 begins, and as an answer says that nothing is left. A scan of several shards has one cursor for
 * all: its partition tells which shard goes on, wherever the partition may be by then.
 */
public final class ScanCursor {
  /** Width of a cursor. */
  public static final int BITS = 48;

  /** Begins a scan, and ends it. */
  public static final long START = 0;

  private static final int BUCKET_BITS = 24;
  private static final int BUCKET_SHIFT = Integer.SIZE - BUCKET_BITS;
  private static final int BUCKET_MASK = (1 << BUCKET_BITS) - 1;

  private ScanCursor() {}

  /** The keys of {@code partition} whose hash is in the bucket of {@code hash} or after it. */
  public static long of(int partition, int hash) {
    return (long) partition << BUCKET_BITS | bucket(hash);
  }

  public static int partition(long cursor) {
    return (int) (cursor >>> BUCKET_BITS);
  }

  /** The smallest hash of the cursor's bucket. */
  public static int hash(long cursor) {
    return ((int) cursor & BUCKET_MASK) << BUCKET_SHIFT;
  }

  /** Keys of equal buckets are scanned together, since no cursor stands between them. */
  public static int bucket(int hash) {
    return hash >>> BUCKET_SHIFT;
  }

  public static boolean isValid(long cursor) {
    return cursor >= START && cursor >>> BITS == 0;
  }
}
