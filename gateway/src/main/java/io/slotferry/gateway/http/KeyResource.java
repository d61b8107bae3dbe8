package io.slotferry.gateway.http;

import static io.slotferry.gateway.http.Text.utf8;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.Request;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** {@code /v1/keyspaces/{ks}/keys/{key}}: one key, of any type. */
final class KeyResource {
  private static final String WAIT_TIMEOUT_MILLIS = "1000";

  /** 285 years; Redis refuses an expiry that overflows. */
  private static final long TTL_MILLIS_MAX = 1L << 43;

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
    Commands commands = this.commands.of(WriteTerms.durability(context.request()));
    // Most keys are strings: both answers in one go, and only otherwise a second question.
    Future<Reply> value = commands.execute(keyspace, "GET", key);
    Future<Reply> ttl = commands.execute(keyspace, "PTTL", key);
    return value.compose(reply -> {
      if (reply instanceof Reply.SimpleError(String message) && message.startsWith("WRONGTYPE")) {
        return getTyped(commands, context, keyspace, key);
      }
      return ttl.compose(left -> answer(context, key, "string", reply, left));
    });
  }

  private static Future<Void> getTyped(
      Commands commands, RoutingContext context, int keyspace, byte[] key) {
    return commands
        .execute(keyspace, "TYPE", key)
        .compose(type -> {
          String name = type instanceof Reply.SimpleString(String text) ? text : "none";
          Request read = KeyDocument.readCommand(name, key);
          if (read == null) {
            throw new ProblemException(Problem.notFound("no such key"));
          }
          Future<Reply> value = commands.execute(keyspace, read, Commands.RESP3);
          Future<Reply> ttl = commands.execute(keyspace, "PTTL", key);
          return value.compose(
              reply -> ttl.compose(left -> answer(context, key, name, reply, left)));
        });
  }

  private static Future<Void> answer(
      RoutingContext context, byte[] key, String type, Reply value, Reply ttl) {
    failOn(value);
    if (isAbsent(type, value)) {
      throw new ProblemException(Problem.notFound("no such key"));
    }
    long ttlMillis = ttl instanceof Reply.Int(long millis) ? millis : -1;
    JsonObject document = KeyDocument.of(key, type, value, ttlMillis);
    String tag = entityTag(document);
    context.response().putHeader("ETag", tag);
    String known = context.request().getHeader("If-None-Match");
    if (known != null && (known.equals("*") || known.contains(tag))) {
      return context.response().setStatusCode(304).end();
    }
    return Json.send(context, 200, document);
  }

  /**
   * The key may have gone between the question for its type and that for its value. Of all types, a
   * stream alone may be empty.
   */
  private static boolean isAbsent(String type, Reply value) {
    return switch (value) {
      case Reply.Nil _ -> true;
      case Reply.Array(List<Reply> elements) -> elements.isEmpty() && !type.equals("stream");
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
    List<List<byte[]>> writes = KeyDocument.writes(type, document);
    Long ttlMillis = ttlOf(document);
    WriteTerms terms = WriteTerms.of(context, type.equals("string"));
    Commands commands = this.commands.of(terms.durability());
    Future<Reply> existed = commands.execute(keyspace, "EXISTS", key);
    Future<Reply> written =
        type.equals("string")
            ? putString(
                commands,
                keyspace,
                key,
                writes.getFirst().getFirst(),
                ttlMillis,
                terms.onlyIfAbsent())
            : putElements(commands, keyspace, key, type, writes, ttlMillis);
    return written.compose(reply -> {
      failOn(reply);
      if (reply instanceof Reply.Nil) {
        throw new ProblemException(
            new Problem(412, "precondition-failed", "the key exists already"));
      }
      return existed.compose(before -> {
        boolean created = before instanceof Reply.Int(long count) && count == 0;
        return changed(commands, context, keyspace, terms, created ? 201 : 204);
      });
    });
  }

  private static Future<Reply> putString(
      Commands commands,
      int keyspace,
      byte[] key,
      byte[] value,
      @Nullable Long ttlMillis,
      boolean onlyIfAbsent) {
    List<byte[]> set = new ArrayList<>(List.of(key, value));
    if (ttlMillis != null) {
      set.add(utf8("PX"));
      set.add(utf8(ttlMillis.toString()));
    }
    if (onlyIfAbsent) {
      set.add(utf8("NX"));
    }
    return commands.execute(keyspace, "SET", set.toArray(byte[][]::new));
  }

  /** All in one loop turn, so that the shard gets them one after another. */
  private static Future<Reply> putElements(
      Commands commands,
      int keyspace,
      byte[] key,
      String type,
      List<List<byte[]>> writes,
      @Nullable Long ttlMillis) {
    Future<Reply> written = commands.execute(keyspace, "DEL", key);
    for (List<byte[]> arguments : writes) {
      Future<Reply> before = written;
      Future<Reply> next =
          write(commands, keyspace, KeyDocument.writeCommand(type), key, arguments);
      written = before.compose(reply -> reply instanceof Reply.SimpleError ? before : next);
    }
    if (ttlMillis != null) {
      commands.execute(keyspace, "PEXPIRE", key, utf8(ttlMillis.toString()));
    }
    return written;
  }

  private static Future<Reply> write(
      Commands commands, int keyspace, String command, byte[] key, List<byte[]> arguments) {
    List<byte[]> all = new ArrayList<>(arguments.size() + 1);
    all.add(key);
    all.addAll(arguments);
    return commands.execute(keyspace, command, all.toArray(byte[][]::new));
  }

  // ---- PATCH: the expiry, and fields of a hash

  Future<Void> patch(RoutingContext context) {
    int keyspace = keyspaces.numberOf(context);
    byte[] key = keyOf(context);
    JsonObject document = documentOf(context);
    List<byte[]> fields = patchedFields(document);
    Long ttlMillis = ttlOf(document);
    WriteTerms terms = WriteTerms.of(context, false);
    Commands commands = this.commands.of(terms.durability());
    return commands
        .execute(keyspace, "EXISTS", key)
        .compose(found -> {
          failOn(found);
          if (found instanceof Reply.Int(long count) && count == 0) {
            throw new ProblemException(Problem.notFound("no such key"));
          }
          return patchHash(commands, keyspace, key, fields);
        })
        .compose(patched -> {
          failOn(patched);
          return document.containsKey("ttlMillis")
              ? patchExpiry(commands, keyspace, key, ttlMillis)
              : Future.succeededFuture(patched);
        })
        .compose(reply -> {
          failOn(reply);
          return changed(commands, context, keyspace, terms, 204);
        });
  }

  private static List<byte[]> patchedFields(JsonObject document) {
    if (!document.containsKey("value")) {
      if (!document.containsKey("ttlMillis")) {
        throw bad("PATCH takes \"value\" (of a hash), \"ttlMillis\", or both");
      }
      return List.of();
    }
    if (!KeyDocument.typeOf(document).equals("hash")) {
      throw bad("PATCH changes fields of a hash; PUT replaces a value");
    }
    return KeyDocument.arguments("hash", document);
  }

  private static Future<Reply> patchHash(
      Commands commands, int keyspace, byte[] key, List<byte[]> fields) {
    return fields.isEmpty()
        ? Future.succeededFuture(new Reply.Int(0))
        : write(commands, keyspace, "HSET", key, fields);
  }

  private static Future<Reply> patchExpiry(
      Commands commands, int keyspace, byte[] key, @Nullable Long ttlMillis) {
    return ttlMillis == null
        ? commands.execute(keyspace, "PERSIST", key)
        : commands.execute(keyspace, "PEXPIRE", key, utf8(ttlMillis.toString()));
  }

  // ---- DELETE

  Future<Void> delete(RoutingContext context) {
    int keyspace = keyspaces.numberOf(context);
    WriteTerms terms = WriteTerms.of(context, false);
    Commands commands = this.commands.of(terms.durability());
    return commands
        .execute(keyspace, "DEL", keyOf(context))
        .compose(reply -> {
          failOn(reply);
          if (reply instanceof Reply.Int(long count) && count == 0) {
            throw new ProblemException(Problem.notFound("no such key"));
          }
          return changed(commands, context, keyspace, terms, 204);
        });
  }

  // ---- shared

  /** Answers a write, after as many acknowledgements as it is to wait for. */
  private static Future<Void> changed(
      Commands commands, RoutingContext context, int keyspace, WriteTerms terms, int status) {
    if (terms.waitReplicas() == null) {
      return context.response().setStatusCode(status).end();
    }
    return commands
        .execute(keyspace, "WAIT", utf8(terms.waitReplicas()), utf8(WAIT_TIMEOUT_MILLIS))
        .compose(reply -> {
          failOn(reply);
          String count = reply instanceof Reply.Int(long replicas) ? "" + replicas : "0";
          return context
              .response()
              .putHeader("Slotferry-Acknowledged", count)
              .setStatusCode(status)
              .end();
        });
  }

  /** The path's last part, as bytes: a path parameter would be text already. */
  private static byte[] keyOf(RoutingContext context) {
    String path = context.normalizedPath();
    if (path.endsWith("/")) {
      throw new ProblemException(Problem.notFound("a slash in a key is %2F in the URL"));
    }
    byte[] key = Text.percentDecode(path.substring(path.lastIndexOf('/') + 1));
    return "base64".equals(context.request().getParam("encoding"))
        ? Text.of(true).decode(new String(key, StandardCharsets.UTF_8))
        : key;
  }

  private static JsonObject documentOf(RoutingContext context) {
    String contentType = context.request().getHeader("Content-Type");
    Buffer body = context.body().buffer();
    if (body == null) {
      throw bad("the request has no body");
    }
    if (contentType != null
        && (contentType.startsWith("text/plain")
            || contentType.startsWith("application/octet-stream"))) {
      return new JsonObject()
          .put("type", "string")
          .put("value", Base64.getEncoder().encodeToString(body.getBytes()))
          .put("encoding", "base64");
    }
    return Json.object(body);
  }

  private static @Nullable Long ttlOf(JsonObject document) {
    Object ttl = document.getValue("ttlMillis");
    if (ttl == null) {
      return null;
    }
    if (ttl instanceof Number number
        && number.doubleValue() >= 1
        && number.doubleValue() <= TTL_MILLIS_MAX) {
      return number.longValue();
    }
    throw bad("ttlMillis is a number from 1 to " + TTL_MILLIS_MAX + ", or null");
  }

  static void failOn(Reply reply) {
    if (reply instanceof Reply.SimpleError error) {
      throw new ProblemException(Problem.of(error));
    }
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest(detail));
  }
}
