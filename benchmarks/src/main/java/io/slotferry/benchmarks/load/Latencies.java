package io.slotferry.benchmarks.load;

/** Counts latencies in buckets of a relative width of 1/64: small, and exact to 1.6 %. */
final class Latencies {
  private static final int SUB_BITS = 6;
  private static final int SUB_BUCKETS = 1 << SUB_BITS;
  private static final int BUCKETS = (Long.SIZE - SUB_BITS) * SUB_BUCKETS;

  private final long[] counts = new long[BUCKETS];
  private long total;
  private long maxNanos;

  void add(long nanos) {
    long value = Math.max(0, nanos);
    counts[bucket(value)]++;
    total++;
    maxNanos = Math.max(maxNanos, value);
  }

  long count() {
    return total;
  }

  private static int bucket(long value) {
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - SUB_BITS - 1);
    return shift * SUB_BUCKETS + (int) (value >>> shift);
  }

  /** The largest value of a bucket. */
  private static long upperBound(int bucket) {
    int shift = Math.max(0, bucket / SUB_BUCKETS - 1);
    return ((long) bucket - (long) shift * SUB_BUCKETS + 1 << shift) - 1;
  }

  /** The latency that so large a share of all does not exceed, microseconds. */
  long micros(double share) {
    long wanted = (long) Math.ceil(share * total);
    long seen = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      seen += counts[bucket];
      if (seen >= wanted) {
        return Math.min(upperBound(bucket), maxNanos) / 1_000;
      }
    }
    return maxNanos / 1_000;
  }
}
