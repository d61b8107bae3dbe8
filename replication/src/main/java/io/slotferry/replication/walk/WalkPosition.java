package io.slotferry.replication.walk;

import io.slotferry.engine.hash.KeyHash;

/**
 * How far a {@link PartitionWalk} has come: everything in partitions below {@link #partition}, and
 * in it every key whose hash is at most {@link #hash} (unsigned), has been sent. Both ends hold
 * one; it is what tells an effect that must be applied (its key was sent before) from one that a
 * later chunk will include. A key whose value travels in parts is neither until its last part:
 * effects on it are held (see {@link io.slotferry.engine.store.ChunkWriter}).
 */
public final class WalkPosition {
  private int partition = -1;
  private int hash = KeyHash.LAST;
  private int frozen = KeyHash.BEFORE_FIRST;

  public int partition() {
    return partition;
  }

  public int hash() {
    return hash;
  }

  public void moveTo(int partition, int hash) {
    moveTo(partition, hash, KeyHash.BEFORE_FIRST);
  }

  /**
   * @param frozen the hash of keys of which only parts were sent, as they were before the first
   *     part; {@link KeyHash#BEFORE_FIRST} for none
   */
  public void moveTo(int partition, int hash, int frozen) {
    this.partition = partition;
    this.hash = hash;
    this.frozen = frozen;
  }

  public int frozen() {
    return frozen;
  }

  /** Whether there are keys of which only parts were sent. */
  public boolean isFreezing() {
    return frozen != KeyHash.BEFORE_FIRST;
  }

  /** Whether an effect on such a key has to wait for the last part. */
  public boolean freezes(int ofPartition, int keyHash) {
    return keyHash == frozen && ofPartition == partition && isFreezing();
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
