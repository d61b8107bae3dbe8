package io.slotferry.gateway.http;

import io.slotferry.topology.ClusterMap;
import java.util.List;

/** What a rebalance would move now. Thread: the HTTP server's event loop. */
@FunctionalInterface
public interface PlanPreview {
  List<PlannedMove> plan(ClusterMap map);

  /**
   * @param from shard
   * @param to shard
   * @param partitions slots and tablets, ascending
   */
  record PlannedMove(int from, int to, int[] partitions) {}
}
