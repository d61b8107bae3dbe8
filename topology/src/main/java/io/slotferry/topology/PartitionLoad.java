package io.slotferry.topology;

import org.jspecify.annotations.Nullable;

/**
 * What a partition holds and does, as its leader has counted.
 *
 * @param bytes the memory that its keys take, an estimate
 * @param operations commands per second
 * @param cpuMicros CPU time of these, microseconds per second; estimated from samples
 * @param middle tablets: the key with as many before as after it; null when there is none to cut at
 * @param busyMiddle tablets: the same, of the keys that commands were seen to be about
 */
public record PartitionLoad(
    int partition,
    int keys,
    long bytes,
    int operations,
    int cpuMicros,
    byte @Nullable [] middle,
    byte @Nullable [] busyMiddle) {
  /** Stands for a partition that nobody has told of. */
  public static PartitionLoad none(int partition) {
    return new PartitionLoad(partition, 0, 0, 0, 0, null, null);
  }
}
