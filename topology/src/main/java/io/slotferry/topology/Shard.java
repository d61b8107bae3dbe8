package io.slotferry.topology;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A replication group as the map sees it.
 *
 * @param leader node id of the copy that leads in {@link #epoch}
 * @param incarnation start number of the leader's node process at its promotion: a restarted leader
 *     does not lead on, it is promoted again (it may have lost its unsynced tail)
 * @param replicas node ids of the other copies
 * @param inSync node ids, the leader's included, that may be promoted
 * @param inSyncRevision the leader numbers the in-sync sets that it asks for in its epoch, from 1
 *     on; this is the number of the one that stands here. Until a set that it asked for stands here
 *     or has been overtaken, the leader counts that set's members as in sync too: nothing is
 *     committed that one of them lacks
 * @param epoch grows by one with every change of leader; 0 before the first promotion
 * @param draining true while its partitions are moved away so that it can leave
 * @param successor the in-sync replica to which the leader is to hand over, null for none: as soon
 *     as a leader sees it, it stops serving, brings the successor up to its own offset and says so
 *     in its heartbeat; it serves on only when it sees the successor gone at its own epoch
 * @param handover the map version that named the successor, 0 without one
 */
public record Shard(
    int id,
    String leader,
    long incarnation,
    List<String> replicas,
    Set<String> inSync,
    long inSyncRevision,
    long epoch,
    boolean draining,
    @Nullable String successor,
    long handover) {
  public Shard {
    replicas = List.copyOf(replicas);
    inSync = Set.copyOf(inSync);
  }

  public boolean hasCopyOn(String node) {
    return leader.equals(node) || replicas.contains(node);
  }

  Shard withDraining(boolean nowDraining) {
    return new Shard(
        id,
        leader,
        incarnation,
        replicas,
        inSync,
        inSyncRevision,
        epoch,
        nowDraining,
        successor,
        handover);
  }

  Shard withSuccessor(@Nullable String nowSuccessor, long nowHandover) {
    return new Shard(
        id,
        leader,
        incarnation,
        replicas,
        inSync,
        inSyncRevision,
        epoch,
        draining,
        nowSuccessor,
        nowHandover);
  }

  Shard withReplicas(List<String> nowReplicas) {
    return new Shard(
        id,
        leader,
        incarnation,
        nowReplicas,
        inSync,
        inSyncRevision,
        epoch,
        draining,
        successor,
        handover);
  }

  /** A successor that is no longer in sync cannot take over. */
  Shard withInSync(Set<String> nowInSync, long nowRevision) {
    boolean still = successor != null && nowInSync.contains(successor);
    return new Shard(
        id,
        leader,
        incarnation,
        replicas,
        nowInSync,
        nowRevision,
        epoch,
        draining,
        still ? successor : null,
        still ? handover : 0);
  }
}
