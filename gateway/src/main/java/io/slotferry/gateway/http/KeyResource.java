package io.slotferry.gateway.http;

import static io.slotferry.gateway.http.KeyDocument.ascii;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.Request;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** {@code /v1/keyspaces/{ks}/keys/{key}}: one key, of any type. */
final class KeyResource {
  private static final int WAIT_TIMEOUT_MILLIS = 1_000;
  private static final int WAIT_REPLICAS_MAX = 64;

  private final Commands commands;
  private final Keyspaces keyspaces;

  KeyResource(Commands commands, Keyspaces keyspaces) {
    this.commands = commands;
    this.keyspaces = keyspaces;
  }

  // ---- GET

  Future<Void> get(RoutingContext context) {
    int keyspace = keyspaces.numberOf(context);
    byte[] key = keyOf(context);
    // Most keys are strings: both answers in one go, and only otherwise a second question.
    Future<Reply> value = execute(keyspace, "GET", key);
    Future<Reply> ttl = execute(keyspace, "PTTL", key);
    return value.compose(
        reply -> {
          if (reply instanceof Reply.SimpleError(String message)
              && message.startsWith("WRONGTYPE")) {
            return getTyped(context, keyspace, key);
          }
          return ttl.compose(left -> answer(context, key, "string", reply, left));
        });
  }

  private Future<Void> getTyped(RoutingContext context, int keyspace, byte[] key) {
    return execute(keyspace, "TYPE", key)
        .compose(
            type -> {
              String name = type instanceof Reply.SimpleString(String text) ? text : "none";
              byte[][] read = KeyDocument.readCommand(name, key);
              if (read == null) {
                return answer(context, key, name, new Reply.Nil(), new Reply.Int(-1));
              }
              Future<Reply> value = commands.execute(keyspace, Request.of(read));
              return execute(keyspace, "PTTL", key)
                  .compose(left -> value.compose(v -> answer(context, key, name, v, left)));
            });
  }

  private static Future<Void> answer(
      RoutingContext context, byte[] key, String type, Reply value, Reply ttl) {
    failOn(value);
    if (isAbsent(value)) {
      throw new ProblemException(Problem.notFound("no such key"));
    }
    long ttlMillis = ttl instanceof Reply.Int(long millis) ? millis : -1;
    JsonObject document = KeyDocument.of(key, type, value, ttlMillis);
    String tag = entityTag(document);
    context.response().putHeader("ETag", tag);
    if (tag.equals(context.request().getHeader("If-None-Match"))) {
      return context.response().setStatusCode(304).end();
    }
    return context
        .response()
        .putHeader("Content-Type", "application/json")
        .end(document.toBuffer());
  }

  private static boolean isAbsent(Reply value) {
    return switch (value) {
      case Reply.Nil nil -> true;
      case Reply.Array(List<Reply> elements) -> elements.isEmpty();
      case Reply.Distinct(List<Reply> elements) -> elements.isEmpty();
      case Reply.Pairs(List<Reply.Pair> pairs) -> pairs.isEmpty();
      default -> false;
    };
  }

  /** Names the value, not its remaining time, which changes with every look. */
  private static String entityTag(JsonObject document) {
    CRC32C crc = new CRC32C();
    byte[] bytes = document.copy().putNull("ttlMillis").toBuffer().getBytes();
    crc.update(bytes);
    return "\"" + Long.toHexString(crc.getValue()) + "-" + Integer.toHexString(bytes.length) + "\"";
  }

  // ---- PUT

  Future<Void> put(RoutingContext context) {
    int keyspace = keyspaces.numberOf(context);
    byte[] key = keyOf(context);
    JsonObject document = documentOf(context);
    String type = KeyDocument.typeOf(document);
    List<byte[]> arguments = KeyDocument.arguments(type, document);
    Long ttlMillis = ttlOf(document);
    boolean onlyNew = onlyIfAbsent(context, type);
    Future<Reply> existed = execute(keyspace, "EXISTS", key);
    Future<Reply> written =
        type.equals("string")
            ? putString(keyspace, key, arguments.getFirst(), ttlMillis, onlyNew)
            : putElements(keyspace, key, type, arguments, ttlMillis);
    return written.compose(
        reply -> {
          failOn(reply);
          if (reply instanceof Reply.Nil) {
            throw new ProblemException(
                new Problem(412, "precondition-failed", "the key exists already"));
          }
          return existed.compose(
              before -> {
                boolean created = before instanceof Reply.Int(long count) && count == 0;
                return changed(context, keyspace, created ? 201 : 204);
              });
        });
  }

  private Future<Reply> putString(
      int keyspace, byte[] key, byte[] value, @Nullable Long ttlMillis, boolean onlyNew) {
    List<byte[]> set = new ArrayList<>(List.of(ascii("SET"), key, value));
    if (ttlMillis != null) {
      set.add(ascii("PX"));
      set.add(ascii(ttlMillis.toString()));
    }
    if (onlyNew) {
      set.add(ascii("NX"));
    }
    return commands.execute(keyspace, Request.of(set.toArray(byte[][]::new)));
  }

  /** All in one loop turn, so that the shard gets them one after another. */
  private Future<Reply> putElements(
      int keyspace, byte[] key, String type, List<byte[]> arguments, @Nullable Long ttlMillis) {
    String command =
        switch (type) {
          case "hash" -> "HSET";
          case "list" -> "RPUSH";
          case "set" -> "SADD";
          default -> "ZADD";
        };
    List<byte[]> write = new ArrayList<>(arguments.size() + 2);
    write.add(ascii(command));
    write.add(key);
    write.addAll(arguments);
    execute(keyspace, "DEL", key);
    Future<Reply> written = commands.execute(keyspace, Request.of(write.toArray(byte[][]::new)));
    if (ttlMillis != null) {
      commands.execute(
          keyspace, Request.of(ascii("PEXPIRE"), key, ascii(ttlMillis.toString())));
    }
    return written;
  }

  private static boolean onlyIfAbsent(RoutingContext context, String type) {
    if (context.request().getHeader("If-Match") != null) {
      throw new ProblemException(
          Problem.badRequest("If-Match is served for no write; If-None-Match: * is, for strings"));
    }
    String condition = context.request().getHeader("If-None-Match");
    if (condition == null) {
      return false;
    }
    if (!condition.equals("*") || !type.equals("string")) {
      throw new ProblemException(
          Problem.badRequest("a write takes If-None-Match only as *, and only for strings"));
    }
    return true;
  }

  // ---- PATCH: the expiry, and fields of a hash

  Future<Void> patch(RoutingContext context) {
    int keyspace = keyspaces.numberOf(context);
    byte[] key = keyOf(context);
    JsonObject document = documentOf(context);
    boolean hasValue = document.containsKey("value");
    if (!hasValue && !document.containsKey("ttlMillis")) {
      throw new ProblemException(Problem.badRequest("PATCH takes \"value\" (of a hash), \"ttlMillis\", or both"));
    }
    if (hasValue && !KeyDocument.typeOf(document).equals("hash")) {
      throw new ProblemException(Problem.badRequest("PATCH changes fields of a hash; PUT replaces"));
    }
    List<byte[]> fields = hasValue ? KeyDocument.arguments("hash", document) : List.of();
    return execute(keyspace, "EXISTS", key)
        .compose(
            found -> {
              if (!(found instanceof Reply.Int(long count)) || count == 0) {
                failOn(found);
                throw new ProblemException(Problem.notFound("no such key"));
              }
              return patch(keyspace, key, fields, document);
            })
        .compose(
            reply -> {
              failOn(reply);
              return changed(context, keyspace, 204);
            });
  }

  private Future<Reply> patch(
      int keyspace, byte[] key, List<byte[]> fields, JsonObject document) {
    Future<Reply> done = Future.succeededFuture(new Reply.Int(0));
    if (!fields.isEmpty()) {
      List<byte[]> write = new ArrayList<>(List.of(ascii("HSET"), key));
      write.addAll(fields);
      done = commands.execute(keyspace, Request.of(write.toArray(byte[][]::new)));
    }
    if (!document.containsKey("ttlMillis")) {
      return done;
    }
    Long ttlMillis = ttlOf(document);
    Future<Reply> expiry =
        ttlMillis == null
            ? execute(keyspace, "PERSIST", key)
            : commands.execute(
                keyspace, Request.of(ascii("PEXPIRE"), key, ascii(ttlMillis.toString())));
    return done.compose(
        reply -> reply instanceof Reply.SimpleError ? Future.succeededFuture(reply) : expiry);
  }

  // ---- DELETE

  Future<Void> delete(RoutingContext context) {
    int keyspace = keyspaces.numberOf(context);
    return execute(keyspace, "DEL", keyOf(context))
        .compose(
            reply -> {
              failOn(reply);
              if (reply instanceof Reply.Int(long count) && count == 0) {
                throw new ProblemException(Problem.notFound("no such key"));
              }
              return changed(context, keyspace, 204);
            });
  }

  // ---- shared

  /** Answers a write, after as many acknowledgements as {@code Slotferry-Wait} asks for. */
  private Future<Void> changed(RoutingContext context, int keyspace, int status) {
    String wait = context.request().getHeader("Slotferry-Wait");
    if (wait == null) {
      return context.response().setStatusCode(status).end();
    }
    return execute(keyspace, "WAIT", ascii(replicas(wait)), ascii("" + WAIT_TIMEOUT_MILLIS))
        .compose(
            reply -> {
              failOn(reply);
              String count = reply instanceof Reply.Int(long replicas) ? "" + replicas : "0";
              return context
                  .response()
                  .putHeader("Slotferry-Acknowledged", count)
                  .setStatusCode(status)
                  .end();
            });
  }

  private static String replicas(String wait) {
    if (!wait.matches("\\d{1,2}") || Integer.parseInt(wait) > WAIT_REPLICAS_MAX) {
      throw new ProblemException(
          Problem.badRequest("Slotferry-Wait is a number from 0 to " + WAIT_REPLICAS_MAX));
    }
    return wait;
  }

  private Future<Reply> execute(int keyspace, String command, byte[]... arguments) {
    byte[][] all = new byte[arguments.length + 1][];
    all[0] = ascii(command);
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return commands.execute(keyspace, Request.of(all));
  }

  private static byte[] keyOf(RoutingContext context) {
    String key = context.pathParam("key");
    boolean base64 = "base64".equals(context.request().getParam("encoding"));
    return Text.of(base64).decode(key);
  }

  private static JsonObject documentOf(RoutingContext context) {
    String contentType = context.request().getHeader("Content-Type");
    Buffer body = context.body().buffer();
    if (body == null) {
      throw new ProblemException(Problem.badRequest("the request has no body"));
    }
    if (contentType != null && contentType.startsWith("text/plain")) {
      return new JsonObject().put("type", "string").put("value", body.toString());
    }
    return Json.object(body);
  }

  private static @Nullable Long ttlOf(JsonObject document) {
    Object ttl = document.getValue("ttlMillis");
    if (ttl == null) {
      return null;
    }
    if (!(ttl instanceof Number number) || number.longValue() <= 0) {
      throw new ProblemException(Problem.badRequest("ttlMillis is a positive number, or null"));
    }
    return number.longValue();
  }

  static void failOn(Reply reply) {
    if (reply instanceof Reply.SimpleError error) {
      throw new ProblemException(Problem.of(error));
    }
  }
}
