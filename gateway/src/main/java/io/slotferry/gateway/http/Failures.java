package io.slotferry.gateway.http;

import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of every request that failed: a problem, or Upstash's kind of error. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /** Takes all that the routes of {@code router} throw, and what no route matches. */
  static void answerAllOf(Router router) {
    router.route().failureHandler(context -> answer(context, context.statusCode()));
    for (int status : new int[] {400, 404, 500}) {
      router.errorHandler(status, context -> answer(context, status));
    }
  }

  private static void answer(RoutingContext context, int status) {
    HttpServerResponse response = context.response();
    Problem problem = problem(context, status);
    if (response.headWritten()) {
      // Too late to say it: the client sees that the answer is cut off.
      context.request().connection().close();
    } else if (RedisResource.isUnder(context)) {
      RedisResource.sendError(response, problem);
    } else {
      problem.send(response);
    }
  }

  private static Problem problem(RoutingContext context, int status) {
    Throwable failure = context.failure();
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    if (failure == null || (status >= 400 && status < 500)) {
      return of(context, status);
    }
    HttpServerRequest request = context.request();
    LOG.error("request failed method={} path={}", request.method(), request.path(), failure);
    return of(context, 500);
  }

  private static Problem of(RoutingContext context, int status) {
    return switch (status) {
      case 400 -> Problem.badRequest("the request is malformed");
      case 404 -> Problem.notFound("no such resource; /openapi.json has them all");
      case 405 ->
          new Problem(
              405, "method-not-allowed", context.request().method() + " is not served here");
      case 413 ->
          new Problem(413, "too-large", "a body has at most " + Routes.BODY_BYTES_MAX + " bytes");
      case 500 -> new Problem(500, "internal-error", "the server failed; its log says how");
      default -> new Problem(status, "http-" + status, "the request cannot be served");
    };
  }

  /** Answers what is no HTTP, before any route sees it. */
  static void answerInvalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    String detail = cause == null ? "malformed" : String.valueOf(cause.getMessage());
    Problem problem =
        cause instanceof TooLongFrameException
            ? new Problem(431, "too-long", "the URL or the headers are too long: " + detail)
            : Problem.badRequest("not HTTP: " + detail);
    problem.send(request.response());
    request.connection().close();
  }
}
