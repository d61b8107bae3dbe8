package io.slotferry.server.node;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server of a node that is no gateway, up as long as the process: {@code /health/live}, {@code /health/ready} and
 * {@code /metrics}. A gateway has the same among much else.
 */
final class HealthServer {
  static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  private final Vertx vertx;
  private final Supplier<@Nullable String> unreadyReason;
  private final Supplier<String> metrics;

  /**
   * @param unreadyReason why the node does not do its work, null when it does
   * @param metrics in Prometheus' text format
   */
  HealthServer(Vertx vertx, Supplier<@Nullable String> unreadyReason, Supplier<String> metrics) {
    this.vertx = vertx;
    this.unreadyReason = unreadyReason;
    this.metrics = metrics;
  }

  /** Gives the port; fails when it is taken. */
  Future<Integer> start(Context context, String bind, int port) {
    Promise<Integer> started = Promise.promise();
    context.runOnContext(_ -> {
      vertx.createHttpServer().requestHandler(this::answer).listen(port, bind).map(HttpServer::actualPort).onComplete(started);
    });
    return started.future();
  }

  private void answer(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET) && !isHead(request)) {
      end(request, NOT_ALLOWED, "application/json", "{\"title\":\"Method Not Allowed\"}");
      return;
    }
    switch (request.path()) {
      case "/health/live" -> health(request, null);
      case "/health/ready" -> health(request, unreadyReason.get());
      case "/metrics" -> end(request, OK, METRICS_TYPE, metrics.get());
      default -> end(request, NOT_FOUND, "application/json", "{\"title\":\"Not Found\"}");
    }
  }

  private static void health(HttpServerRequest request, @Nullable String problem) {
    JsonObject body = new JsonObject().put("status", problem == null ? "UP" : "DOWN");
    if (problem != null) {
      body.put("reason", problem);
    }
    end(request, problem == null ? OK : UNAVAILABLE, "application/json", body.encode());
  }

  private static void end(HttpServerRequest request, int status, String type, String body) {
    HttpServerResponse response =
        request.response().setStatusCode(status).putHeader("Content-Type", type);
    if (isHead(request)) {
      response.end();
    } else {
      response.end(body);
    }
  }

  private static boolean isHead(HttpServerRequest request) {
    return request.method().equals(HttpMethod.HEAD);
  }
}
