package io.slotferry.gateway.http;

import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Partitioning;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a listing asks for.
 *
 * @param prefix empty for any
 * @param from first key, null for any
 * @param to first key that is too far, null for none
 * @param cursor where the page before ended, null for the first page
 */
record ListingQuery(
    Keyspace keyspace,
    byte[] prefix,
    byte @Nullable [] from,
    byte @Nullable [] to,
    int limit,
    boolean reverse,
    @Nullable String cursor) {
  static final int LIMIT_DEFAULT = 100;
  static final int LIMIT_MAX = 1_000;

  static ListingQuery of(RoutingContext context, Keyspace keyspace) {
    HttpServerRequest request = context.request();
    Text text = Text.of("base64".equals(request.getParam("encoding")));
    byte[] prefix = decode(text, request.getParam("prefix"));
    ListingQuery query =
        new ListingQuery(
            keyspace,
            prefix == null ? new byte[0] : prefix,
            decode(text, request.getParam("from")),
            decode(text, request.getParam("to")),
            limit(request.getParam("limit")),
            flag(request.getParam("reverse")),
            request.getParam("cursor"));
    if (keyspace.partitioning() == Partitioning.HASH
        && (query.from != null || query.to != null || query.reverse)) {
      throw bad("a hash keyspace has no order: from, to and reverse need a range keyspace");
    }
    return query;
  }

  private static byte @Nullable [] decode(Text text, @Nullable String parameter) {
    return parameter == null ? null : text.decode(parameter);
  }

  private static int limit(@Nullable String parameter) {
    if (parameter == null) {
      return LIMIT_DEFAULT;
    }
    int limit = parameter.matches("\\d{1,4}") ? Integer.parseInt(parameter) : 0;
    if (limit < 1 || limit > LIMIT_MAX) {
      throw bad("limit is a number from 1 to " + LIMIT_MAX);
    }
    return limit;
  }

  private static boolean flag(@Nullable String parameter) {
    return switch (parameter) {
      case "", "true" -> true;
      case "false" -> false;
      case null -> false;
      default -> throw bad("reverse is true or false");
    };
  }

  static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest(detail));
  }
}
