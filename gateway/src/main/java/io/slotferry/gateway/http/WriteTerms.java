package io.slotferry.gateway.http;

import io.slotferry.topology.Durability;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a write ask for; checked before anything is written.
 *
 * @param onlyIfAbsent {@code If-None-Match: *}
 * @param onlyIf {@code If-Match}, null when the key may be as it is
 * @param waitReplicas {@code Slotferry-Wait}, null when the write waits for none
 * @param durability {@code Slotferry-Durability}, null for the keyspace's default
 */
record WriteTerms(
    boolean onlyIfAbsent,
    @Nullable String onlyIf,
    @Nullable String waitReplicas,
    @Nullable Durability durability) {
  private static final int WAIT_REPLICAS_MAX = 64;

  /**
   * @param mayBeConditional whether this write can be made to depend on the key's absence
   */
  static WriteTerms of(RoutingContext context, boolean mayBeConditional) {
    HttpServerRequest request = context.request();
    String onlyIf = request.getHeader("If-Match");
    String condition = request.getHeader("If-None-Match");
    if (condition != null && !(mayBeConditional && condition.equals("*"))) {
      throw bad("a write takes If-None-Match only as *, and only PUT of a string does");
    }
    if (condition != null && onlyIf != null) {
      throw bad("a write takes If-Match or If-None-Match");
    }
    return new WriteTerms(
        condition != null,
        onlyIf,
        replicas(request.getHeader("Slotferry-Wait")),
        durability(request));
  }

  /** {@code Slotferry-Durability}, which a read may have, too. */
  static @Nullable Durability durability(HttpServerRequest request) {
    return switch (request.getHeader("Slotferry-Durability")) {
      case null -> null;
      case "async" -> Durability.ASYNC;
      case "sync" -> Durability.SYNC;
      default -> throw bad("Slotferry-Durability is async or sync");
    };
  }

  private static @Nullable String replicas(@Nullable String wait) {
    if (wait != null && (!wait.matches("\\d{1,2}") || Integer.parseInt(wait) > WAIT_REPLICAS_MAX)) {
      throw bad("Slotferry-Wait is a number of replicas from 0 to " + WAIT_REPLICAS_MAX);
    }
    return wait;
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest(detail));
  }
}
