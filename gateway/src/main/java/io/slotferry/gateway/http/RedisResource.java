package io.slotferry.gateway.http;

import io.slotferry.gateway.RequestSession;
import io.slotferry.protocol.Reply;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /redis}: commands as JSON, as Upstash's clients send them; replies as RESP2 has them. Each
 * command stands for itself, in keyspace 0.
 */
final class RedisResource {
  private static final String PATH = "/redis";
  private static final int KEYSPACE = 0;
  private static final int PIPELINE_COMMANDS_MAX = 10_000;

  /** What is about a connection, of which there is none. */
  private static final Set<Command> OF_CONNECTIONS =
      EnumSet.of(
          Command.HELLO,
          Command.AUTH,
          Command.SELECT,
          Command.QUIT,
          Command.RESET,
          Command.MULTI,
          Command.EXEC,
          Command.DISCARD,
          Command.WATCH,
          Command.UNWATCH,
          Command.CLIENT,
          Command.READONLY_MODE,
          Command.READWRITE,
          Command.ASKING);

  private final Commands commands;

  RedisResource(Commands commands) {
    this.commands = commands;
  }

  static boolean isUnder(RoutingContext context) {
    String path = context.request().path();
    return path != null && (path.equals(PATH) || path.startsWith(PATH + "/"));
  }

  static void sendError(HttpServerResponse response, Problem problem) {
    response
        .setStatusCode(problem.status())
        .putHeader("Content-Type", Json.TYPE)
        .end(new JsonObject().put("error", problem.detail()).toBuffer());
  }

  // ---- requests

  /** {@code POST /redis} with {@code ["SET","k","v"]}. */
  Future<Void> body(RoutingContext context) {
    return answer(context, arguments(Json.array(context.body().buffer())));
  }

  /** {@code GET /redis/set/k/v}; of a POST, the body is the argument behind those of the path. */
  Future<Void> path(RoutingContext context) {
    List<byte[]> arguments = new ArrayList<>();
    String path = context.request().path();
    if (path.length() > PATH.length() + 1) {
      for (String argument : path.substring(PATH.length() + 1).split("/", -1)) {
        arguments.add(Text.percentDecode(argument));
      }
    }
    Buffer body = context.body().buffer();
    if (body != null && body.length() > 0) {
      arguments.add(body.getBytes());
    }
    // Options: /redis/set/k/v?EX=10&NX
    for (Map.Entry<String, String> option : context.queryParams()) {
      if (!option.getKey().equals("_token")) {
        arguments.add(Text.utf8(option.getKey()));
        if (!option.getValue().isEmpty()) {
          arguments.add(Text.utf8(option.getValue()));
        }
      }
    }
    return answer(context, arguments);
  }

  /** {@code POST /redis/pipeline} with an array of commands. */
  Future<Void> pipeline(RoutingContext context) {
    List<Future<Reply>> replies = commandsOf(context).stream().map(this::execute).toList();
    return Future.all(replies)
        .compose(_ -> answerAll(context, replies.stream().map(Future::result).toList()));
  }

  /** {@code POST /redis/multi-exec} with an array of commands, as a transaction. */
  Future<Void> transaction(RoutingContext context) {
    List<List<byte[]>> all = commandsOf(context);
    Commands together = commands.of(new RequestSession(null));
    List<Future<Reply>> queued = new ArrayList<>();
    queued.add(together.execute(KEYSPACE, "MULTI"));
    all.forEach(arguments -> queued.add(execute(together, arguments)));
    boolean refused = all.stream().anyMatch(arguments -> refusal(arguments) != null);
    Future<Reply> executed =
        together.execute(KEYSPACE, Request.of(refused ? "DISCARD" : "EXEC"), Commands.RESP2);
    return Future.all(queued)
        .compose(_ -> executed)
        .compose(reply -> {
          for (Future<Reply> each : queued) {
            if (each.result() instanceof Reply.SimpleError) {
              return answer(context, each.result());
            }
          }
          return reply instanceof Reply.Array(List<Reply> replies)
              ? answerAll(context, replies)
              : answer(context, reply);
        });
  }

  private static List<List<byte[]>> commandsOf(RoutingContext context) {
    JsonArray body = Json.array(context.body().buffer());
    if (body.size() > PIPELINE_COMMANDS_MAX) {
      throw bad("a pipeline has at most " + PIPELINE_COMMANDS_MAX + " commands");
    }
    List<List<byte[]>> all = new ArrayList<>();
    for (Object command : body) {
      if (!(command instanceof JsonArray array)) {
        throw bad("a pipeline is an array of arrays");
      }
      all.add(arguments(array));
    }
    return all;
  }

  private static List<byte[]> arguments(JsonArray array) {
    List<byte[]> arguments = new ArrayList<>(array.size());
    for (Object argument : array) {
      if (!(argument instanceof String)
          && !(argument instanceof Number)
          && !(argument instanceof Boolean)) {
        throw bad("a command is an array of strings and numbers");
      }
      arguments.add(Text.utf8(argument.toString()));
    }
    return arguments;
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest("ERR " + detail));
  }

  // ---- answers

  private Future<Void> answer(RoutingContext context, List<byte[]> arguments) {
    return execute(arguments).compose(reply -> answer(context, reply));
  }

  private static Future<Void> answer(RoutingContext context, Reply reply) {
    int status = reply instanceof Reply.SimpleError ? 400 : 200;
    return Json.send(context, status, encoding(context).document(reply));
  }

  private static Future<Void> answerAll(RoutingContext context, List<Reply> replies) {
    UpstashReply encoding = encoding(context);
    JsonArray results = new JsonArray();
    replies.forEach(reply -> results.add(encoding.document(reply)));
    return context.response().putHeader("Content-Type", Json.TYPE).end(results.toBuffer());
  }

  private Future<Reply> execute(List<byte[]> arguments) {
    return execute(commands, arguments);
  }

  private static Future<Reply> execute(Commands commands, List<byte[]> arguments) {
    String refusal = refusal(arguments);
    return refusal == null
        ? commands.execute(KEYSPACE, Request.of(arguments.toArray(byte[][]::new)), Commands.RESP2)
        : Future.succeededFuture(new Reply.SimpleError(refusal));
  }

  private static @Nullable String refusal(List<byte[]> arguments) {
    if (arguments.isEmpty()) {
      return "ERR empty command";
    }
    Request request = Request.of(arguments.getFirst());
    Command command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    return command != null && OF_CONNECTIONS.contains(command)
        ? "ERR '" + command.lowerName() + "' is about a connection, and HTTP has none"
        : null;
  }

  private static UpstashReply encoding(RoutingContext context) {
    return new UpstashReply("base64".equals(context.request().getHeader("Upstash-Encoding")));
  }
}
