package io.slotferry.gateway;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Shard;
import io.vertx.core.internal.ContextInternal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The routes of one gateway loop, by shard id, kept in step with the map. */
final class ShardRoutes {
  private final GatewayLoop loop;
  private final LocalCopies copies;
  private final LaterCalls laterCalls;
  private @Nullable ShardRoute[] routes = new @Nullable ShardRoute[8];

  ShardRoutes(GatewayLoop loop, LocalCopies copies, LaterCalls laterCalls) {
    this.loop = loop;
    this.copies = copies;
    this.laterCalls = laterCalls;
  }

  /** The route to a shard; null when the map has no such shard, or nobody leads it yet. */
  @Nullable ShardRoute of(int shard) {
    return shard < routes.length ? routes[shard] : null;
  }

  void useMap(ClusterMap map) {
    for (int id = 0; id < routes.length; id++) {
      ShardRoute route = routes[id];
      Shard shard = map.shard(id);
      if (route != null && (shard == null || !route.leadsTo(shard))) {
        retire(route);
        routes[id] = null;
      }
    }
    for (Shard shard : map.shards()) {
      if (shard.id() >= routes.length) {
        routes = Arrays.copyOf(routes, Integer.highestOneBit(shard.id()) * 2);
      }
      if (routes[shard.id()] == null && shard.epoch() > 0) {
        routes[shard.id()] = open(shard, map.version());
      }
    }
  }

  /** Looks again for the way to a shard whose leader has not taken a call. */
  void reopen(int shard) {
    ShardRoute route = of(shard);
    if (route == null) {
      return;
    }
    LocalCopies.Copy copy = copies.find(shard, route.shard().leader());
    boolean moved =
        copy == null
            ? !(route.link() instanceof RemoteShardLink link) || link.isClosed()
            : !copy.executor().equals(route.executor()) && !isLinkTo(route, copy);
    if (moved) {
      retire(route);
      routes[shard] = open(route.shard(), route.since());
    }
  }

  private static boolean isLinkTo(ShardRoute route, LocalCopies.Copy copy) {
    return route.link() instanceof LocalShardLink link && link.copy().equals(copy);
  }

  /** Tells all leaders which key events this loop wants to be told of. */
  void watch() {
    for (ShardRoute route : routes) {
      if (route != null && route.executor() != null) {
        route.executor().watch(laterCalls, loop.keyFeed().watched());
      } else if (route != null && route.link() != null) {
        route.link().watch();
      }
    }
  }

  /** Has the leaders on this loop tell now what has happened. */
  void hear() {
    for (ShardRoute route : routes) {
      if (route != null && route.executor() != null) {
        route.executor().tellWatchers();
      }
    }
  }

  private ShardRoute open(Shard shard, long since) {
    // Whatever the former way would have brought is lost.
    loop.keyFeed().lost();
    LocalCopies.Copy copy = copies.find(shard.id(), shard.leader());
    if (copy == null) {
      return new ShardRoute(shard, since, null, RemoteShardLink.toLeader(loop, shard));
    }
    if (((ContextInternal) copy.context()).nettyEventLoop().equals(loop.eventLoop())) {
      copy.executor().watch(laterCalls, loop.keyFeed().watched());
      return new ShardRoute(shard, since, copy.executor(), null);
    }
    return new ShardRoute(shard, since, null, LocalShardLink.toLeader(loop, shard, copy));
  }

  private void retire(ShardRoute route) {
    if (route.link() != null) {
      route.link().retire();
    } else if (route.executor() != null) {
      route.executor().watch(laterCalls, 0);
    }
  }

  void beginBatch() {
    for (ShardRoute route : routes) {
      if (route != null && route.executor() != null) {
        route.executor().beginBatch();
      }
    }
  }

  void endBatch() {
    for (ShardRoute route : routes) {
      if (route != null && route.executor() != null) {
        route.executor().endBatch();
      }
    }
  }

  void flush() {
    for (ShardRoute route : routes) {
      if (route != null && route.link() != null) {
        route.link().flush();
      }
    }
  }

  void close() {
    for (int id = 0; id < routes.length; id++) {
      ShardRoute route = routes[id];
      routes[id] = null;
      if (route != null && route.link() != null) {
        route.link().close();
      } else if (route != null && route.executor() != null) {
        route.executor().watch(laterCalls, 0);
      }
    }
  }
}
