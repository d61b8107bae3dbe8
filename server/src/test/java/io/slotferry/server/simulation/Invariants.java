package io.slotferry.server.simulation;

import io.slotferry.replication.ShardCopy;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.CopyReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What must hold after every step, looked at where something has changed:
 *
 * <ul>
 *   <li>no acknowledged write is lost: whoever begins to lead, or gets a partition, has them all
 *   <li>one writer in each epoch, and never two copies of a shard that serve at once: who is
 *       deposed serves no more
 *   <li>one owner of each partition: commands on it are executed in the order of its owners
 *   <li>every log is a prefix of its leader's ({@link LogInvariant})
 * </ul>
 *
 * What clients may see of each key is judged at the end, from their {@link SimulatedHistory}.
 */
final class Invariants {
  /** A promise was broken. */
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1;

    Broken(String what) {
      super(what);
    }
  }

  /** All copies that a promise could rest on have lost data: there is nothing left to judge. */
  static final class NothingPromised extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private record Writer(SimulatedNode node, int life) {}

  private record Epoch(int shard, long epoch) {}

  /** Who executed last on a partition: the map version that made it the owner, and its epoch. */
  private record Executed(long ownerSince, long epoch) {}

  private final SimulatedCluster cluster;
  private final LogInvariant logs = new LogInvariant();
  private final AcknowledgedWrites writes = new AcknowledgedWrites();
  private final Map<Epoch, Writer> writers = new HashMap<>();
  private final Map<Integer, Set<String>> inSyncBefore = new HashMap<>();
  private final Map<SimulatedNode, Epoch> led = new HashMap<>();
  private final Map<Integer, List<Long>> ownerChanges = new HashMap<>();
  private final Map<Integer, Executed> executed = new HashMap<>();
  private long promotions;
  private long moves;

  Invariants(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  @SuppressWarnings("AnnotateFormatMethod")
  static void require(boolean holds, String promise, Object... arguments) {
    if (!holds) {
      throw new Broken(promise.formatted(arguments));
    }
  }

  long acknowledgements() {
    return writes.count();
  }

  long promotions() {
    return promotions;
  }

  long moves() {
    return moves;
  }

  // ---- events

  /** Something happened at the node. */
  void look(SimulatedNode node) {
    ShardCopy copy = node.copy();
    Shard shard = copy.shard();
    if (shard == null) {
      return;
    }
    if (copy.isLeading()) {
      Epoch epoch = new Epoch(shard.id(), shard.epoch());
      if (!epoch.equals(led.put(node, epoch))) {
        leads(node, epoch);
      }
      if (node.isServing()) {
        servesAlone(node, shard);
      }
    }
    logs.look(node);
  }

  private void leads(SimulatedNode node, Epoch epoch) {
    Writer writer = new Writer(node, node.life());
    cluster.timeline.tell(
        "%s leads in %s, from offset %d", node.name, epoch, node.copy().log().endOffset());
    Writer other = writers.putIfAbsent(epoch, writer);
    require(
        other == null || other.equals(writer),
        "%s leads in %s, and %s did",
        node.name,
        epoch,
        other);
    // One that hears late of its promotion may have been deposed since, and will not serve.
    boolean current = cluster.raft.map().shard(epoch.shard()).epoch() == epoch.epoch();
    String lost = current ? lacks(node, epoch.shard()) : null;
    if (lost != null) {
      Set<String> inSync = inSyncBefore.getOrDefault(epoch.shard(), Set.of());
      for (SimulatedNode each : cluster.nodes()) {
        boolean has = each.isUp() && inSync.contains(each.name);
        require(
            !has || each == node || lacks(each, epoch.shard()) != null,
            "%s leads in %s and lacks %s, which %s has",
            node.name,
            epoch,
            lost,
            each.name);
      }
      throw new NothingPromised();
    }
  }

  private void servesAlone(SimulatedNode node, Shard shard) {
    for (SimulatedNode other : cluster.copiesOf(shard)) {
      require(
          other == node || !other.isServing() || !isOf(other, shard),
          "%s and %s serve shard %d at once",
          node.name,
          other.name,
          shard.id());
    }
  }

  private static boolean isOf(SimulatedNode node, Shard shard) {
    Shard its = node.copy().shard();
    return its != null && its.id() == shard.id();
  }

  /** The node has executed a command. */
  void executed(SimulatedNode node, ClientCall call) {
    int partition = call.partition();
    Executed now = new Executed(ownerSince(partition, node.view().version()), call.epoch());
    Executed before = executed.put(partition, now);
    require(
        before == null
            || before.ownerSince < now.ownerSince
            || (before.ownerSince == now.ownerSince && before.epoch <= now.epoch),
        "%s executes on partition %d as %s after %s",
        node.name,
        partition,
        now,
        before);
  }

  /** The newest change of the partition's owner that a map of this version has. */
  private long ownerSince(int partition, long version) {
    long since = 0;
    for (long change : ownerChanges.getOrDefault(partition, List.of())) {
      since = change <= version ? change : since;
    }
    return since;
  }

  /** The node has executed a command that writes; whether it is acknowledged is another matter. */
  void wrote(ClientCall call) {
    writes.executed(call);
  }

  /** The client's command was given this reply. */
  void answered(ClientCall call, String reply) {
    if (!reply.startsWith("-")) {
      writes.acknowledged(call);
    }
  }

  /** The map has a change. */
  void committed(MapChange change, ClusterMap before) {
    if (change instanceof MapChange.Promote promote) {
      promotions++;
      Shard shard = before.shard(promote.shard());
      inSyncBefore.put(promote.shard(), shard.inSync());
      deposed(cluster.node(shard.leader()), promote);
    } else if (change instanceof MapChange.CommitMove commit) {
      moves++;
      moved(commit, before.move(commit.move()).to());
    }
  }

  /** A lease is over, or was given up, when another copy is promoted: however late that is. */
  private static void deposed(SimulatedNode before, MapChange.Promote promote) {
    require(
        before.name.equals(promote.node()) || !before.isServing(),
        "%s still serves shard %d when %s is promoted",
        before.name,
        promote.shard(),
        promote.node());
  }

  private void moved(MapChange.CommitMove commit, int to) {
    ClusterMap map = cluster.raft.map();
    for (int partition : commit.partitions()) {
      ownerChanges.computeIfAbsent(partition, _ -> new ArrayList<>()).add(map.version());
    }
    Shard target = map.shard(to);
    SimulatedNode leader = cluster.node(target.leader());
    if (leader.isUp() && leader.copy().isLeading()) {
      String lost = lacks(leader, to);
      require(lost == null, "%s got a partition and lacks %s", leader.name, lost);
    }
  }

  // ---- data

  /**
   * An acknowledged write on a partition of the shard that this copy does not have, or null. What a
   * partition sync has brought counts only when that has ended.
   */
  @Nullable String lacks(SimulatedNode node, int shard) {
    CopyReport report = node.copy().report();
    if (report != null && report.offset() < 0) {
      return "anything: its sync has not ended";
    }
    return writes.lackedBy(node, shard, cluster.raft.map());
  }

  /** All copies of a shard hold the same. */
  void equalCopies(Shard shard) {
    for (int list = 0; list < SimulatedHistory.LISTS; list++) {
      equalCopies(shard, SimulatedHistory.list(list), AcknowledgedWrites::elements);
    }
    for (int register = 0; register < SimulatedHistory.REGISTERS; register++) {
      equalCopies(shard, SimulatedHistory.register(register), AcknowledgedWrites::value);
    }
  }

  private void equalCopies(
      Shard shard, String key, BiFunction<SimulatedNode, String, long[]> content) {
    if (cluster.raft.map().shardOf(SimulatedHistory.partition(key)) != shard.id()) {
      return;
    }
    long[] leaders = content.apply(cluster.node(shard.leader()), key);
    for (String replica : shard.replicas()) {
      require(
          Arrays.equals(leaders, content.apply(cluster.node(replica), key)),
          "%s on %s is not what %s has",
          key,
          replica,
          shard.leader());
    }
  }
}
