package io.slotferry.gateway.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.slotferry.gateway.MapSource;
import io.slotferry.gateway.ShardStatus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP on one event loop: the one that it is deployed on. Several on the same port share its
 * connections; with port 0 each has a port of its own.
 */
public final class HttpGateway extends VerticleBase {
  private final HttpGatewayOptions options;
  private final Commands commands;
  private final MapSource maps;
  private final PlanPreview preview;
  private final Health health;
  private final ShardStatus status;
  private final PrometheusMeterRegistry meters;
  private @Nullable HttpListener listener;
  private @Nullable ClusterEvents events;

  /**
   * @param commands {@code gateway::submit}
   * @param status what leaders tell of the moves out of their shards
   * @param meters what {@code /metrics} shows
   */
  public HttpGateway(
      HttpGatewayOptions options,
      Commands commands,
      MapSource maps,
      PlanPreview preview,
      ShardStatus status,
      Health health,
      PrometheusMeterRegistry meters) {
    this.options = options;
    this.commands = commands;
    this.maps = maps;
    this.preview = preview;
    this.status = status;
    this.health = health;
    this.meters = meters;
  }

  /** The port that it listens on, 0 before it is deployed. Thread: any, once it is deployed. */
  public int actualPort() {
    return listener == null ? 0 : listener.actualPort();
  }

  @Override
  public Future<?> start() {
    ClusterEvents mapEvents = new ClusterEvents(context, maps);
    HttpListener created = new HttpListener(vertx, routes(mapEvents));
    return created
        .listen(options.port(), options.bind())
        .onSuccess(_ -> {
          listener = created;
          events = mapEvents;
          mapEvents.start();
        });
  }

  Router routes(ClusterEvents mapEvents) {
    MapChanges changes = new MapChanges(context, maps);
    Keyspaces keyspaces = new Keyspaces(maps);
    Routes routes = new Routes(vertx);
    routes.addService(new ServiceResource(health, meters));
    routes.addOpenApi();
    if (options.token() != null) {
      routes.protect(new BearerToken(options.token()));
    }
    routes.acceptBodies();
    routes.addKeys(new KeyListing(commands, keyspaces), new KeyResource(commands, keyspaces));
    routes.addKeyspaces(new KeyspaceResource(changes, keyspaces));
    routes.addRedis(new RedisResource(commands));
    routes.addCluster(
        new ClusterResource(changes, keyspaces, preview),
        new OperationResource(changes, status),
        mapEvents);
    return routes.router();
  }

  @Override
  public Future<?> stop() {
    if (events != null) {
      events.stop();
    }
    return listener == null ? Future.succeededFuture() : listener.close();
  }
}
