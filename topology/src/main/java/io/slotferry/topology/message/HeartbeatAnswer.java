package io.slotferry.topology.message;

import java.util.List;

/**
 * Answer to a {@link NodeReport}.
 *
 * @param mapVersion the newest version; a node that has an older one asks for the map
 * @param stamp goes back with the node's next report
 * @param leases one for each copy that may lead on
 */
public record HeartbeatAnswer(long mapVersion, Stamp stamp, List<Lease> leases) {
  public HeartbeatAnswer {
    leases = List.copyOf(leases);
  }

  /**
   * The right to lead {@code shard} in {@code epoch}.
   *
   * @param leaseMillis how long, counted from when the heartbeat was sent
   */
  public record Lease(int shard, long epoch, int leaseMillis) {}
}
