package io.slotferry.gateway;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A map that changes when the test says so, or when the gateway proposes. */
final class TestMaps implements MapSource {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  final AtomicInteger refreshes = new AtomicInteger();
  private volatile ClusterMap map = ClusterMap.EMPTY;

  /** A cluster of shards 1..n, each led by the node shard-i, and the gateway gateway-1. */
  static TestMaps ofShards(int shards) {
    TestMaps maps = new TestMaps();
    List<MapChange.ShardPlacement> placements = new ArrayList<>();
    maps.change(
        new MapChange.PutNode(
            new Node("gateway-1", Set.of(Role.GATEWAY), "127.0.0.1", 7001, 7002, 0, "")));
    for (int i = 1; i <= shards; i++) {
      maps.change(
          new MapChange.PutNode(
              new Node("shard-" + i, Set.of(Role.SHARD), "127.0.0.1", 0, 0, 0, "")));
      placements.add(new MapChange.ShardPlacement(i, "shard-" + i, List.of()));
    }
    maps.change(new MapChange.CreateCluster(placements));
    for (int i = 1; i <= shards; i++) {
      maps.promote(i);
    }
    return maps;
  }

  /** A new epoch of the shard, same leader. */
  void promote(int id) {
    Shard shard = map.shard(id);
    change(new MapChange.Promote(id, shard.epoch(), shard.leader(), 1, false));
  }

  /** Gives a partition to another shard. */
  void move(int from, int to, int... partitions) {
    change(
        new MapChange.BeginOperation(
            Operation.Kind.REBALANCE, Operation.State.RUNNING, 0, 1, "a test"));
    change(new MapChange.BeginMove(map.version(), from, to, partitions));
    change(
        new MapChange.CommitMove(
            map.version(), map.shard(from).epoch(), map.shard(to).epoch(), partitions));
  }

  synchronized void change(MapChange change) {
    if (!(map.apply(change) instanceof Outcome.Accepted(ClusterMap next))) {
      throw new AssertionError(change + ": " + map.apply(change));
    }
    map = next;
    listeners.forEach(Runnable::run);
  }

  @Override
  public ClusterMap current() {
    return map;
  }

  @Override
  public void refresh(long version) {
    refreshes.incrementAndGet();
  }

  @Override
  public void addListener(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(Runnable listener) {
    listeners.remove(listener);
  }

  @Override
  public Future<Answer> propose(MapChange change) {
    if (map.apply(change) instanceof Outcome.Refused(String reason)) {
      return Future.succeededFuture(new Answer(map.version(), reason));
    }
    change(change);
    return Future.succeededFuture(new Answer(map.version(), null));
  }
}
