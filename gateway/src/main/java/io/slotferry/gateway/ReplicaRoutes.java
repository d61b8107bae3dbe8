package io.slotferry.gateway;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Shard;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ways of one gateway loop to replicas, for reads that may be a little old: one for each shard,
 * opened by its first such read. The nearest copy is asked:
 *
 * <pre>
 *   the leader, if it lives on this loop: it is called in place, and nothing is newer
 *   a replica on this loop, or another one of this process
 *   the leader, if it lives in this process
 *   a replica in another process; the loops of a deployment begin at different ones
 * </pre>
 *
 * A replica is only ever asked, never waited for: whoever finds no way here, or is refused, goes to
 * the leader, and so do the next reads for {@link #REFUSED_MILLIS}.
 *
 * <p>Thread: the gateway loop.
 */
final class ReplicaRoutes {
  /** After a replica has not answered, it is not asked for so long. */
  static final long REFUSED_MILLIS = 100;

  private static final long NOT_REFUSED = Long.MIN_VALUE;

  private final GatewayLoop loop;
  private final LocalCopies copies;
  private final Map<Integer, Way> ways = new HashMap<>();

  /** Which of several replicas in other processes this loop takes. */
  private final int choice;

  private ClusterMap map = ClusterMap.EMPTY;

  /** How reads of one shard go. */
  private static final class Way {
    /** Null: to the leader. */
    private final @Nullable ShardRoute route;

    private long refusedUntilMillis = NOT_REFUSED;

    Way(@Nullable ShardRoute route) {
      this.route = route;
    }
  }

  ReplicaRoutes(GatewayLoop loop, LocalCopies copies, int choice) {
    this.loop = loop;
    this.copies = copies;
    this.choice = choice;
  }

  /** The way to a replica of the shard; null: its leader is to be asked. */
  @Nullable ShardRoute of(int shard, long nowMillis) {
    Way way = ways.get(shard);
    if (way == null) {
      way = new Way(open(map.shard(shard)));
      ways.put(shard, way);
    }
    if (way.refusedUntilMillis == NOT_REFUSED && isClosed(way.route)) {
      refused(shard, nowMillis);
    }
    if (way.refusedUntilMillis != NOT_REFUSED) {
      if (nowMillis < way.refusedUntilMillis) {
        return null;
      }
      if (isClosed(way.route)) {
        ways.remove(shard);
        return of(shard, nowMillis);
      }
      way.refusedUntilMillis = NOT_REFUSED;
    }
    return way.route;
  }

  /** The shard's replica has not answered a read. */
  void refused(int shard, long nowMillis) {
    Way way = ways.get(shard);
    if (way != null) {
      way.refusedUntilMillis = nowMillis + REFUSED_MILLIS;
    }
  }

  private static boolean isClosed(@Nullable ShardRoute route) {
    return route != null && route.link() instanceof RemoteShardLink link && link.isClosed();
  }

  /** Where copies lie, or who leads, may be otherwise now. */
  void useMap(ClusterMap newer) {
    map = newer;
    ways.entrySet()
        .removeIf(each -> {
          ShardRoute route = each.getValue().route;
          Shard shard = newer.shard(each.getKey());
          boolean stays =
              route != null
                  && shard != null
                  && route.leadsTo(shard)
                  && route.shard().replicas().equals(shard.replicas());
          if (!stays && route != null && route.link() != null) {
            route.link().retire();
          }
          return !stays;
        });
  }

  private @Nullable ShardRoute open(@Nullable Shard shard) {
    if (shard == null || shard.replicas().isEmpty()) {
      return null;
    }
    LocalCopies.Copy leader = copies.find(shard.id(), shard.leader());
    if (leader != null && isOnThisLoop(leader)) {
      return null;
    }
    LocalCopies.Copy near = null;
    for (String replica : shard.replicas()) {
      LocalCopies.Copy copy = copies.find(shard.id(), replica);
      if (copy != null && (near == null || isOnThisLoop(copy))) {
        near = copy;
      }
    }
    if (near != null) {
      return isOnThisLoop(near)
          ? new ShardRoute(shard, map.version(), near.executor(), null)
          : new ShardRoute(shard, map.version(), null, LocalShardLink.toReplica(loop, shard, near));
    }
    if (leader != null) {
      return null;
    }
    List<String> replicas = shard.replicas();
    String replica = replicas.get(Math.floorMod(choice, replicas.size()));
    return new ShardRoute(
        shard, map.version(), null, RemoteShardLink.toReplica(loop, shard, replica));
  }

  private boolean isOnThisLoop(LocalCopies.Copy copy) {
    return ((ContextInternal) copy.context()).nettyEventLoop().equals(loop.eventLoop());
  }

  void flush() {
    for (Way way : ways.values()) {
      if (way.route != null && way.route.link() != null) {
        way.route.link().flush();
      }
    }
  }

  void close() {
    for (Way way : ways.values()) {
      if (way.route != null && way.route.link() != null) {
        way.route.link().close();
      }
    }
    ways.clear();
  }
}
