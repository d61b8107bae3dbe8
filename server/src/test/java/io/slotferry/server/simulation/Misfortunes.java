package io.slotferry.server.simulation;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What happens to a cluster, and what its administrator asks for meanwhile. A copy never loses data
 * unless another in-sync copy that runs has all that was acknowledged: what nobody has, nobody can
 * keep.
 */
final class Misfortunes {
  private static final int LONG_MILLIS_MAX = 3_000;
  private static final int SHORT_MILLIS_MAX = 400;
  private static final double LOSS_MAX = 0.3;
  private static final int LOST_DISK_MILLIS_MIN = 2_500;

  private final SimulatedCluster cluster;
  private final Timeline timeline;
  private final RandomGenerator random;

  Misfortunes(SimulatedCluster cluster) {
    this.cluster = cluster;
    this.timeline = cluster.timeline;
    this.random = cluster.timeline.random;
  }

  void next() {
    SimulatedNode node = pick(cluster.nodes());
    switch (random.nextInt(22)) {
      case 0, 1, 2 -> crash(node);
      case 3, 4 -> pause(node);
      case 5, 6, 7 -> isolate(node.name);
      case 8, 9 -> disturb();
      case 10 -> cluster.raft.elect();
      case 11 -> {
        SimulatedRebalancer rebalancer = pick(cluster.rebalancers());
        trouble(rebalancer, rebalancer::start);
      }
      case 12 -> fillDisk(node);
      case 13 -> slowDisk(node);
      case 14, 15, 16 -> move();
      case 17, 18 -> switchLeader();
      case 19, 20 -> {
        GatewayProcess gateway = pick(cluster.gateways());
        trouble(gateway, gateway::start);
      }
      default -> crashLeader();
    }
  }

  private long duration() {
    return 1L + random.nextInt(random.nextBoolean() ? LONG_MILLIS_MAX : SHORT_MILLIS_MAX);
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private void crashLeader() {
    List<Shard> shards = new ArrayList<>(cluster.raft.map().shards());
    if (!shards.isEmpty()) {
      crash(cluster.node(pick(shards).leader()));
    }
  }

  private void crash(SimulatedNode node) {
    if (!node.isUp() || !isSpare(node)) {
      return;
    }
    long downMillis = duration();
    switch (random.nextInt(8)) {
      case 0 -> {
        // Its number must be another one when it comes back; that counts seconds.
        downMillis += LOST_DISK_MILLIS_MIN;
        node.loseDisk();
      }
      case 1, 2, 3 -> node.kill();
      default -> node.losePower();
    }
    restart(node, downMillis, node::start);
  }

  private void restart(SimulatedProcess process, long downMillis, Runnable start) {
    int life = process.life();
    timeline.after(
        downMillis,
        () -> {
          if (process.life() == life) {
            start.run();
          }
        });
  }

  /**
   * Whether another copy, which runs and is in sync, has all that was acknowledged. A leader that
   * serves no more is none: it may be out of the in-sync set with the next change of the map, which
   * can be on its way already.
   */
  private boolean isSpare(SimulatedNode node) {
    ClusterMap map = cluster.raft.map();
    Shard shard = map.shardOn(node.name);
    if (shard == null || !shard.inSync().contains(node.name)) {
      return true;
    }
    for (String member : shard.inSync()) {
      SimulatedNode other = cluster.node(member);
      boolean stays = other.isServing() || !member.equals(shard.leader());
      if (other != node
          && other.isUp()
          && stays
          && cluster.invariants.lacks(other, shard.id()) == null) {
        return true;
      }
    }
    return false;
  }

  private void pause(SimulatedProcess process) {
    int life = process.life();
    process.pause();
    timeline.after(
        duration(),
        () -> {
          if (process.life() == life) {
            process.resume();
          }
        });
  }

  /** Cuts some or all of the ways to and from a process. */
  private void isolate(String name) {
    boolean to = random.nextInt(3) > 0;
    boolean from = !to || random.nextBoolean();
    boolean all = random.nextBoolean();
    timeline.tell("%s is cut off: to %s, from %s, all %s", name, to, from, all);
    for (String other : cluster.names()) {
      if (!other.equals(name) && (all || random.nextBoolean())) {
        if (to) {
          cluster.network.cut(other, name);
        }
        if (from) {
          cluster.network.cut(name, other);
        }
      }
    }
    timeline.after(
        duration(),
        () -> {
          timeline.tell("all reach each other");
          cluster.network.healCuts();
        });
  }

  private void disturb() {
    cluster.network.disturb(random.nextDouble() * LOSS_MAX);
    timeline.after(duration(), () -> cluster.network.disturb(0));
  }

  private void trouble(SimulatedProcess process, Runnable start) {
    switch (random.nextInt(3)) {
      case 0 -> pause(process);
      case 1 -> isolate(process.name);
      default -> {
        if (process.isUp()) {
          timeline.tell("%s is killed", process.name);
          process.die();
          restart(process, duration(), start);
        }
      }
    }
  }

  private void fillDisk(SimulatedNode node) {
    node.fillDisk(true);
    timeline.after(duration(), () -> node.fillDisk(false));
  }

  private void slowDisk(SimulatedNode node) {
    node.slowDisk(true);
    timeline.after(duration(), () -> node.slowDisk(false));
  }

  private void move() {
    String key = SimulatedHistory.list(random.nextInt(SimulatedHistory.LISTS));
    int to = 1 + random.nextInt(SimulatedCluster.SHARDS);
    int[] partitions = {SimulatedHistory.partition(key)};
    cluster.administer(new MapChange.MovePartitions(to, partitions, timeline.nowMillis()));
  }

  private void switchLeader() {
    List<Shard> shards = new ArrayList<>(cluster.raft.map().shards());
    if (!shards.isEmpty()) {
      Shard shard = pick(shards);
      if (!shard.replicas().isEmpty()) {
        cluster.administer(
            new MapChange.SetSuccessor(shard.id(), shard.epoch(), pick(shard.replicas())));
      }
    }
  }
}
