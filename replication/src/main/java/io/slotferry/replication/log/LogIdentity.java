package io.slotferry.replication.log;

/**
 * Whose history a log holds. A promoted leader draws a new replication id and keeps the old one for
 * the offsets before its promotion, so that its siblings continue without a full resync (Redis'
 * PSYNC2).
 *
 * @param replicationId names the history; empty when the copy has none yet
 * @param secondaryId the history that this one continues; empty when there is none
 * @param secondaryUntil the two histories are the same for offsets up to this one, inclusive
 * @param epoch the shard's epoch under which this was learnt
 */
public record LogIdentity(
    String replicationId, String secondaryId, long secondaryUntil, long epoch) {
  /** {@link #secondaryUntil} without a secondary id. */
  public static final long NO_OFFSET = -1;

  public static final LogIdentity NONE = new LogIdentity("", "", NO_OFFSET, 0);

  /** Whether the copy has a history at all, or must first be synced (or lead a new shard). */
  public boolean known() {
    return !replicationId.isEmpty();
  }

  /** The identity after a promotion at {@code endOffset}. */
  LogIdentity promoted(String newReplicationId, long endOffset, long newEpoch) {
    return new LogIdentity(
        newReplicationId, replicationId, known() ? endOffset : NO_OFFSET, newEpoch);
  }
}
