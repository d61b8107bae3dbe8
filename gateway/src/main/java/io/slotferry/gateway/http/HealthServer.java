package io.slotferry.gateway.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** Serves {@code /health/*} and {@code /metrics}, for nodes that are no gateway. */
public final class HealthServer extends VerticleBase {
  private final String bind;
  private final int port;
  private final Health health;
  private final PrometheusMeterRegistry meters;
  private @Nullable HttpListener listener;

  /**
   * @param port TCP port, 0 for any free one
   */
  public HealthServer(String bind, int port, Health health, PrometheusMeterRegistry meters) {
    this.bind = bind;
    this.port = port;
    this.health = health;
    this.meters = meters;
  }

  /** The port that it listens on, 0 before it is deployed. Thread: any, once it is deployed. */
  public int actualPort() {
    return listener == null ? 0 : listener.actualPort();
  }

  @Override
  public Future<?> start() {
    Routes routes = new Routes(vertx);
    routes.addService(new ServiceResource(health, meters));
    HttpListener created = new HttpListener(vertx, routes.router());
    return created.listen(port, bind).onSuccess(_ -> listener = created);
  }

  @Override
  public Future<?> stop() {
    return listener == null ? Future.succeededFuture() : listener.close();
  }
}
