package io.slotferry.gateway.http;

import static io.slotferry.gateway.http.Text.utf8;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.Request;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key with its value as JSON: {@code {"key":…,"type":"hash","value":{…},"ttlMillis":…}}. A string
 * is a JSON string, a hash an object, a list and a set arrays, a sorted set an array of {@code
 * {"member","score"}}, a stream an array of {@code {"id","fields"}} ({@link StreamDocument}).
 */
final class KeyDocument {
  private static final int ARGUMENTS_MAX = 1 << 20;

  private KeyDocument() {}

  // ---- reading: replies to JSON

  /** The command that reads a whole value of this type; null for a type without a JSON form. */
  static @Nullable Request readCommand(String type, byte[] key) {
    return switch (type) {
      case "string" -> Request.of(utf8("GET"), key);
      case "hash" -> Request.of(utf8("HGETALL"), key);
      case "list" -> Request.of(utf8("LRANGE"), key, utf8("0"), utf8("-1"));
      case "set" -> Request.of(utf8("SMEMBERS"), key);
      case "zset" -> Request.of(utf8("ZRANGE"), key, utf8("0"), utf8("-1"), utf8("WITHSCORES"));
      case "stream" -> Request.of(utf8("XRANGE"), key, utf8("-"), utf8("+"));
      default -> null;
    };
  }

  /**
   * @param reply to {@link #readCommand}, RESP3
   * @param ttlMillis PTTL's reply: negative for a key that never expires
   */
  static JsonObject of(byte[] key, String type, Reply reply, long ttlMillis) {
    Text text = new Text();
    text.consider(key);
    considerAll(reply, text);
    JsonObject document =
        new JsonObject()
            .put("key", text.encode(key))
            .put("type", type)
            .put("value", value(type, reply, text))
            .put("ttlMillis", ttlMillis < 0 ? null : ttlMillis);
    if (text.isBase64()) {
      document.put("encoding", "base64");
    }
    return document;
  }

  private static void considerAll(Reply reply, Text text) {
    switch (reply) {
      case Reply.BulkString bulk -> text.consider(bulk.bytes());
      case Reply.Array array -> array.elements().forEach(element -> considerAll(element, text));
      case Reply.Distinct set -> set.elements().forEach(element -> considerAll(element, text));
      case Reply.Pairs pairs ->
          pairs
              .pairs()
              .forEach(pair -> {
                considerAll(pair.key(), text);
                considerAll(pair.value(), text);
              });
      default -> {
        // Numbers and the like are text in any encoding.
      }
    }
  }

  private static Object value(String type, Reply reply, Text text) {
    return switch (reply) {
      case Reply.BulkString bulk -> text.encode(bulk.bytes());
      case Reply.Pairs pairs -> {
        JsonObject object = new JsonObject();
        pairs
            .pairs()
            .forEach(pair -> object.put(string(pair.key(), text), string(pair.value(), text)));
        yield object;
      }
      case Reply.Distinct set -> array(set.elements(), text);
      case Reply.Array array when type.equals("zset") -> scored(array.elements(), text);
      case Reply.Array array when type.equals("stream") ->
          StreamDocument.of(array.elements(), text);
      case Reply.Array array -> array(array.elements(), text);
      default -> throw new IllegalStateException("a value of type " + type + " read as " + reply);
    };
  }

  private static JsonArray array(List<Reply> elements, Text text) {
    JsonArray array = new JsonArray();
    elements.forEach(element -> array.add(string(element, text)));
    return array;
  }

  private static JsonArray scored(List<Reply> elements, Text text) {
    JsonArray array = new JsonArray();
    for (Reply element : elements) {
      if (element instanceof Reply.Array(List<Reply> pair)
          && pair.getLast() instanceof Reply.Real(double score)) {
        Object number = Double.isInfinite(score) ? (score > 0 ? "inf" : "-inf") : score;
        array.add(
            new JsonObject().put("member", string(pair.getFirst(), text)).put("score", number));
      }
    }
    return array;
  }

  static String string(Reply reply, Text text) {
    if (reply instanceof Reply.BulkString(byte[] bytes)) {
      return text.encode(bytes);
    }
    throw new IllegalStateException("a part of a value read as " + reply);
  }

  // ---- writing: JSON to commands

  /** The type that the document has or implies: by its value's JSON type. */
  static String typeOf(JsonObject document) {
    Object type = document.getValue("type");
    if (type instanceof String named) {
      return named;
    }
    Object value = document.getValue("value");
    if (value instanceof JsonObject) {
      return "hash";
    }
    return value instanceof JsonArray ? "list" : "string";
  }

  /** The arguments behind the key of all commands that write the value: one, but of a stream. */
  static List<List<byte[]>> writes(String type, JsonObject document) {
    if (!type.equals("stream")) {
      return List.of(arguments(type, document));
    }
    Text text = Text.of("base64".equals(document.getValue("encoding")));
    List<List<byte[]>> writes = StreamDocument.writes(document.getValue("value"), text);
    checkCount(type, writes.size());
    return writes;
  }

  /** The arguments behind the key that write the value: HSET's fields, RPUSH's elements, … */
  static List<byte[]> arguments(String type, JsonObject document) {
    Text text = Text.of("base64".equals(document.getValue("encoding")));
    Object value = document.getValue("value");
    List<byte[]> arguments = new ArrayList<>();
    switch (type) {
      case "string" -> arguments.add(scalar(value, text));
      case "hash" -> {
        for (Map.Entry<String, Object> field : need(JsonObject.class, type, value)) {
          arguments.add(text.decode(field.getKey()));
          arguments.add(scalar(field.getValue(), text));
        }
      }
      case "list", "set" -> {
        for (Object element : need(JsonArray.class, type, value)) {
          arguments.add(scalar(element, text));
        }
      }
      case "zset" -> {
        for (Object element : need(JsonArray.class, type, value)) {
          scoredArguments(need(JsonObject.class, "zset member", element), text, arguments);
        }
      }
      default -> throw bad("unknown type '" + type + "': string, hash, list, set, zset or stream");
    }
    checkCount(type, arguments.size());
    return arguments;
  }

  private static void checkCount(String type, int elements) {
    if (elements == 0) {
      throw bad("a " + type + " without elements does not exist; DELETE removes a key");
    }
    if (elements > ARGUMENTS_MAX) {
      throw bad("more than " + ARGUMENTS_MAX + " elements");
    }
  }

  /** The command that adds what is written to a value of a type other than string. */
  static String writeCommand(String type) {
    return switch (type) {
      case "hash" -> "HSET";
      case "list" -> "RPUSH";
      case "set" -> "SADD";
      case "zset" -> "ZADD";
      case "stream" -> "XADD";
      default -> throw new IllegalArgumentException(type);
    };
  }

  private static void scoredArguments(JsonObject element, Text text, List<byte[]> arguments) {
    Object score = element.getValue("score");
    if (!isScore(score)) {
      throw bad("a zset member needs a score: a number, \"inf\" or \"-inf\"");
    }
    arguments.add(utf8(score.toString()));
    arguments.add(scalar(element.getValue("member"), text));
  }

  /** Whether it is surely one to Redis too: the key's old value is gone before it is written. */
  private static boolean isScore(@Nullable Object score) {
    return switch (score) {
      case String word -> word.equals("inf") || word.equals("-inf");
      case Number number -> Double.isFinite(number.doubleValue());
      case null, default -> false;
    };
  }

  static <T> T need(Class<T> json, String type, @Nullable Object value) {
    if (!json.isInstance(value)) {
      throw bad(
          "the value of a "
              + type
              + " is a JSON "
              + (json == JsonObject.class ? "object" : "array"));
    }
    return json.cast(value);
  }

  static byte[] scalar(@Nullable Object value, Text text) {
    return switch (value) {
      case String string -> text.decode(string);
      case Number number -> utf8(number.toString());
      case Boolean bool -> utf8(bool.toString());
      case null, default -> throw bad("expected a string or a number as \"value\" or element");
    };
  }

  static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest(detail));
  }
}
