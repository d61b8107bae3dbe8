package io.slotferry.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** JSON bodies; what is none, or another kind, is the client's mistake and said so. */
final class Json {
  private Json() {}

  static JsonObject object(@Nullable Buffer body) {
    try {
      if (body != null && body.toJsonValue() instanceof JsonObject object) {
        return object;
      }
    } catch (DecodeException e) {
      throw new ProblemException(Problem.badRequest("the body is no JSON: " + firstLine(e)));
    }
    throw new ProblemException(Problem.badRequest("the body is no JSON object"));
  }

  static JsonArray array(@Nullable Buffer body) {
    try {
      if (body != null && body.toJsonValue() instanceof JsonArray array) {
        return array;
      }
    } catch (DecodeException e) {
      throw new ProblemException(Problem.badRequest("the body is no JSON: " + firstLine(e)));
    }
    throw new ProblemException(Problem.badRequest("the body is no JSON array"));
  }

  /** An object, or an empty one when there is no body. */
  static JsonObject objectOrEmpty(RoutingContext context) {
    Buffer body = context.body().buffer();
    return body == null || body.length() == 0 ? new JsonObject() : object(body);
  }

  static String text(JsonObject object, String field) {
    if (object.getValue(field) instanceof String text) {
      return text;
    }
    throw new ProblemException(Problem.badRequest("\"" + field + "\" is missing or no string"));
  }

  static int number(JsonObject object, String field) {
    if (object.getValue(field) instanceof Number number
        && number.longValue() == number.intValue()) {
      return number.intValue();
    }
    throw new ProblemException(Problem.badRequest("\"" + field + "\" is missing or no number"));
  }

  private static String firstLine(DecodeException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
