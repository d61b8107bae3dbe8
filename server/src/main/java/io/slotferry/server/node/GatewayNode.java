package io.slotferry.server.node;

import io.slotferry.gateway.Gateway;
import io.slotferry.gateway.GatewayOptions;
import io.slotferry.gateway.LocalCopies;
import io.slotferry.gateway.RespServer;
import io.slotferry.gateway.ShardStatus;
import io.slotferry.gateway.http.GatewayMeters;
import io.slotferry.gateway.http.Health;
import io.slotferry.gateway.http.HttpGateway;
import io.slotferry.gateway.http.HttpGatewayOptions;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.Settings.HttpSettings;
import io.slotferry.server.config.Settings.RespSettings;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Shard;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** The gateway role: RESP and HTTP, on one event loop. */
final class GatewayNode implements NodeService {
  private final RespSettings resp;
  private final HttpSettings http;
  private final MapFollower map;
  private final Gateway gateway;
  private final HttpGateway httpGateway;
  private final Deployment respServer;
  private final Deployment httpServer;
  private volatile boolean listening;

  /**
   * @param context the event loop of the connections
   * @param copies those of this process
   * @param health of the whole process
   */
  GatewayNode(
      Vertx vertx,
      Context context,
      String id,
      Settings settings,
      MapFollower map,
      LocalCopies copies,
      ShardStatus status,
      Health health,
      Metrics metrics) {
    this.resp = settings.resp();
    this.http = settings.http();
    this.map = map;
    GatewayMap maps = new GatewayMap(map);
    this.gateway =
        new Gateway(
            vertx,
            new GatewayOptions(
                id,
                resp.bind(),
                resp.port(),
                orNull(resp.password()),
                GatewayOptions.CLIENTS_MAX_DEFAULT),
            maps,
            copies,
            status);
    GatewayMeters.bind(gateway.counters(), metrics.registry());
    this.httpGateway =
        new HttpGateway(
            new HttpGatewayOptions(http.bind(), http.port(), orNull(http.token())),
            gateway::submit,
            maps,
            map::plan,
            status,
            health,
            metrics.registry());
    this.respServer = new Deployment(context, new RespServer(gateway));
    this.httpServer = new Deployment(context, httpGateway);
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  @Override
  public Future<Void> start() {
    return Future.all(
            StartRefusals.listening("RESP", resp.bind(), resp.port(), respServer.start()),
            StartRefusals.listening("HTTP", http.bind(), http.port(), httpServer.start()))
        .<Void>mapEmpty()
        .onSuccess(_ -> listening = true);
  }

  @Override
  public Future<Void> stop() {
    listening = false;
    return Future.join(httpServer.stop(), respServer.stop()).mapEmpty();
  }

  /** The port that clients of RESP connect to, once it has started. */
  int respPort() {
    return gateway.respPort();
  }

  /** The port that clients of HTTP connect to, once it has started. */
  int httpPort() {
    return httpGateway.actualPort();
  }

  /** It is ready when it takes commands, and every shard has a leader. */
  @Override
  public @Nullable String unreadyReason() {
    if (!listening) {
      return "the gateway does not listen";
    }
    ClusterMap current = map.current();
    if (current.shards().isEmpty()) {
      return "the cluster has not been created";
    }
    for (Shard shard : current.shards()) {
      if (shard.epoch() == 0) {
        return "shard " + shard.id() + " has no leader";
      }
    }
    return null;
  }
}
