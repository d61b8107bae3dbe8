package io.slotferry.gateway.http;

import io.slotferry.gateway.MapSource;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A rebalancer's map and, a step behind if a test says so, the image that a gateway has of it. */
final class FakeMaps implements MapSource {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile ClusterMap map = ClusterMap.EMPTY;
  private volatile ClusterMap image = ClusterMap.EMPTY;
  private volatile boolean imageFrozen;
  volatile boolean rebalancerGone;

  /** Three shards, each with one replica that is in sync. */
  FakeMaps() {
    change(
        new MapChange.PutNode(
            new Node("gateway-1", Set.of(Role.GATEWAY), "127.0.0.1", 6379, 8080, 0, "")));
    List<MapChange.ShardPlacement> placements = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      change(new MapChange.PutNode(new Node("shard-" + i, Set.of(Role.SHARD), "h", 0, 0, 0, "")));
      change(
          new MapChange.PutNode(new Node("replica-" + i, Set.of(Role.REPLICA), "h", 0, 0, 0, "")));
      placements.add(new MapChange.ShardPlacement(i, "shard-" + i, List.of("replica-" + i)));
    }
    change(new MapChange.CreateCluster(placements));
    for (int i = 1; i <= 3; i++) {
      change(new MapChange.Promote(i, 0, "shard-" + i, 1, false));
      Shard shard = map.shard(i);
      change(new MapChange.SetInSync(i, shard.epoch(), 1, Set.of("shard-" + i, "replica-" + i)));
    }
  }

  synchronized void change(MapChange change) {
    map =
        switch (map.apply(change)) {
          case Outcome.Accepted(ClusterMap next) -> next;
          case Outcome.Refused(String reason) -> throw new AssertionError(change + ": " + reason);
        };
    if (!imageFrozen) {
      showImage();
    }
  }

  private void showImage() {
    image = map;
    listeners.forEach(Runnable::run);
  }

  void freezeImage() {
    imageFrozen = true;
  }

  void releaseImage() {
    imageFrozen = false;
    showImage();
  }

  /** The rebalancer's own map. */
  ClusterMap newest() {
    return map;
  }

  int listeners() {
    return listeners.size();
  }

  @Override
  public ClusterMap current() {
    return image;
  }

  @Override
  public void refresh(long version) {}

  @Override
  public void addListener(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(Runnable listener) {
    listeners.remove(listener);
  }

  @Override
  public synchronized Future<Answer> propose(MapChange change) {
    if (rebalancerGone) {
      return Future.failedFuture("no rebalancer answers");
    }
    if (map.apply(change) instanceof Outcome.Refused(String reason)) {
      return Future.succeededFuture(new Answer(map.version(), reason));
    }
    change(change);
    return Future.succeededFuture(new Answer(map.version(), null));
  }
}
