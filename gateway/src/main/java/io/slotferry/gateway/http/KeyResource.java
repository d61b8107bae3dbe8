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
  private static final String WRONG_TYPE =
      "WRONGTYPE Operation against a key holding the wrong kind of value";

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
    Commands commands = this.commands.of(ReadTerms.of(context.request(), keyspaces.map()));
    return read(commands, keyspace, key)
        .compose(document -> {
          if (document == null) {
            throw new ProblemException(Problem.notFound("no such key"));
          }
          String tag = entityTag(document);
          context.response().putHeader("ETag", tag);
          String known = context.request().getHeader("If-None-Match");
          if (known != null && names(known, tag)) {
            return context.response().setStatusCode(304).end();
          }
          return Json.send(context, 200, document);
        });
  }

  /** The key's document, null when there is none. */
  private static Future<@Nullable JsonObject> read(Commands commands, int keyspace, byte[] key) {
    // Most keys are strings: both answers in one go, and only otherwise a second question.
    Future<Reply> value = commands.execute(keyspace, "GET", key);
    Future<Reply> ttl = commands.execute(keyspace, "PTTL", key);
    return value.compose(reply -> {
      if (reply instanceof Reply.SimpleError(String message) && message.startsWith("WRONGTYPE")) {
        return readTyped(commands, keyspace, key);
      }
      return ttl.map(left -> document(key, "string", reply, left));
    });
  }

  private static Future<@Nullable JsonObject> readTyped(
      Commands commands, int keyspace, byte[] key) {
    return commands
        .execute(keyspace, "TYPE", key)
        .compose(type -> {
          String name = type instanceof Reply.SimpleString(String text) ? text : "none";
          Request read = KeyDocument.readCommand(name, key);
          if (read == null) {
            return Future.succeededFuture();
          }
          Future<Reply> value = commands.execute(keyspace, read, Commands.RESP3);
          Future<Reply> ttl = commands.execute(keyspace, "PTTL", key);
          return value.compose(reply -> ttl.map(left -> document(key, name, reply, left)));
        });
  }

  private static @Nullable JsonObject document(byte[] key, String type, Reply value, Reply ttl) {
    failOn(value);
    if (isAbsent(type, value)) {
      return null;
    }
    long ttlMillis = ttl instanceof Reply.Int(long millis) ? millis : -1;
    return KeyDocument.of(key, type, value, ttlMillis);
  }

  /** Whether a condition's tags, or its {@code *}, are true of a value that is there. */
  private static boolean names(String tags, String tag) {
    return tags.equals("*") || tags.contains(tag);
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
    List<Request> all = new ArrayList<>(List.of(command("EXISTS", key)));
    if (type.equals("string")) {
      all.add(set(key, writes.getFirst().getFirst(), ttlMillis, terms.onlyIfAbsent()));
    } else {
      all.add(command("DEL", key));
      writes.forEach(arguments -> all.add(write(KeyDocument.writeCommand(type), key, arguments)));
      if (ttlMillis != null) {
        all.add(command("PEXPIRE", key, utf8(ttlMillis.toString())));
      }
    }
    // The two of a string need no transaction: what EXISTS saw decides the status alone.
    Future<List<Reply>> written =
        type.equals("string") && terms.onlyIf() == null
            ? oneByOne(commands, keyspace, all)
            : atOnce(commands, keyspace, key, terms, all);
    return written.compose(replies -> {
      if (terms.onlyIfAbsent() && replies.getLast() instanceof Reply.Nil) {
        throw new ProblemException(precondition("the key exists already"));
      }
      return changed(commands, context, keyspace, terms, isZero(replies.getFirst()) ? 201 : 204);
    });
  }

  private static Request set(
      byte[] key, byte[] value, @Nullable Long ttlMillis, boolean onlyIfAbsent) {
    List<byte[]> set = new ArrayList<>(List.of(value));
    if (ttlMillis != null) {
      set.add(utf8("PX"));
      set.add(utf8(ttlMillis.toString()));
    }
    if (onlyIfAbsent) {
      set.add(utf8("NX"));
    }
    return write("SET", key, set);
  }

  private static Request write(String command, byte[] key, List<byte[]> arguments) {
    List<byte[]> all = new ArrayList<>(arguments.size() + 2);
    all.add(utf8(command));
    all.add(key);
    all.addAll(arguments);
    return Request.of(all.toArray(byte[][]::new));
  }

  private static Request command(String command, byte[] key, byte[]... arguments) {
    return write(command, key, List.of(arguments));
  }

  private static boolean isZero(Reply reply) {
    return reply instanceof Reply.Int(long count) && count == 0;
  }

  // ---- all at once

  /**
   * Executes commands on one key as a transaction, and none of them when the key is not as the
   * terms want it. Fails with the first error among the replies.
   */
  private static Future<List<Reply>> atOnce(
      Commands commands, int keyspace, byte[] key, WriteTerms terms, List<Request> all) {
    String onlyIf = terms.onlyIf();
    if (onlyIf == null) {
      return all.size() == 1
          ? oneByOne(commands, keyspace, all)
          : transact(commands, keyspace, all);
    }
    Future<Reply> watched = commands.execute(keyspace, "WATCH", key);
    return read(commands, keyspace, key)
        .compose(document ->
            watched.compose(reply -> {
              failOn(reply);
              if (document == null || !names(onlyIf, entityTag(document))) {
                throw new ProblemException(precondition("the key is not as If-Match names it"));
              }
              return transact(commands, keyspace, all);
            }))
        .recover(failure ->
            commands.execute(keyspace, "UNWATCH").transform(_ -> Future.failedFuture(failure)));
  }

  /** In one loop turn, so that the shard gets them one after another. */
  private static Future<List<Reply>> oneByOne(Commands commands, int keyspace, List<Request> all) {
    List<Future<Reply>> replies =
        all.stream().map(each -> commands.execute(keyspace, each, Commands.RESP3)).toList();
    return Future.all(replies)
        .map(_ -> {
          replies.forEach(reply -> failOn(reply.result()));
          return replies.stream().map(Future::result).toList();
        });
  }

  private static Future<List<Reply>> transact(Commands commands, int keyspace, List<Request> all) {
    Future<Reply> begun = commands.execute(keyspace, "MULTI");
    List<Future<Reply>> queued = new ArrayList<>(List.of(begun));
    all.forEach(each -> queued.add(commands.execute(keyspace, each, Commands.RESP3)));
    Future<Reply> executed = commands.execute(keyspace, "EXEC");
    return Future.all(queued)
        .compose(_ -> executed)
        .map(reply -> {
          queued.forEach(each -> failOn(each.result()));
          failOn(reply);
          if (!(reply instanceof Reply.Array(List<Reply> replies))) {
            throw new ProblemException(precondition("the key was changed meanwhile"));
          }
          replies.forEach(KeyResource::failOn);
          return replies;
        });
  }

  private static Problem precondition(String detail) {
    return new Problem(412, "precondition-failed", detail);
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
    List<Request> all = new ArrayList<>();
    if (!fields.isEmpty()) {
      all.add(write("HSET", key, fields));
    }
    if (document.containsKey("ttlMillis")) {
      all.add(
          ttlMillis == null
              ? command("PERSIST", key)
              : command("PEXPIRE", key, utf8(ttlMillis.toString())));
    }
    return commands
        .execute(keyspace, "TYPE", key)
        .compose(type -> {
          failOn(type);
          String name = type instanceof Reply.SimpleString(String text) ? text : "none";
          if (name.equals("none")) {
            throw new ProblemException(Problem.notFound("no such key"));
          }
          if (!fields.isEmpty() && !name.equals("hash")) {
            failOn(new Reply.SimpleError(WRONG_TYPE));
          }
          return atOnce(commands, keyspace, key, terms, all);
        })
        .compose(_ -> changed(commands, context, keyspace, terms, 204));
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

  // ---- DELETE

  Future<Void> delete(RoutingContext context) {
    int keyspace = keyspaces.numberOf(context);
    byte[] key = keyOf(context);
    WriteTerms terms = WriteTerms.of(context, false);
    Commands commands = this.commands.of(terms.durability());
    return atOnce(commands, keyspace, key, terms, List.of(command("DEL", key)))
        .compose(replies -> {
          if (isZero(replies.getFirst())) {
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
