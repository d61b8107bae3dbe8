package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Shard copies of several shards in one thread, with the map held by the test: every node hears of
 * a change after a delay of its own. Copies keep their memory over a cut, and lose it in a restart.
 */
final class SimulatedCluster {
  final RandomGenerator random;
  final SimulatedNetwork network;
  private final Map<String, ShardCopy> copies = new TreeMap<>();
  private final Map<String, Long> incarnations = new HashMap<>();
  private ClusterMap map = ClusterMap.EMPTY;
  private long operation;
  private long tickets;

  SimulatedCluster(long seed, int shards) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    network = new SimulatedNetwork(random);
    List<ShardPlacement> placements = new ArrayList<>();
    for (int shard = 1; shard <= shards; shard++) {
      placements.add(new ShardPlacement(shard, leaderNode(shard), List.of(replicaNode(shard))));
      join(leaderNode(shard));
      join(replicaNode(shard));
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
    change(new MapChange.PutNode(new Node(node, Set.of(Role.SHARD), "", 0, 0, 0)));
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
            () -> {});
    copy.open(CopyDisk.inMemory(incarnation));
    copies.put(node, copy);
    network.attach(
        node,
        frame -> {
          WireReader in = new WireReader(frame);
          copy.received(FrameKind.of(in.u8()), in);
          copy.flush();
        });
    copy.mapChanged(map);
    tick(node, copy);
  }

  void stop(String node) {
    copies.remove(node);
    network.detach(node);
  }

  private void tick(String node, ShardCopy copy) {
    if (copies.get(node) != copy) {
      return;
    }
    Shard shard = copy.shard();
    if (shard != null) {
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
    if (copy != null) {
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

  /** A client's command, routed by the newest map, and routed again until a shard takes it. */
  Answer send(String... arguments) {
    return send(Command.valueOf(arguments[0]), Request.of(arguments), arguments[1]);
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
    ShardCall call = new ShardCall();
    call.command = command;
    Answer answer = new Answer();
    call.partition = partition(key);
    call.ticket = ++tickets;
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
    return map.partitionOf(0, bytes, 0, bytes.length);
  }

  private void route(ShardCall call, Request request, Answer answer) {
    ShardCopy leader = copies.get(shard(map.shardOf(call.partition)).leader());
    ReplyWriter reply = new ReplyWriter();
    ShardExecutor.Outcome outcome =
        leader == null
            ? ShardExecutor.Outcome.NOT_HERE
            : leader.execute(
                call,
                request,
                reply,
                new ShardExecutor.LaterReply() {
                  @Override
                  public void replied(long ticket, ReplyWriter later) {
                    answer.take(later);
                  }

                  @Override
                  public void notHere(long ticket) {
                    network.after(2, () -> route(call, request, answer));
                  }

                  @Override
                  public void uncertain(long ticket) {
                    throw new AssertionError("uncertain");
                  }
                });
    if (outcome == ShardExecutor.Outcome.NOT_HERE) {
      network.after(2, () -> route(call, request, answer));
    } else if (leader != null) {
      if (outcome == ShardExecutor.Outcome.REPLIED) {
        answer.take(reply);
      }
      leader.flush();
    }
  }

  /** All of a copy's partitions that it owns, as bytes; equal data gives equal bytes. */
  Map<Integer, String> contentOf(String node) {
    ShardCopy copy = copies.get(node);
    Map<Integer, String> content = new TreeMap<>();
    for (Partition at = copy.store().after(-1); at != null; at = copy.store().after(at.id())) {
      if (at.size() > 0) {
        WireWriter out = new WireWriter();
        at.writeChunk(0, out, Integer.MAX_VALUE);
        content.put(at.id(), new String(out.toByteArray(), StandardCharsets.ISO_8859_1));
      }
    }
    return content;
  }

  /** A key's string value at its owner, null when it has none. */
  String read(String key) {
    ShardCall call = new ShardCall();
    call.command = Command.GET;
    call.partition = partition(key);
    ReplyWriter reply = new ReplyWriter();
    ShardCopy owner = copies.get(shard(map.shardOf(call.partition)).leader());
    ShardExecutor.Outcome outcome = owner.execute(call, Request.of("GET", key), reply, null);
    assertThat(outcome).isEqualTo(ShardExecutor.Outcome.REPLIED);
    String text = new String(reply.toByteArray(), StandardCharsets.ISO_8859_1);
    return text.startsWith("$-1") ? null : text.split("\r\n")[1];
  }
}
