package io.slotferry.server.node;

import io.slotferry.gateway.Gateway;
import io.slotferry.gateway.GatewayOptions;
import io.slotferry.gateway.LocalCopies;
import io.slotferry.gateway.RespServer;
import io.slotferry.gateway.ShardStatus;
import io.slotferry.server.config.Settings.RespSettings;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Shard;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** The gateway role. */
final class GatewayNode implements NodeService {
  private final RespSettings settings;
  private final MapFollower map;
  private final Gateway gateway;
  private final Deployment respServer;
  private volatile boolean listening;

  /**
   * @param context the event loop of the connections
   * @param copies those of this process
   */
  GatewayNode(
      Vertx vertx,
      Context context,
      String id,
      RespSettings settings,
      MapFollower map,
      LocalCopies copies) {
    this.settings = settings;
    this.map = map;
    this.gateway =
        new Gateway(
            vertx,
            new GatewayOptions(
                id,
                settings.bind(),
                settings.port(),
                settings.password().isEmpty() ? null : settings.password(),
                GatewayOptions.CLIENTS_MAX_DEFAULT),
            new GatewayMap(map),
            copies,
            ShardStatus.UNKNOWN);
    this.respServer = new Deployment(context, new RespServer(gateway));
  }

  @Override
  public Future<Void> start() {
    return respServer
        .start()
        .onSuccess(_ -> listening = true)
        .recover(
            failure ->
                Future.failedFuture(
                    StartRefusals.listening(
                        "RESP", settings.bind(), settings.port(), failure)));
  }

  @Override
  public Future<Void> stop() {
    listening = false;
    return respServer.stop();
  }

  /** The port that clients of RESP connect to, once it has started. */
  int respPort() {
    return gateway.respPort();
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
