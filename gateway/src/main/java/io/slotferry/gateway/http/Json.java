package io.slotferry.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** JSON bodies; what is none, or another kind, is the client's mistake and said so. */
final class Json {
  static final String TYPE = "application/json";

  private Json() {}

  // ---- answers

  static Future<Void> send(RoutingContext context, int status, JsonObject document) {
    return context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", TYPE)
        .end(document.toBuffer());
  }

  // ---- bodies

  static JsonObject object(@Nullable Buffer body) {
    if (value(body) instanceof JsonObject object) {
      return object;
    }
    throw bad("the body is no JSON object");
  }

  static JsonArray array(@Nullable Buffer body) {
    if (value(body) instanceof JsonArray array) {
      return array;
    }
    throw bad("the body is no JSON array");
  }

  private static @Nullable Object value(@Nullable Buffer body) {
    try {
      return body == null || body.length() == 0 ? null : body.toJsonValue();
    } catch (DecodeException e) {
      throw bad("the body is no JSON: " + firstLine(e));
    }
  }

  /** An object, or an empty one when there is no body. */
  static JsonObject objectOrEmpty(RoutingContext context) {
    Buffer body = context.body().buffer();
    return body == null || body.length() == 0 ? new JsonObject() : object(body);
  }

  // ---- fields

  static String text(JsonObject object, String field) {
    if (object.getValue(field) instanceof String text) {
      return text;
    }
    throw bad("\"" + field + "\" is missing or no string");
  }

  static int number(JsonObject object, String field) {
    if (object.getValue(field) instanceof Integer number) {
      return number;
    }
    throw bad("\"" + field + "\" is missing or no whole number");
  }

  static boolean flag(JsonObject object, String field) {
    Object value = object.getValue(field);
    if (value == null || value instanceof Boolean) {
      return Boolean.TRUE.equals(value);
    }
    throw bad("\"" + field + "\" is true or false");
  }

  /** A constant by its name, any case; {@code absent} when the field is absent. */
  static <E extends Enum<E>> E constant(JsonObject object, String field, E absent) {
    if (!object.containsKey(field)) {
      return absent;
    }
    String name = text(object, field);
    StringBuilder known = new StringBuilder();
    for (E constant : absent.getDeclaringClass().getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(name)) {
        return constant;
      }
      known.append(known.isEmpty() ? "" : " or ").append(lower(constant));
    }
    throw bad("\"" + field + "\" is " + known);
  }

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest(detail));
  }

  private static String firstLine(DecodeException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
