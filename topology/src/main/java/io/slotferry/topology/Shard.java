package io.slotferry.topology;

import java.util.List;
import java.util.Set;

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
 */
public record Shard(
    int id,
    String leader,
    long incarnation,
    List<String> replicas,
    Set<String> inSync,
    long epoch,
    boolean draining) {
  public Shard {
    replicas = List.copyOf(replicas);
    inSync = Set.copyOf(inSync);
  }

  public boolean hasCopyOn(String node) {
    return leader.equals(node) || replicas.contains(node);
  }
}
