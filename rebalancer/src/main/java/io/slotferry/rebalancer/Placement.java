package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapChange.ShardPlacement;
import io.slotferry.topology.Node;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.NodeReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are in the map, and which of them carries a copy of what. Of those that are free, one
 * that wants the shard is taken before one that wants none; then one in the zone that has least: of
 * the shard's copies for a replica, of the shards for a leader.
 */
final class Placement {
  /** node-2 comes before node-10. */
  private static final Comparator<Node> BY_ID =
      Comparator.comparing(node -> node.id().getBytes(StandardCharsets.UTF_8), KeyOrder.NATURAL);

  private static final long NEVER = Long.MAX_VALUE;

  private final ControlSettings settings;
  private final Reports reports;

  /** Since when there are enough nodes for the shards, but not for all replicas. */
  private long incompleteSinceMillis = NEVER;

  Placement(ControlSettings settings, Reports reports) {
    this.settings = settings;
    this.reports = reports;
  }

  void startOver() {
    incompleteSinceMillis = NEVER;
  }

  void visit(Agenda agenda, long nowMillis) {
    register(agenda, nowMillis);
    forget(agenda, nowMillis);
    if (agenda.map().shards().isEmpty()) {
      create(agenda, nowMillis);
    }
    for (Shard shard : List.copyOf(agenda.map().shards())) {
      completeReplicas(agenda, shard, nowMillis);
    }
  }

  private void register(Agenda agenda, long nowMillis) {
    for (NodeReport report : reports.all()) {
      Node node = report.node();
      if (reports.isUp(node.id(), nowMillis) && !node.equals(agenda.map().node(node.id()))) {
        agenda.propose(new MapChange.PutNode(node));
      }
    }
  }

  private void forget(Agenda agenda, long nowMillis) {
    for (Node node : List.copyOf(agenda.map().nodes())) {
      boolean gone = reports.silenceOf(node.id(), nowMillis) > settings.nodeForgottenMillis();
      if (gone && agenda.map().shardOn(node.id()) == null) {
        agenda.propose(new MapChange.RemoveNode(node.id()));
        reports.forget(node.id());
      }
    }
  }

  private void create(Agenda agenda, long nowMillis) {
    List<Node> leaders = spares(agenda.map(), Role.SHARD, nowMillis);
    List<Node> chosen = new ArrayList<>();
    for (int shard = 1; shard <= settings.shards() && !leaders.isEmpty(); shard++) {
      chosen.add(takeFor(shard, leaders, chosen));
    }
    if (chosen.size() < settings.shards()) {
      incompleteSinceMillis = NEVER;
      return;
    }
    List<Node> replicas = spares(agenda.map(), Role.REPLICA, nowMillis);
    replicas.removeAll(chosen);
    if (replicas.size() < settings.shards() * settings.replicas()) {
      incompleteSinceMillis = Math.min(incompleteSinceMillis, nowMillis);
      if (nowMillis - incompleteSinceMillis < settings.createMillis()) {
        return;
      }
    }
    List<ShardPlacement> placements = new ArrayList<>();
    for (int shard = 1; shard <= settings.shards(); shard++) {
      placements.add(new ShardPlacement(shard, chosen.get(shard - 1).id(), List.of()));
    }
    agenda.propose(new MapChange.CreateCluster(placements));
  }

  private void completeReplicas(Agenda agenda, Shard shard, long nowMillis) {
    List<Node> spares = spares(agenda.map(), Role.REPLICA, nowMillis);
    spares.removeIf(node -> isWantedElsewhere(agenda.map(), node, shard.id(), nowMillis));
    int missing = settings.replicas() - present(shard, nowMillis);
    while (missing > 0 && !spares.isEmpty()) {
      Node taken = takeFor(shard.id(), spares, copies(agenda.map(), shard.id()));
      agenda.propose(new MapChange.AddReplica(shard.id(), taken.id()));
      missing--;
    }
    Shard now = agenda.map().shard(shard.id());
    if (now != null && now.replicas().size() > settings.replicas()) {
      removeLost(agenda, now, nowMillis);
    }
  }

  /** Those that others have replaced. */
  private void removeLost(Agenda agenda, Shard shard, long nowMillis) {
    int surplus = shard.replicas().size() - settings.replicas();
    for (String replica : shard.replicas()) {
      boolean needed = isPresent(replica, nowMillis) || shard.inSync().contains(replica);
      if (surplus > 0
          && !needed
          && agenda.propose(new MapChange.RemoveReplica(shard.id(), replica))) {
        surplus--;
      }
    }
  }

  /** Whether the node was meant for another shard, and that one lacks a replica. */
  private boolean isWantedElsewhere(ClusterMap map, Node node, int shard, long nowMillis) {
    Shard preferred = map.shard(node.preferredShard());
    return preferred != null
        && preferred.id() != shard
        && present(preferred, nowMillis) < settings.replicas();
  }

  private int present(Shard shard, long nowMillis) {
    int present = 0;
    for (String replica : shard.replicas()) {
      present += isPresent(replica, nowMillis) ? 1 : 0;
    }
    return present;
  }

  /** Up, or not gone for so long that it must be replaced. */
  private boolean isPresent(String replica, long nowMillis) {
    return reports.silenceOf(replica, nowMillis) <= settings.replicaLostMillis();
  }

  /** A spare node with the shard role for the new shard {@code id}; 0: for any. */
  @Nullable Node spareForShard(ClusterMap map, int id, long nowMillis) {
    List<Node> spares = spares(map, Role.SHARD, nowMillis);
    return spares.isEmpty() ? null : takeFor(id, spares, leaders(map));
  }

  /** Nodes in the map that are up, have the role, and carry no copy, in the order of their ids. */
  private List<Node> spares(ClusterMap map, Role role, long nowMillis) {
    List<Node> spares = new ArrayList<>();
    for (Node node : map.nodes()) {
      if (node.roles().contains(role)
          && reports.isUp(node.id(), nowMillis)
          && map.shardOn(node.id()) == null) {
        spares.add(node);
      }
    }
    spares.sort(BY_ID);
    return spares;
  }

  private static List<Node> leaders(ClusterMap map) {
    List<Node> leaders = new ArrayList<>();
    for (Shard shard : map.shards()) {
      leaders.add(map.node(shard.leader()));
    }
    return leaders;
  }

  private static List<Node> copies(ClusterMap map, int id) {
    List<Node> copies = new ArrayList<>();
    for (Node node : map.nodes()) {
      Shard carried = map.shardOn(node.id());
      if (carried != null && carried.id() == id) {
        copies.add(node);
      }
    }
    return copies;
  }

  /**
   * Takes the best of {@code spares}, the first of equals.
   *
   * @param others it should be in another zone than they
   */
  private static Node takeFor(int shard, List<Node> spares, List<Node> others) {
    Node best =
        Collections.min(
            spares,
            Comparator.<Node>comparingInt(node -> -fitness(node, shard))
                .thenComparingLong(node -> inZone(node.zone(), others)));
    spares.remove(best);
    return best;
  }

  /** One that prefers the shard, one without preference, any. */
  private static int fitness(Node node, int shard) {
    if (node.preferredShard() == shard) {
      return 2;
    }
    return node.preferredShard() == 0 ? 1 : 0;
  }

  private static long inZone(String zone, List<Node> nodes) {
    return nodes.stream().filter(node -> node.zone().equals(zone)).count();
  }
}
