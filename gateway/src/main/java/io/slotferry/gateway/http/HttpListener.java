package io.slotferry.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;

/** The HTTP server with the limits that all of ours have. */
final class HttpListener {
  /** Keys stand in URLs. */
  private static final int URL_BYTES_MAX = 64 << 10;

  private static final int HEADER_BYTES_MAX = 16 << 10;

  /** Of a connection on which nothing moves. */
  private static final int IDLE_SECONDS_MAX = 120;

  /** How long requests in flight may take to end when the server does. */
  private static final long DRAIN_SECONDS_MAX = 3;

  private final HttpServer server;

  HttpListener(Vertx vertx, Router router) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setMaxInitialLineLength(URL_BYTES_MAX)
            .setMaxHeaderSize(HEADER_BYTES_MAX)
            .setIdleTimeout(IDLE_SECONDS_MAX)
            .setHandle100ContinueAutomatically(true)
            .setTcpNoDelay(true);
    server =
        vertx
            .createHttpServer(options)
            .invalidRequestHandler(Failures::answerInvalid)
            .requestHandler(router);
  }

  Future<HttpServer> listen(int port, String bind) {
    return server.listen(port, bind);
  }

  int actualPort() {
    return server.actualPort();
  }

  /** Takes no more connections, and closes those there are once their requests are answered. */
  Future<Void> close() {
    return server.shutdown(DRAIN_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
