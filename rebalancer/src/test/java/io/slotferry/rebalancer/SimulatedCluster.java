package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Move;
import io.slotferry.topology.Node;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.NodeReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Two control loops and the nodes of a cluster in one thread, with a seeded clock, a network that
 * delays, drops and reorders, clocks that run at different speeds, and a rebalancer that may not
 * know yet that it is deposed. The invariants are checked after every step.
 */
final class SimulatedCluster {
  static final int STEP_MILLIS = 10;
  private static final int DELAY_MILLIS_MAX = 150;
  private static final int VIEW_DELAY_MILLIS_MAX = 400;
  private static final int SILENCE_MILLIS = 450;
  private static final int COMMIT_MILLIS_MAX = 1000;
  private static final int CUT_OFF_MILLIS_MAX = 4000;
  private static final int DEPOSED_MILLIS_MAX = 6000;
  private static final double CLOCK_SPREAD = 0.03;

  /** A rebalancer: it may lead, or believe that it still does. */
  private final class Rebalancer {
    final ControlLoop loop = new ControlLoop(settings);
    final double clockRate = rate();
    boolean believes;
    long nextTickMillis;

    long clock() {
      return (long) (nowMillis * clockRate);
    }
  }

  private record Event(long atMillis, long order, Runnable action) {}

  final Random random;
  final ControlSettings settings;
  final Map<String, SimulatedCopy> nodes = new TreeMap<>();
  ClusterMap map = ClusterMap.EMPTY;
  long nowMillis = 1_000;

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          java.util.Comparator.comparingLong(Event::atMillis).thenComparingLong(Event::order));
  private final Rebalancer[] rebalancers;
  private Rebalancer leader;
  private long order;
  private long nextWrite = 1;
  private final Map<Integer, Set<Long>> acknowledged = new HashMap<>();
  private final Map<Integer, Long> epochs = new HashMap<>();
  private int writesAcknowledged;

  SimulatedCluster(long seed, int shards, int replicas) {
    random = new Random(seed);
    // A short silence: leaders are suspected often, and wrongly.
    settings =
        new ControlSettings(
            shards,
            replicas,
            ControlSettings.LEASE_MILLIS,
            ControlSettings.LEASE_MARGIN_MILLIS,
            SILENCE_MILLIS,
            ControlSettings.GRACE_MILLIS,
            ControlSettings.CREATE_MILLIS,
            ControlSettings.HANDOVER_MILLIS,
            ControlSettings.REPLICA_LOST_MILLIS,
            ControlSettings.NODE_FORGOTTEN_MILLIS,
            AutomationSettings.OFF);
    rebalancers = new Rebalancer[] {new Rebalancer(), new Rebalancer()};
    leader = rebalancers[0];
    lead(leader);
    for (int i = 1; i <= shards; i++) {
      join("shard-" + i, Role.SHARD);
    }
    for (int i = 1; i <= shards * replicas; i++) {
      join("replica-" + i, Role.REPLICA);
    }
  }

  private double rate() {
    return 1 + (random.nextDouble() * 2 - 1) * CLOCK_SPREAD;
  }

  int writesAcknowledged() {
    return writesAcknowledged;
  }

  void join(String id, Role role) {
    Node node = new Node(id, Set.of(role), "127.0.0.1", 0, 0, 0, "");
    nodes.put(id, new SimulatedCopy(node, rate(), 1 + random.nextInt(5)));
  }

  void pass(int millis) {
    for (int i = 0; i < millis; i += STEP_MILLIS) {
      step();
    }
  }

  void step() {
    nowMillis += STEP_MILLIS;
    while (!events.isEmpty() && events.peek().atMillis() <= nowMillis) {
      events.poll().action().run();
    }
    for (SimulatedCopy node : nodes.values()) {
      if (node.up) {
        live(node);
      }
    }
    for (Rebalancer rebalancer : rebalancers) {
      if (rebalancer.believes && nowMillis >= rebalancer.nextTickMillis) {
        rebalancer.nextTickMillis = nowMillis + ControlSettings.TICK_MILLIS;
        tick(rebalancer);
      }
    }
    check();
  }

  private void later(int millisMax, Runnable action) {
    events.add(new Event(nowMillis + 1 + random.nextInt(millisMax), order++, action));
  }

  private boolean lost() {
    return random.nextInt(20) == 0;
  }

  // Rebalancers

  private void lead(Rebalancer rebalancer) {
    rebalancer.loop.mapChanged(map);
    rebalancer.loop.becameLeader(random.nextLong(), rebalancer.clock());
    rebalancer.believes = true;
  }

  void changeRebalancer() {
    Rebalancer deposed = leader;
    leader = deposed == rebalancers[0] ? rebalancers[1] : rebalancers[0];
    lead(leader);
    nodes.values().forEach(node -> node.reaches = random.nextInt(2));
    later(
        DEPOSED_MILLIS_MAX,
        () -> {
          if (leader != deposed) {
            deposed.believes = false;
            deposed.loop.lostLeadership();
          }
        });
  }

  private void tick(Rebalancer rebalancer) {
    if (rebalancer == leader) {
      rebalancer.loop.leadershipConfirmed(rebalancer.clock());
    }
    for (MapChange change : rebalancer.loop.tick(rebalancer.clock(), nowMillis)) {
      if (rebalancer == leader) {
        submit(rebalancer, change);
      }
    }
  }

  private void submit(Rebalancer by, MapChange change) {
    switch (random.nextInt(20)) {
      case 0 -> {
        by.loop.answered(change, new ChangeAnswer.Unknown("timed out"));
        later(COMMIT_MILLIS_MAX, () -> applyIfStillLed(by, change));
      }
      case 1 -> by.loop.answered(change, new ChangeAnswer.Unknown("dropped"));
      case 2, 3, 4, 5 -> later(COMMIT_MILLIS_MAX, () -> applyIfStillLed(by, change));
      default -> later(50, () -> applyIfStillLed(by, change));
    }
  }

  private void applyIfStillLed(Rebalancer by, MapChange change) {
    if (by == leader) {
      by.loop.answered(change, apply(change));
    }
  }

  /** A change that any client proposes, refused or not. */
  ChangeAnswer apply(MapChange change) {
    return switch (map.apply(change)) {
      case Outcome.Refused(String reason) -> new ChangeAnswer.Refused(reason);
      case Outcome.Accepted(ClusterMap next) -> {
        map = next;
        leader.loop.mapChanged(next);
        for (SimulatedCopy node : nodes.values()) {
          later(VIEW_DELAY_MILLIS_MAX, () -> node.see(next));
        }
        yield new ChangeAnswer.Accepted(next.version());
      }
    };
  }

  // Nodes

  private void live(SimulatedCopy node) {
    if (nowMillis >= node.nextHeartbeatMillis) {
      node.nextHeartbeatMillis = nowMillis + ControlSettings.HEARTBEAT_MILLIS;
      heartbeat(node);
    }
    if (node.takeRole()) {
      assertThat(node.log)
          .as("%s leads shard %d: no acknowledged write is lost", node.id(), node.shard().id())
          .containsAll(acknowledged.getOrDefault(node.shard().id(), Set.of()));
    }
    if (node.leads()) {
      leadShard(node);
    }
  }

  private void heartbeat(SimulatedCopy node) {
    Rebalancer to = rebalancers[node.reaches];
    if (lost() || node.cutOffUntilMillis > nowMillis) {
      return;
    }
    long sentMillis = nowMillis;
    NodeReport report = node.report();
    Rebalancer reached = to.believes ? to : leader;
    later(
        DELAY_MILLIS_MAX,
        () -> {
          HeartbeatAnswer answer = reached.loop.heartbeat(report, reached.clock());
          if (!lost()) {
            later(DELAY_MILLIS_MAX, () -> node.answered(answer, sentMillis, report.incarnation()));
          }
        });
  }

  private void leadShard(SimulatedCopy node) {
    Shard shard = node.shard();
    if (node.isServing(nowMillis)) {
      if (random.nextInt(30) == 0) {
        node.log.add(nextWrite++);
      }
      if (random.nextInt(5) == 0) {
        commitMoves(node);
      }
    }
    for (String replica : shard.replicas()) {
      if (random.nextInt(4) == 0) {
        node.sendLogTo(nodes.get(replica), nowMillis);
      }
    }
    if (random.nextInt(4) == 0) {
      node.wishInSync(nodes, nowMillis);
      node.handOver(nodes);
      acknowledge(node);
    }
  }

  /** A write counts as acknowledged once everyone who must has it. */
  private void acknowledge(SimulatedCopy node) {
    Set<Long> held = new HashSet<>(node.log);
    for (String member : node.mustAcknowledge()) {
      Shard its = nodes.get(member).shard();
      boolean answers = its != null && its.epoch() == node.shard().epoch();
      held.retainAll(answers ? nodes.get(member).log : List.of());
    }
    Set<Long> all = acknowledged.computeIfAbsent(node.shard().id(), _ -> new HashSet<>());
    int before = all.size();
    all.addAll(held);
    writesAcknowledged += all.size() - before;
  }

  private void commitMoves(SimulatedCopy node) {
    for (Move move : node.view.moves()) {
      Shard to = node.view.shard(move.to());
      if (move.from() == node.shard().id() && to != null) {
        int count = 1 + random.nextInt(move.partitions().length);
        int[] some = Arrays.copyOf(move.partitions(), count);
        long fromEpoch = node.shard().epoch();
        later(30, () -> apply(new MapChange.CommitMove(move.id(), fromEpoch, to.epoch(), some)));
      }
    }
  }

  // Trouble

  /** One random misfortune or wish of an administrator. */
  void disturb() {
    SimulatedCopy node = pick(new ArrayList<>(nodes.values()));
    switch (random.nextInt(17)) {
      case 0, 1, 2 -> {
        if (node.up) {
          node.crash();
        } else {
          node.restart();
        }
      }
      case 3 -> {
        if (node.up) {
          node.crash();
          node.restart();
        }
      }
      case 4, 5, 6 -> node.cutOffUntilMillis = nowMillis + random.nextInt(CUT_OFF_MILLIS_MAX);
      case 7, 8 -> changeRebalancer();
      case 9 -> begin(Operation.Kind.ADD_SHARD);
      case 10 -> begin(Operation.Kind.REMOVE_SHARD);
      case 11 -> begin(Operation.Kind.REBALANCE);
      case 12 -> steerOperation();
      case 13 -> join("spare-" + nodes.size(), random.nextBoolean() ? Role.SHARD : Role.REPLICA);
      default -> switchLeader();
    }
  }

  private void begin(Operation.Kind kind) {
    if (!map.shards().isEmpty()) {
      Operation.State state =
          kind == Operation.Kind.ADD_SHARD
              ? Operation.State.WAITING_FOR_NODE
              : Operation.State.RUNNING;
      int shard = kind == Operation.Kind.REMOVE_SHARD ? pick(List.copyOf(map.shards())).id() : 0;
      apply(new MapChange.BeginOperation(kind, state, shard, nowMillis, ""));
    }
  }

  private void steerOperation() {
    if (!map.operations().isEmpty()) {
      long operation = pick(List.copyOf(map.operations())).id();
      apply(
          random.nextInt(4) == 0
              ? new MapChange.CancelOperation(operation, nowMillis)
              : new MapChange.PauseOperation(operation, random.nextBoolean()));
    }
  }

  private void switchLeader() {
    if (!map.shards().isEmpty()) {
      Shard shard = pick(List.copyOf(map.shards()));
      if (!shard.replicas().isEmpty()) {
        apply(new MapChange.SetSuccessor(shard.id(), shard.epoch(), pick(shard.replicas())));
      }
    }
  }

  /** All is well again: every node is up, and no operation is paused. */
  void heal() {
    for (SimulatedCopy node : nodes.values()) {
      node.cutOffUntilMillis = 0;
      if (!node.up) {
        node.restart();
      }
    }
    for (Operation operation : map.operations()) {
      apply(new MapChange.PauseOperation(operation.id(), false));
    }
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  // Invariants

  private void check() {
    Map<Integer, String> serving = new HashMap<>();
    for (SimulatedCopy node : nodes.values()) {
      if (node.isServing(nowMillis)) {
        String other = serving.put(node.shard().id(), node.id());
        assertThat(other).as("at %d: beside %s", nowMillis, node.id()).isNull();
      }
    }
    for (Shard shard : map.shards()) {
      Long before = shard.epoch() == 0 ? null : epochs.put(shard.id(), shard.epoch());
      assertThat(before == null || before <= shard.epoch()).as("epochs never fall").isTrue();
      if (shard.epoch() == 0) {
        acknowledged.remove(shard.id());
      }
    }
  }

  boolean everyShardIsServed() {
    Set<Integer> served = new HashSet<>();
    for (SimulatedCopy node : nodes.values()) {
      if (node.isServing(nowMillis)) {
        served.add(node.shard().id());
      }
    }
    return served.size() == map.shards().size();
  }
}
