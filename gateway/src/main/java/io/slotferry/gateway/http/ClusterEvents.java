package io.slotferry.gateway.http;

import io.slotferry.gateway.MapSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.Set;

/**
 * {@code GET /v1/cluster/events}: server-sent events, one for each version of the map. Whoever is
 * slow to read misses versions, but not the newest.
 */
final class ClusterEvents {
  private static final int CLIENTS_MAX = 256;

  /** Sent when nothing happens, so that proxies and we see whether the other end is there. */
  private static final long KEEP_ALIVE_MILLIS = 15_000;

  private final Context context;
  private final MapSource maps;
  private final Set<HttpServerResponse> clients = new HashSet<>();
  private final Runnable listener;
  private long keepAlive;

  /**
   * @param context the server's
   */
  ClusterEvents(Context context, MapSource maps) {
    this.context = context;
    this.maps = maps;
    this.listener = () -> context.runOnContext(_ -> clients.forEach(this::tell));
  }

  void start() {
    maps.addListener(listener);
    keepAlive =
        context
            .owner()
            .setPeriodic(KEEP_ALIVE_MILLIS, _ -> clients.forEach(client -> client.write(":\n\n")));
  }

  void stop() {
    maps.removeListener(listener);
    context.owner().cancelTimer(keepAlive);
    Set.copyOf(clients).forEach(HttpServerResponse::end);
  }

  Future<Void> open(RoutingContext routing) {
    if (clients.size() >= CLIENTS_MAX) {
      throw new ProblemException(
          Problem.unavailable(CLIENTS_MAX + " clients follow the events here already"));
    }
    HttpServerResponse client = routing.response();
    client
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .exceptionHandler(_ -> clients.remove(client))
        .closeHandler(_ -> clients.remove(client))
        .endHandler(_ -> clients.remove(client));
    clients.add(client);
    tell(client);
    return Future.succeededFuture();
  }

  private void tell(HttpServerResponse client) {
    if (client.writeQueueFull()) {
      client.drainHandler(_ -> tell(client));
      return;
    }
    long version = maps.current().version();
    client.write("event: map\nid: " + version + "\ndata: {\"version\":" + version + "}\n\n");
  }
}
