package io.slotferry.gateway.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** {@code /health/live}, {@code /health/ready} and {@code /metrics}. */
final class ServiceResource {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Health health;
  private final PrometheusMeterRegistry meters;

  ServiceResource(Health health, PrometheusMeterRegistry meters) {
    this.health = health;
    this.meters = meters;
  }

  /** The process answers: that is all. */
  Future<Void> live(RoutingContext context) {
    return Json.send(context, 200, new JsonObject().put("status", "UP"));
  }

  Future<Void> ready(RoutingContext context) {
    String reason = health.unreadyReason();
    return reason == null
        ? live(context)
        : Json.send(context, 503, new JsonObject().put("status", "DOWN").put("reason", reason));
  }

  /** Written by a worker: to collect the meters takes longer than an event loop should. */
  Future<Void> metrics(RoutingContext context) {
    return context
        .vertx()
        .executeBlocking(meters::scrape, false)
        .compose(text -> context.response().putHeader("Content-Type", METRICS_TYPE).end(text));
  }
}
