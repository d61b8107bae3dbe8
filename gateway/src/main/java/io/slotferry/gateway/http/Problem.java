package io.slotferry.gateway.http;

import io.slotferry.protocol.Reply;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * An error as HTTP tells it: RFC 9457 problem+json.
 *
 * @param status HTTP status
 * @param code a stable name, kebab-case; the problem's type is {@code urn:slotferry:problem:code}
 * @param detail one sentence for people
 */
record Problem(int status, String code, String detail) {
  static Problem badRequest(String detail) {
    return new Problem(400, "bad-request", detail);
  }

  static Problem notFound(String detail) {
    return new Problem(404, "not-found", detail);
  }

  static Problem refused(String detail) {
    return new Problem(409, "refused", detail);
  }

  static Problem unavailable(String detail) {
    return new Problem(503, "unavailable", detail);
  }

  /** A Redis error reply; its first word decides the status. */
  static Problem of(Reply.SimpleError error) {
    String message = error.message();
    int blank = message.indexOf(' ');
    String word = blank < 0 ? message : message.substring(0, blank);
    int status =
        switch (word) {
          case "WRONGTYPE", "CROSSSLOT" -> 409;
          case "NOAUTH", "WRONGPASS" -> 401;
          case "NOPERM" -> 403;
          case "OOM" -> 507;
          case "UNCERTAIN" -> 504;
          case "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF", "LOADING", "MASTERDOWN" -> 503;
          default -> 400;
        };
    return new Problem(status, word.toLowerCase(Locale.ROOT), message);
  }

  void send(HttpServerResponse response) {
    response
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .end(
            new JsonObject()
                .put("type", "urn:slotferry:problem:" + code)
                .put("title", title(code))
                .put("status", status)
                .put("detail", detail)
                .toBuffer());
  }

  private static String title(String code) {
    String words = code.replace('-', ' ');
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
