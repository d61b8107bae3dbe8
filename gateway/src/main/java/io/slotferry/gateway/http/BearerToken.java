package io.slotferry.gateway.http;

import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Lets only those pass who know the token. */
final class BearerToken {
  private static final String SCHEME = "Bearer ";

  private final byte[] token;

  BearerToken(String token) {
    this.token = Text.utf8(token);
  }

  /** From the header; under {@code /redis} also from the query, as Upstash has it. */
  void check(RoutingContext context) {
    String given = context.request().getHeader("Authorization");
    boolean isBearer = given != null && given.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    if (isBearer) {
      given = given.substring(SCHEME.length()).trim();
    } else {
      given = RedisResource.isUnder(context) ? context.request().getParam("_token") : null;
    }
    if (!matches(given)) {
      context.response().putHeader("WWW-Authenticate", "Bearer");
      throw new ProblemException(
          new Problem(401, "unauthorized", "the bearer token is missing or wrong"));
    }
    context.next();
  }

  private boolean matches(@Nullable String given) {
    // Takes as long for a token that is nearly right as for one that is not.
    return given != null && MessageDigest.isEqual(token, Text.utf8(given));
  }
}
