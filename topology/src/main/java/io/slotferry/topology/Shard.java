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
 * @param epoch grows by one with every change of leader; 0 before the first promotion
 * @param draining true while its partitions are moved away so that it can leave
 * @param successor the in-sync replica to which the leader is to hand over, null for none: as soon
 *     as a leader sees it, it stops serving, brings the successor up to its own offset and says so
 *     in its heartbeat; it serves on only when it sees the successor gone at its own epoch
 */
public record Shard(
    int id,
    String leader,
    long incarnation,
    List<String> replicas,
    Set<String> inSync,
    long epoch,
    boolean draining,
    @Nullable String successor) {
  public Shard {
    replicas = List.copyOf(replicas);
    inSync = Set.copyOf(inSync);
  }

  public boolean hasCopyOn(String node) {
    return leader.equals(node) || replicas.contains(node);
  }

  Shard withDraining(boolean nowDraining) {
    return new Shard(id, leader, incarnation, replicas, inSync, epoch, nowDraining, successor);
  }

  Shard withSuccessor(@Nullable String nowSuccessor) {
    return new Shard(id, leader, incarnation, replicas, inSync, epoch, draining, nowSuccessor);
  }

  /** A successor that is no longer in sync cannot take over. */
  Shard withCopies(List<String> nowReplicas, Set<String> nowInSync) {
    String still = successor != null && nowInSync.contains(successor) ? successor : null;
    return new Shard(id, leader, incarnation, nowReplicas, nowInSync, epoch, draining, still);
  }
}
