package io.slotferry.replication;

/**
 * How far a {@link PartitionWalk} has come: everything in partitions below {@link #partition}, and
 * in it every key whose hash is at most {@link #hash} (unsigned), has been sent. Both ends hold one;
 * it is what tells an effect that must be applied (its key was sent before) from one that a later
 * chunk will include.
 */
final class WalkPosition {
  /** The hash after which nothing of a partition is left. */
  static final int LAST_HASH = -1;

  private int partition = -1;
  private int hash = LAST_HASH;

  int partition() {
    return partition;
  }

  int hash() {
    return hash;
  }

  void moveTo(int partition, int hash) {
    this.partition = partition;
    this.hash = hash;
  }

  /** Nothing is left to send. */
  void moveToEnd() {
    moveTo(Integer.MAX_VALUE, LAST_HASH);
  }

  boolean atEnd() {
    return partition == Integer.MAX_VALUE;
  }

  boolean partitionIsDone() {
    return hash == LAST_HASH;
  }

  boolean covers(int ofPartition, int keyHash) {
    return ofPartition < partition
        || (ofPartition == partition && Integer.compareUnsigned(keyHash, hash) <= 0);
  }
}
