package io.slotferry.topology;

/**
 * Partitions on their way from one shard to another. It stands in the map from PREPARE until its
 * last partition is committed or it is cancelled; a committed partition leaves {@link #partitions}
 * in the same change that gives it its new owner.
 *
 * @param id the map version that began it
 * @param operation the operation it belongs to
 * @param partitions ids that still belong to {@link #from}, ascending
 */
public record Move(long id, long operation, int from, int to, int[] partitions) {
  Move withPartitions(int[] nowPartitions) {
    return new Move(id, operation, from, to, nowPartitions);
  }
}
