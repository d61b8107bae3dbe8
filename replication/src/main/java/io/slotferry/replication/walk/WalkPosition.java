package io.slotferry.replication.walk;

import io.slotferry.engine.hash.KeyHash;

/**
 * How far a {@link PartitionWalk} has come: everything in partitions below {@link #partition}, and
 * in it every key whose hash is at most {@link #hash} (unsigned), has been sent. Both ends hold
 * one; it is what tells an effect that must be applied (its key was sent before) from one that a
 * later chunk will include.
 */
public final class WalkPosition {
  private int partition = -1;
  private int hash = KeyHash.LAST;

  public int partition() {
    return partition;
  }

  public int hash() {
    return hash;
  }

  public void moveTo(int partition, int hash) {
    this.partition = partition;
    this.hash = hash;
  }

  /** Nothing is left to send. */
  public void moveToEnd() {
    moveTo(Integer.MAX_VALUE, KeyHash.LAST);
  }

  public boolean atEnd() {
    return partition == Integer.MAX_VALUE;
  }

  public boolean isDoneWithPartition() {
    return hash == KeyHash.LAST;
  }

  public boolean covers(int ofPartition, int keyHash) {
    return ofPartition < partition
        || (ofPartition == partition && Integer.compareUnsigned(keyHash, hash) <= 0);
  }
}
