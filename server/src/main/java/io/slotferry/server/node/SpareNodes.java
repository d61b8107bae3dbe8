package io.slotferry.server.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which nodes a cluster on one machine starts and stops by itself: new ones for a shard
 * that shall join, and no longer those of a shard that has left.
 */
public final class SpareNodes {
  private final int replicas;
  private final Set<String> running = new HashSet<>();

  /** The shard that each node carries or carried. */
  private final Map<String, Integer> shardOf = new HashMap<>();

  /**
   * @param replicas how many replicas a shard gets
   */
  public SpareNodes(int replicas, List<NodePlan> started) {
    this.replicas = replicas;
    started.forEach(node -> running.add(node.id()));
  }

  /**
   * What the cluster is at.
   *
   * @param awaitsNode whether a shard that shall join waits for a node
   * @param nodes ids of all nodes of the map
   * @param shards ids of all shards
   * @param carriers the shard by the node that carries a copy of it
   */
  public record View(
      boolean awaitsNode, Set<String> nodes, Set<Integer> shards, Map<String, Integer> carriers) {}

  /**
   * What to do now.
   *
   * @param start in this order
   * @param stop ids
   */
  public record Step(List<NodePlan> start, List<String> stop) {}

  /** The nodes that it says to start and to stop count as started and stopped from now on. */
  public Step next(View view) {
    shardOf.putAll(view.carriers());
    List<String> stop = new ArrayList<>();
    for (String id : running) {
      Integer shard = shardOf.get(id);
      if (shard != null && !view.carriers().containsKey(id) && !view.shards().contains(shard)) {
        stop.add(id);
      }
    }
    stop.forEach(running::remove);
    List<NodePlan> start =
        view.awaitsNode() && !hasSpare()
            ? NodePlan.copies(highest(view.nodes()) + 1, replicas)
            : List.of();
    start.forEach(node -> running.add(node.id()));
    return new Step(start, stop);
  }

  private boolean hasSpare() {
    return running.stream().anyMatch(id -> id.startsWith("shard-") && !shardOf.containsKey(id));
  }

  /** The highest number that a node has or had. */
  private int highest(Set<String> known) {
    Set<String> ids = new HashSet<>(known);
    ids.addAll(running);
    ids.addAll(shardOf.keySet());
    int highest = 0;
    for (String id : ids) {
      NodePlan node = NodePlan.copy(id);
      if (node != null) {
        highest = Math.max(highest, node.number());
      }
    }
    return highest;
  }
}
