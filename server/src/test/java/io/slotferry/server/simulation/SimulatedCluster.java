package io.slotferry.server.simulation;

import io.slotferry.replication.storage.Fsync;
import io.slotferry.server.verify.Findings;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.CopyReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One life of a cluster: it comes up, misfortunes befall it while clients work, it is left in peace
 * and must come to rest with nothing lost.
 */
final class SimulatedCluster {
  static final int SHARDS = 3;
  static final int COPIES = 3;
  private static final int REBALANCERS = 3;
  private static final int GATEWAYS = 2;
  private static final int CLIENTS = 4;
  private static final int START_MILLIS_MAX = 10_000;
  private static final int TROUBLE_MILLIS = 12_000;
  private static final int TROUBLE_EVERY_MILLIS_MAX = 600;
  private static final int REST_MILLIS_MAX = 60_000;
  private static final int LOOK_MILLIS = 250;

  final Rules rules;
  final Timeline timeline;
  final SimulatedNetwork network;
  final SimulatedRaft raft;
  final SimulatedHistory history = new SimulatedHistory();
  final Invariants invariants;
  private final Map<String, SimulatedNode> nodes = new TreeMap<>();
  private final List<SimulatedRebalancer> rebalancers = new ArrayList<>();
  private final List<GatewayProcess> gateways = new ArrayList<>();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  SimulatedCluster(long seed, Rules rules) {
    this.rules = rules;
    timeline = new Timeline(seed);
    network = new SimulatedNetwork(timeline);
    invariants = new Invariants(this);
    raft = new SimulatedRaft(timeline, network, rules, invariants::committed);
    Fsync fsync = Fsync.values()[timeline.random.nextInt(Fsync.values().length)];
    for (int i = 1; i <= REBALANCERS; i++) {
      SimulatedRebalancer rebalancer = new SimulatedRebalancer("rebalancer-" + i, this);
      rebalancers.add(rebalancer);
      raft.join(rebalancer);
      names.add(rebalancer.name);
    }
    for (int shard = 1; shard <= SHARDS; shard++) {
      addNode("shard-" + shard, shard, Role.SHARD, fsync);
      for (int i = 1; i < COPIES; i++) {
        addNode("replica-" + shard + "-" + i, shard, Role.REPLICA, fsync);
      }
    }
    for (int i = 1; i <= GATEWAYS; i++) {
      GatewayProcess gateway = new GatewayProcess("gateway-" + i, this);
      gateways.add(gateway);
      names.add(gateway.name);
    }
    for (int i = 1; i <= CLIENTS; i++) {
      SimulatedClient client = new SimulatedClient("client-" + i, this);
      clients.add(client);
      names.add(client.name);
    }
  }

  private void addNode(String name, int shard, Role role, Fsync fsync) {
    nodes.put(name, new SimulatedNode(name, shard, role, fsync, this));
    names.add(name);
  }

  List<SimulatedNode> nodes() {
    return List.copyOf(nodes.values());
  }

  List<SimulatedRebalancer> rebalancers() {
    return rebalancers;
  }

  List<GatewayProcess> gateways() {
    return gateways;
  }

  /** Of all processes. */
  List<String> names() {
    return names;
  }

  SimulatedNode node(String name) {
    return nodes.get(name);
  }

  List<SimulatedNode> copiesOf(Shard shard) {
    List<SimulatedNode> copies = new ArrayList<>();
    for (SimulatedNode node : nodes.values()) {
      if (shard.hasCopyOn(node.name)) {
        copies.add(node);
      }
    }
    return copies;
  }

  // ---- a life

  void live() {
    rebalancers.forEach(SimulatedRebalancer::start);
    nodes.values().forEach(SimulatedNode::start);
    gateways.forEach(GatewayProcess::start);
    raft.start();
    passUntil(START_MILLIS_MAX, "it comes up", this::isWhole);
    clients.forEach(SimulatedClient::next);
    Misfortunes misfortunes = new Misfortunes(this);
    long end = timeline.nowMillis() + TROUBLE_MILLIS;
    while (timeline.nowMillis() < end) {
      misfortunes.next();
      timeline.pass(timeline.random.nextInt(TROUBLE_EVERY_MILLIS_MAX));
    }
    heal();
    clients.forEach(SimulatedClient::finish);
    passUntil(REST_MILLIS_MAX, "it comes to rest", this::isAtRest);
    readAll();
    raft.map().shards().forEach(invariants::equalCopies);
    judge(history.check());
  }

  private void heal() {
    network.heal();
    for (SimulatedNode node : nodes.values()) {
      node.fillDisk(false);
      node.slowDisk(false);
      // One that has lost its disk is already on its way back, and may not be there too soon.
      heal(node, node.hasLostDisk() ? () -> {} : node::start);
    }
    rebalancers.forEach(rebalancer -> heal(rebalancer, rebalancer::start));
    gateways.forEach(gateway -> heal(gateway, gateway::start));
  }

  private static void heal(SimulatedProcess process, Runnable start) {
    process.resume();
    if (!process.isUp()) {
      start.run();
    }
  }

  private void passUntil(int millisMax, String what, BooleanSupplier done) {
    long end = timeline.nowMillis() + millisMax;
    while (!done.getAsBoolean()) {
      if (timeline.nowMillis() >= end && !isEveryShardAlive()) {
        throw new Invariants.NothingPromised();
      }
      Invariants.require(timeline.nowMillis() < end, "%s: %s", what, this);
      timeline.pass(LOOK_MILLIS);
    }
  }

  /** Every shard is served, and all its copies are in sync. */
  private boolean isWhole() {
    ClusterMap map = raft.map();
    for (Shard shard : map.shards()) {
      if (shard.inSync().size() < COPIES || !node(shard.leader()).isServing()) {
        return false;
      }
    }
    return map.shards().size() == SHARDS;
  }

  /**
   * Whether every shard has a member of its in-sync set that has data: the last one may have lost
   * its disk when it had just asked to be the only one.
   */
  private boolean isEveryShardAlive() {
    for (Shard shard : raft.map().shards()) {
      boolean alive = false;
      for (String member : shard.inSync()) {
        CopyReport report = node(member).copy().report();
        alive |= report != null && report.offset() >= 0;
      }
      if (!alive) {
        return false;
      }
    }
    return true;
  }

  private boolean isAtRest() {
    return isWhole()
        && raft.map().moves().isEmpty()
        && raft.map().operations().stream().allMatch(Operation::ended)
        && clients.stream().allMatch(SimulatedClient::isIdle)
        && sameOffsets();
  }

  private boolean sameOffsets() {
    for (Shard shard : raft.map().shards()) {
      long end = node(shard.leader()).copy().log().endOffset();
      for (String replica : shard.replicas()) {
        // That of an unfinished sync is -1, wherever its log ends.
        CopyReport report = node(replica).copy().report();
        if (!node(replica).isUp() || report == null || report.offset() != end) {
          return false;
        }
      }
    }
    return true;
  }

  private void readAll() {
    SimulatedClient reader = clients.getFirst();
    for (int i = 0; i < SimulatedHistory.LISTS; i++) {
      String key = SimulatedHistory.list(i);
      reader.read(key);
      passUntil(
          REST_MILLIS_MAX,
          key + " is read",
          () -> {
            if (reader.isIdle() && !reader.knows()) {
              reader.read(key); // It met the end of a planned switch.
            }
            return reader.isIdle();
          });
    }
  }

  private static void judge(Findings findings) {
    for (Findings.Kind kind : Findings.Kind.values()) {
      Invariants.require(findings.count(kind) == 0, "%s: %s", kind, findings.examples(kind));
    }
  }

  // ---- messages

  /** A frame to a copy. */
  void send(String from, String to, byte[] frame) {
    SimulatedNode receiver = node(to);
    send(from, receiver, frame, receiver::received);
  }

  /** A frame to where a gateway listens, if it does. */
  void sendToGateway(String from, String address, byte[] frame) {
    for (GatewayProcess gateway : gateways) {
      if (gateway.gateway().address().equals(address)) {
        send(from, gateway, frame, sent -> gateway.gateway().receive(sent));
      }
    }
  }

  private void send(String from, SimulatedProcess to, byte[] frame, Consumer<byte[]> receiver) {
    byte[] sent = frame.clone();
    if (rules.carries(from, to.name, sent)) {
      network.send(from, to.name, () -> to.act(to.life(), () -> receiver.accept(sent)));
    }
  }

  /** Asks one of the rebalancers that serve, if the message gets there. */
  void ask(String from, Consumer<SimulatedRebalancer> question) {
    List<SimulatedRebalancer> serving = new ArrayList<>(REBALANCERS);
    for (SimulatedRebalancer rebalancer : rebalancers) {
      if (rebalancer.isServing()) {
        serving.add(rebalancer);
      }
    }
    if (!serving.isEmpty()) {
      SimulatedRebalancer asked = serving.get(timeline.random.nextInt(serving.size()));
      int life = asked.life();
      network.send(
          from,
          asked.name,
          () ->
              asked.act(
                  life,
                  () -> {
                    if (asked.isServing()) {
                      question.accept(asked);
                    }
                  }));
    }
  }

  void pull(SimulatedNode node, Consumer<ClusterMap> taker) {
    int life = node.life();
    pull(node.name, map -> node.act(life, () -> taker.accept(map)));
  }

  /** Asks for the newest image that a rebalancer has. */
  void pull(String by, Consumer<ClusterMap> taker) {
    ask(
        by,
        rebalancer -> {
          ClusterMap image = rebalancer.image();
          network.send(rebalancer.name, by, () -> taker.accept(image));
        });
  }

  /** The rebalancer tells everybody of a new map. */
  void publish(SimulatedRebalancer from, ClusterMap map) {
    for (SimulatedNode node : nodes.values()) {
      network.send(from.name, node.name, () -> node.act(node.life(), () -> node.see(map)));
    }
    // A gateway often has an old one.
    for (GatewayProcess gateway : gateways) {
      if (timeline.random.nextBoolean()) {
        network.send(
            from.name, gateway.name, () -> gateway.act(gateway.life(), () -> gateway.see(map)));
      }
    }
  }

  /** An administrator wants something, and does not insist. */
  void administer(MapChange change) {
    ask(names.getLast(), rebalancer -> rebalancer.change(change, _ -> {}));
  }

  /** Tells two lives apart. */
  long fingerprint() {
    long fingerprint = timeline.moment();
    fingerprint = 31 * fingerprint + timeline.nowMillis();
    fingerprint = 31 * fingerprint + invariants.acknowledgements();
    for (Shard shard : raft.map().shards()) {
      fingerprint = 31 * fingerprint + node(shard.leader()).copy().log().endOffset();
    }
    return 31 * fingerprint + raft.map().version();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(raft.map().toString());
    raft.map().shards().forEach(shard -> text.append("\n  ").append(shard));
    raft.map().operations().forEach(operation -> text.append("\n  ").append(operation));
    nodes
        .values()
        .forEach(node ->
            text.append("\n  %s up=%s %s".formatted(node.name, node.isUp(), node.copy().report())));
    return text.toString();
  }
}
