package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Move;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.NodeReport;
import io.slotferry.topology.message.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A control loop with a map that accepts at once, and nodes that do exactly what a test says. Time
 * goes in steps of a tick, in which every node that is up reports.
 */
final class LoopDriver {
  static final long WALL_MILLIS = 1_700_000_000_000L;

  /** A node as its next report tells it. */
  static final class FakeNode {
    Node node;
    long incarnation = 1;
    boolean up = true;
    long logEpoch;
    long offset;
    Set<String> wantedInSync = Set.of();
    long inSyncRevision;
    long handover;
    boolean mayLack;
  }

  final ControlSettings settings;
  final Map<String, FakeNode> nodes = new TreeMap<>();
  final List<MapChange> proposed = new ArrayList<>();
  ControlLoop loop;
  ClusterMap map = ClusterMap.EMPTY;
  long nowMillis = 5_000;
  private long leadership;

  /** All nodes hear the same. */
  private Stamp heard = Stamp.NONE;

  LoopDriver(ControlSettings settings) {
    this.settings = settings;
    loop = new ControlLoop(settings);
    becameLeader();
  }

  /** Another rebalancer does. */
  void becameLeader() {
    loop.becameLeader(++leadership, nowMillis);
  }

  /** A cluster that is up, every replica in sync. */
  static LoopDriver running(int shards, int replicas) {
    LoopDriver driver = new LoopDriver(ControlSettings.of(shards, replicas));
    for (int i = 1; i <= shards; i++) {
      driver.join("shard-" + i, Role.SHARD, i);
    }
    for (int i = 1; i <= shards * replicas; i++) {
      driver.join("replica-" + i, Role.REPLICA, (i - 1) % shards + 1);
    }
    driver.steps(3);
    for (Shard shard : driver.map.shards()) {
      Set<String> all = new java.util.HashSet<>(shard.replicas());
      all.add(shard.leader());
      driver.change(new MapChange.SetInSync(shard.id(), 1, 1, all));
      all.forEach(node -> driver.nodes.get(node).logEpoch = 1);
    }
    driver.step();
    driver.proposed.clear();
    return driver;
  }

  FakeNode join(String id, Role role, int preferredShard) {
    return join(id, role, preferredShard, "");
  }

  FakeNode join(String id, Role role, int preferredShard, String zone) {
    FakeNode node = new FakeNode();
    node.node = new Node(id, Set.of(role), "127.0.0.1", 0, 0, preferredShard, zone);
    nodes.put(id, node);
    return node;
  }

  FakeNode node(String id) {
    return nodes.get(id);
  }

  Shard shard(int id) {
    return map.shard(id);
  }

  void steps(int count) {
    for (int i = 0; i < count; i++) {
      step();
    }
  }

  /** Lets {@code millis} pass, in steps. */
  void pass(int millis) {
    steps(millis / ControlSettings.TICK_MILLIS);
  }

  /** Everyone reports, then the loop ticks and the map answers. */
  void step() {
    nowMillis += ControlSettings.TICK_MILLIS;
    loop.leadershipConfirmed(nowMillis);
    for (FakeNode node : nodes.values()) {
      if (node.up) {
        heard = loop.heartbeat(report(node), nowMillis).stamp();
      }
    }
    for (MapChange change : tick()) {
      answer(change);
    }
  }

  List<MapChange> tick() {
    List<MapChange> changes = loop.tick(nowMillis, WALL_MILLIS + nowMillis);
    proposed.addAll(changes);
    return changes;
  }

  void answer(MapChange change) {
    switch (map.apply(change)) {
      case Outcome.Accepted(ClusterMap next) -> {
        changed(next);
        loop.answered(change, new ChangeAnswer.Accepted(next.version()));
      }
      case Outcome.Refused(String reason) ->
          loop.answered(change, new ChangeAnswer.Refused(reason));
    }
  }

  /** A change that someone else proposed. */
  long change(MapChange change) {
    changed(((Outcome.Accepted) map.apply(change)).map());
    return map.version();
  }

  private void changed(ClusterMap next) {
    map = next;
    loop.mapChanged(next);
  }

  /** Commits up to {@code count} partitions of every move, as the source leaders do. */
  void commitMoves(int count) {
    for (Move move : List.copyOf(map.moves())) {
      int[] some =
          java.util.Arrays.copyOf(move.partitions(), Math.min(count, move.partitions().length));
      change(
          new MapChange.CommitMove(
              move.id(), shard(move.from()).epoch(), shard(move.to()).epoch(), some));
    }
  }

  List<Lease> heartbeat(String node) {
    HeartbeatAnswer answer = loop.heartbeat(report(nodes.get(node)), nowMillis);
    return answer.leases();
  }

  NodeReport report(FakeNode node) {
    Shard shard = map.shardOn(node.node.id());
    if (shard == null) {
      return new NodeReport(node.node, node.incarnation, map.version(), heard, List.of());
    }
    boolean leads =
        shard.leader().equals(node.node.id()) && shard.incarnation() == node.incarnation;
    CopyReport copy =
        new CopyReport(
            shard.id(),
            leads ? shard.epoch() : node.logEpoch,
            leads,
            "history-" + node.logEpoch,
            node.offset,
            node.wantedInSync,
            node.inSyncRevision,
            node.handover,
            node.mayLack);
    return new NodeReport(node.node, node.incarnation, map.version(), heard, List.of(copy));
  }
}
