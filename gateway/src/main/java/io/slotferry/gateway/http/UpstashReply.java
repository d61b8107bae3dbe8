package io.slotferry.gateway.http;

import io.slotferry.protocol.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replies as Upstash's clients read them.
 *
 * @param base64 whether strings are base64 (all but {@code OK}, which those clients leave alone);
 *     else they are UTF-8, and what is none is lost
 */
record UpstashReply(boolean base64) {
  /** {@code {"result":…}} or {@code {"error":…}}. */
  JsonObject document(Reply reply) {
    return reply instanceof Reply.SimpleError(String message)
        ? new JsonObject().put("error", message)
        : new JsonObject().put("result", json(reply));
  }

  private @Nullable Object json(Reply reply) {
    return switch (reply) {
      case Reply.SimpleString(String text) -> text.equals("OK") ? text : string(Text.utf8(text));
      case Reply.SimpleError(String message) -> message;
      case Reply.Int(long value) -> value;
      case Reply.BulkString(byte[] bytes) -> string(bytes);
      case Reply.Nil _ -> null;
      case Reply.Real(double value) -> string(Text.utf8(Double.toString(value)));
      case Reply.Bool(boolean value) -> value ? 1 : 0;
      case Reply.BigNumber(String digits) -> string(Text.utf8(digits));
      case Reply.Verbatim(String _, String text) -> string(Text.utf8(text));
      case Reply.Array(List<Reply> elements) -> array(elements);
      case Reply.Distinct(List<Reply> elements) -> array(elements);
      case Reply.Push(List<Reply> elements) -> array(elements);
      case Reply.Pairs(List<Reply.Pair> pairs) -> {
        JsonArray array = new JsonArray();
        pairs.forEach(pair -> array.add(json(pair.key())).add(json(pair.value())));
        yield array;
      }
    };
  }

  private JsonArray array(List<Reply> elements) {
    JsonArray array = new JsonArray();
    elements.forEach(element -> array.add(json(element)));
    return array;
  }

  private String string(byte[] bytes) {
    return base64
        ? Base64.getEncoder().encodeToString(bytes)
        : new String(bytes, StandardCharsets.UTF_8);
  }
}
