package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.ChunkWriter;
import io.slotferry.engine.store.Partition;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.protocol.shard.TransactionBatch;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapChange.ShardPlacement;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Shard copies of several shards in one thread, with the map held by the test: every node hears of
 * a change after a delay of its own. Copies keep their memory over a cut, and lose it in a restart.
 */
final class SimulatedCluster {
  final RandomGenerator random;
  final SimulatedNetwork network;
  private final Map<String, ShardCopy> copies = new TreeMap<>();
  private final Set<String> movingOn = new HashSet<>();
  private final Map<String, Long> incarnations = new HashMap<>();
  private ClusterMap map = ClusterMap.EMPTY;
  private final Set<Sent> underWay = new java.util.HashSet<>();
  private long operation;
  private long tickets;

  /** The one that clients use. */
  private int keyspace;

  /** A call that a copy has taken and not answered. */
  private record Sent(ShardCopy at, ShardCall call, Request request, Answer answer) {}

  /** Grants the leases; null: every copy always has one. */
  private @Nullable SimulatedControl control;

  SimulatedCluster(long seed, int shards) {
    this(seed, shards, 1);
  }

  SimulatedCluster(long seed, int shards, int replicas) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    network = new SimulatedNetwork(random);
    List<ShardPlacement> placements = new ArrayList<>();
    for (int shard = 1; shard <= shards; shard++) {
      List<String> ofShard = new ArrayList<>(List.of(replicaNode(shard)));
      for (int more = 2; more <= replicas; more++) {
        ofShard.add(replicaNode(shard) + "-" + more);
      }
      placements.add(new ShardPlacement(shard, leaderNode(shard), ofShard));
      join(leaderNode(shard));
      ofShard.forEach(this::join);
    }
    change(new MapChange.CreateCluster(placements));
    for (int shard = 1; shard <= shards; shard++) {
      promote(shard, leaderNode(shard));
    }
    run(200);
  }

  static String leaderNode(int shard) {
    return "shard-" + shard;
  }

  static String replicaNode(int shard) {
    return "replica-" + shard;
  }

  private void join(String node) {
    change(new MapChange.PutNode(new Node(node, Set.of(Role.SHARD), "", 0, 0, 0, "")));
    start(node);
  }

  /** A process starts with an empty memory; an earlier one of the same node is gone. */
  void start(String node) {
    long incarnation = incarnations.merge(node, 1L, Long::sum);
    ShardCopy copy =
        new ShardCopy(
            node,
            random,
            network,
            network::send,
            (change, answer) -> propose(change, answer),
            new LoopTurns() {
              @Override
              public void flushLater() {
                // After each frame and tick anyhow.
              }

              @Override
              public void moveOnLater() {
                if (movingOn.add(node)) {
                  network.after(1, () -> moveOn(node));
                }
              }
            });
    copy.open(CopyDisk.inMemory(incarnation));
    copies.put(node, copy);
    network.attach(
        node,
        frame -> {
          if (control != null && control.isPaused(node)) {
            return;
          }
          WireReader in = new WireReader(frame);
          copy.received(FrameKind.of(in.u8()), in);
          copy.flush();
        });
    copy.mapChanged(map);
    tick(node, copy);
  }

  /** From now on leases, elections and the in-sync sets are this one's. */
  void use(SimulatedControl newControl) {
    control = newControl;
  }

  void stop(String node) {
    ShardCopy stopped = copies.remove(node);
    network.detach(node);
    underWay.stream().filter(call -> call.at == stopped).toList().forEach(this::lost);
  }

  /** Whoever had the call is gone: a gateway learns that, and routes what only reads again. */
  private void lost(Sent sent) {
    underWay.remove(sent);
    if (sent.call.command.isWrite()) {
      sent.answer.text = "-UNCERTAIN";
    } else {
      network.after(2, () -> route(sent.call, sent.request, sent.answer));
    }
  }

  private void moveOn(String node) {
    movingOn.remove(node);
    ShardCopy copy = copies.get(node);
    if (copy != null && (control == null || !control.isPaused(node))) {
      copy.moveOn(0);
    }
  }

  private void tick(String node, ShardCopy copy) {
    if (copies.get(node) != copy) {
      return;
    }
    if (control != null && control.isPaused(node)) {
      network.after(ShardCopy.TICK_MILLIS, () -> tick(node, copy));
      return;
    }
    Shard shard = copy.shard();
    if (shard != null && control == null) {
      copy.leaseGranted(shard.id(), shard.epoch(), network.monotonicMillis(), 10_000);
    }
    copy.tickFollowing();
    copy.tickLeading();
    copy.flush();
    network.after(ShardCopy.TICK_MILLIS, () -> tick(node, copy));
  }

  /** Changes the map, and tells everyone, each after a while. */
  void change(MapChange change) {
    Outcome outcome = map.apply(change);
    if (!(outcome instanceof Outcome.Accepted(ClusterMap next))) {
      throw new AssertionError(outcome);
    }
    accept(next);
  }

  private void accept(ClusterMap next) {
    map = next;
    for (String node : List.copyOf(copies.keySet())) {
      network.after(1 + random.nextInt(20), () -> tell(node));
    }
  }

  private void tell(String node) {
    ShardCopy copy = copies.get(node);
    if (copy != null && control != null && (control.isPaused(node) || control.isCut(node))) {
      network.after(20, () -> tell(node));
    } else if (copy != null) {
      copy.mapChanged(map);
      copy.flush();
    }
  }

  private void propose(MapChange change, MapProposals.Answer answer) {
    network.after(
        1 + random.nextInt(10),
        () -> {
          boolean accepted = false;
          if (map.apply(change) instanceof Outcome.Accepted(ClusterMap next)) {
            accept(next);
            accepted = true;
          }
          boolean heard = random.nextInt(10) > 0;
          MapProposals.Fate fate =
              !heard
                  ? MapProposals.Fate.UNKNOWN
                  : accepted ? MapProposals.Fate.ACCEPTED : MapProposals.Fate.REFUSED;
          long version = heard ? map.version() : 0;
          network.after(1 + random.nextInt(10), () -> answer.decided(fate, version));
        });
  }

  void promote(int shard, String node) {
    Shard known = shard(shard);
    change(
        new MapChange.Promote(
            shard, known.epoch(), node, incarnations.getOrDefault(node, 1L), false));
  }

  long incarnation(String node) {
    return incarnations.getOrDefault(node, 0L);
  }

  /** The nodes that are up. */
  Set<String> nodes() {
    return Set.copyOf(copies.keySet());
  }

  /** Takes all of a shard's copies into the in-sync set. */
  void allInSync(int shard) {
    Shard known = shard(shard);
    Set<String> all = new java.util.HashSet<>(known.replicas());
    all.add(known.leader());
    change(new MapChange.SetInSync(shard, known.epoch(), known.inSyncRevision() + 1, all));
  }

  Shard shard(int shard) {
    Shard known = map.shard(shard);
    if (known == null) {
      throw new AssertionError("no shard " + shard);
    }
    return known;
  }

  ClusterMap map() {
    return map;
  }

  ShardCopy copy(String node) {
    return copies.get(node);
  }

  /** Starts to move these partitions. */
  void move(int from, int to, int[] partitions) {
    if (operation == 0) {
      change(
          new MapChange.BeginOperation(
              io.slotferry.topology.Operation.Kind.REBALANCE,
              io.slotferry.topology.Operation.State.RUNNING,
              0,
              0,
              ""));
      operation = map.version();
    }
    change(new MapChange.BeginMove(operation, from, to, partitions));
  }

  void run(long millis) {
    network.run(millis);
  }

  // ---- clients

  /** Commands are about keys of this keyspace from now on. */
  void use(int newKeyspace) {
    keyspace = newKeyspace;
  }

  /** A client's command, routed by the newest map, and routed again until a shard takes it. */
  Answer send(String... arguments) {
    return send(Command.valueOf(arguments[0]), Request.of(arguments), arguments[1]);
  }

  /** A command of a client that is sync, given to whoever leads or believes to. */
  Answer sendSync(String... arguments) {
    return send(true, Command.valueOf(arguments[0]), Request.of(arguments), arguments[1]);
  }

  /** A transaction on keys that are together with {@code key}. */
  Answer transact(String key, String[]... commands) {
    TransactionBatch.Writer batch = new TransactionBatch.Writer();
    batch.begin(Command.EXECUTE_BATCH);
    for (String[] command : commands) {
      batch.add(2, 0, Request.of(command));
    }
    return send(Command.EXECUTE_BATCH, batch.request().detached(), key);
  }

  private Answer send(Command command, Request request, String key) {
    return send(false, command, request, key);
  }

  private Answer send(boolean sync, Command command, Request request, String key) {
    ShardCall call = new ShardCall();
    call.command = command;
    Answer answer = new Answer();
    call.keyspace = keyspace;
    call.partition = partition(key);
    call.ticket = ++tickets;
    call.sync = sync;
    route(call, request, answer);
    return answer;
  }

  /** What a command was answered, as text; empty as long as it was not. */
  static final class Answer {
    String text = "";

    private void take(ReplyWriter reply) {
      assertThat(text).isEmpty();
      text = new String(reply.toByteArray(), StandardCharsets.ISO_8859_1);
    }
  }

  int partition(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return map.partitionOf(keyspace, bytes, 0, bytes.length);
  }

  private void route(ShardCall call, Request request, Answer answer) {
    if (keyspace > 0) {
      // A tablet may have been cut or merged since.
      call.partition = partition(request.text(1));
    }
    ShardCopy leader = leaderFor(call);
    if (leader == null) {
      network.after(2, () -> route(call, request, answer));
      return;
    }
    Sent sent = new Sent(leader, call, request, answer);
    underWay.add(sent);
    ReplyWriter reply = new ReplyWriter();
    switch (leader.execute(call, request, reply, new Later(sent))) {
      case REPLIED -> {
        underWay.remove(sent);
        answer.take(reply);
      }
      case NOT_HERE -> {
        underWay.remove(sent);
        network.after(2, () -> route(call, request, answer));
      }
      case LATER, WAITING -> {
        // It comes through Later.
      }
    }
    leader.flush();
  }

  /** Takes what becomes of a call that was not answered at once. */
  private final class Later implements ShardExecutor.LaterReply {
    private final Sent sent;

    Later(Sent sent) {
      this.sent = sent;
    }

    @Override
    public void replied(long ticket, ReplyWriter reply) {
      underWay.remove(sent);
      sent.answer.take(reply);
    }

    @Override
    public void notHere(long ticket) {
      underWay.remove(sent);
      network.after(2, () -> route(sent.call, sent.request, sent.answer));
    }

    @Override
    public void uncertain(long ticket) {
      assertThat(control).as("uncertain").isNotNull();
      lost(sent);
    }
  }

  /** By the newest map, or by an older one when there is a control: then another may lead, too. */
  private @Nullable ShardCopy leaderFor(ShardCall call) {
    SimulatedControl control = this.control;
    if (control != null && random.nextBoolean()) {
      for (Map.Entry<String, ShardCopy> each : copies.entrySet()) {
        if (each.getValue().isLeading() && !control.isPaused(each.getKey())) {
          return each.getValue();
        }
      }
    }
    String leader = shard(map.shardOf(call.partition)).leader();
    return control != null && control.isPaused(leader) ? null : copies.get(leader);
  }

  /** All of a copy's partitions that it owns, as bytes; equal data gives equal bytes. */
  Map<Integer, String> contentOf(String node) {
    ShardCopy copy = copies.get(node);
    Map<Integer, String> content = new TreeMap<>();
    for (Partition at = copy.store().after(-1); at != null; at = copy.store().after(at.id())) {
      if (at.size() > 0) {
        WireWriter out = new WireWriter();
        new ChunkWriter(KeyHash.BEFORE_FIRST).write(at, out, Integer.MAX_VALUE, Integer.MAX_VALUE);
        content.put(at.id(), new String(out.toByteArray(), StandardCharsets.ISO_8859_1));
      }
    }
    return content;
  }

  /**
   * A key's string value as a replica has it, empty when it has none; null when the replica cannot
   * tell that it is new enough.
   */
  @Nullable String readAt(String node, String key, int stalenessMillisMax) {
    ShardCall call = new ShardCall();
    call.command = Command.GET;
    call.partition = partition(key);
    call.stalenessMillisMax = stalenessMillisMax;
    ReplyWriter reply = new ReplyWriter();
    if (copies.get(node).execute(call, Request.of("GET", key), reply, null)
        == ShardExecutor.Outcome.NOT_HERE) {
      return null;
    }
    String text = new String(reply.toByteArray(), StandardCharsets.ISO_8859_1);
    return text.startsWith("$-1") ? "" : text.split("\r\n")[1];
  }

  /** A key's string value at its owner, null when it has none. */
  String read(String key) {
    ShardCall call = new ShardCall();
    call.command = Command.GET;
    call.keyspace = keyspace;
    call.partition = partition(key);
    ReplyWriter reply = new ReplyWriter();
    ShardCopy owner = copies.get(shard(map.shardOf(call.partition)).leader());
    ShardExecutor.Outcome outcome = owner.execute(call, Request.of("GET", key), reply, null);
    assertThat(outcome).isEqualTo(ShardExecutor.Outcome.REPLIED);
    String text = new String(reply.toByteArray(), StandardCharsets.ISO_8859_1);
    return text.startsWith("$-1") ? null : text.split("\r\n")[1];
  }
}
