package io.slotferry.topology;

/** What a rebalance is to spread evenly over the shards. Codes are persisted: append only. */
public enum Objective {
  /** The number of slots, and of tablets of each range keyspace. */
  SLOTS(0),
  /** The memory that keys take. */
  BYTES(16L << 20),
  /** The work of the commands. */
  LOAD(20_000);

  /** What an operation costs beside its CPU time in the engine: it is read, and answered. */
  private static final long MICROS_PER_OPERATION = 1;

  private final long leastDifference;

  Objective(long leastDifference) {
    this.leastDifference = leastDifference;
  }

  /** Shards that differ by less, in bytes or microseconds per second, are even. */
  public long leastDifference() {
    return leastDifference;
  }

  /** What a partition weighs: 1, bytes, or microseconds per second. */
  public long weightOf(PartitionLoad load) {
    return switch (this) {
      case SLOTS -> 1;
      case BYTES -> load.bytes();
      case LOAD -> load.cpuMicros() + load.operations() * MICROS_PER_OPERATION;
    };
  }
}
