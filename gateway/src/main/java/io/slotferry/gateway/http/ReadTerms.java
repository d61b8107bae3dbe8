package io.slotferry.gateway.http;

import io.slotferry.gateway.RequestSession;
import io.slotferry.topology.ClusterMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the headers of a read ask for: {@code Slotferry-Durability} and {@code Slotferry-Read}. */
final class ReadTerms {
  private static final Pattern READ =
      Pattern.compile("leader|(replica)(?:\\s*;\\s*max-staleness=(\\d{1,9}))?");

  private ReadTerms() {}

  /**
   * @param map has the staleness that holds where the header names none
   */
  static RequestSession of(HttpServerRequest request, ClusterMap map) {
    return new RequestSession(
        WriteTerms.durability(request),
        stalenessMillisMax(request.getHeader("Slotferry-Read"), map));
  }

  /** Milliseconds; 0 for the leader. */
  private static int stalenessMillisMax(@Nullable String read, ClusterMap map) {
    if (read == null) {
      return 0;
    }
    Matcher parts = READ.matcher(read.strip());
    if (!parts.matches()) {
      throw new ProblemException(
          Problem.badRequest(
              "Slotferry-Read is leader, replica, or replica; max-staleness=MILLISECONDS"));
    }
    if (parts.group(1) == null) {
      return 0;
    }
    return parts.group(2) == null
        ? (int) map.settings().number("replica-max-staleness-millis")
        : Integer.parseInt(parts.group(2));
  }
}
