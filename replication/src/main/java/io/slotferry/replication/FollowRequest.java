package io.slotferry.replication;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * A follower asks its leader for the replication stream from where it stands (Redis' PSYNC).
 *
 * @param epoch the leader's epoch as the follower's map has it
 * @param session the follower's own number for this attempt, growing; names the link
 * @param replicationId the history that {@code offset} counts in; empty for a copy without data
 * @param offset the follower has applied everything before it
 * @param walkPartition where an unfinished partition sync stopped, or {@link #NO_SYNC}
 * @param walkHash the same, within the partition
 */
record FollowRequest(
    int shard,
    long epoch,
    String node,
    long session,
    String replicationId,
    long offset,
    int walkPartition,
    int walkHash) {
  /** The copy is complete: no partition sync is under way. */
  static final int NO_SYNC = Integer.MIN_VALUE;

  boolean isSyncing() {
    return walkPartition != NO_SYNC;
  }

  void write(WireWriter out) {
    out.i32(shard);
    out.i64(epoch);
    out.text(node);
    out.i64(session);
    out.text(replicationId);
    out.i64(offset);
    out.i32(walkPartition);
    out.i32(walkHash);
  }

  static FollowRequest read(WireReader in) {
    return new FollowRequest(
        in.i32(), in.i64(), in.text(), in.i64(), in.text(), in.i64(), in.i32(), in.i32());
  }
}
