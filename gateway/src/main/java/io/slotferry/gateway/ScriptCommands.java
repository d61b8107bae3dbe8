package io.slotferry.gateway;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** SCRIPT: the scripts of all shards, as if they were in one place. */
final class ScriptCommands {
  static final GatewayCommand TABLE =
      new Subcommands(Command.SCRIPT)
          .add(
              "DEBUG (YES|SYNC|NO)",
              "Set the debug mode for subsequent scripts executed: only NO is possible.",
              3,
              ScriptCommands::debug)
          .add(
              "EXISTS <sha1> [<sha1> ...]",
              "Return information about the existence of the scripts in the script cache.",
              -3,
              ScriptCommands::exists)
          .add("FLUSH [ASYNC|SYNC]", "Flush the Lua scripts cache.", -2, ScriptCommands::flush)
          .add("KILL", "Kill the currently executing Lua script.", 2, ScriptCommands::kill)
          .add(
              "LOAD <script>",
              "Load a script into the scripts cache without executing it.",
              3,
              ScriptCommands::load);

  private ScriptCommands() {}

  /** What the shards' reply becomes. */
  @FunctionalInterface
  private interface Answer {
    void write(Reply reply, ReplyWriter answer);
  }

  private static boolean ask(
      Session session, Command command, Request request, ReplyWriter reply, Answer answer) {
    ShardQuestion question =
        new ShardQuestion(session.loop.router(), session) {
          @Override
          boolean take(byte[] bytes, int offset, int length, ReplyWriter answered) {
            ReplyReader reader = new ReplyReader(bytes, offset, length);
            Reply found = reader.isErrorNext() ? null : reader.read();
            if (found == null) {
              answered.raw(bytes, offset, length);
            } else {
              answer.write(found, answered);
            }
            return true;
          }
        };
    return question.ask(command, request, reply);
  }

  private static List<Reply> elements(Reply reply) {
    return reply instanceof Reply.Array(List<Reply> elements) ? elements : List.of();
  }

  private static boolean load(Session session, Request request, ReplyWriter reply) {
    byte[] body = request.copy(2);
    byte[] load = "LOAD".getBytes(StandardCharsets.US_ASCII);
    return ask(
        session,
        Command.KEEP_SCRIPTS,
        Request.of(
            Command.KEEP_SCRIPTS.lowerName().getBytes(StandardCharsets.US_ASCII), load, body),
        reply,
        (loaded, answer) -> answer.bulk(session.gateway.scripts().put(body)));
  }

  private static boolean flush(Session session, Request request, ReplyWriter reply) {
    if (request.count() > 3
        || (request.count() == 3 && !request.is(2, "ASYNC") && !request.is(2, "SYNC"))) {
      reply.error("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
      return true;
    }
    session.gateway.scripts().clear();
    return ask(
        session,
        Command.KEEP_SCRIPTS,
        Request.of(Command.KEEP_SCRIPTS.lowerName(), "FLUSH"),
        reply,
        (flushed, answer) -> answer.ok());
  }

  private static boolean exists(Session session, Request request, ReplyWriter reply) {
    String[] names = new String[request.count()];
    names[0] = Command.FIND_SCRIPTS.lowerName();
    names[1] = "EXISTS";
    for (int i = 2; i < names.length; i++) {
      names[i] = request.text(i).toLowerCase(Locale.ROOT);
    }
    return ask(
        session,
        Command.FIND_SCRIPTS,
        Request.of(names),
        reply,
        (found, answer) -> {
          Set<Reply> known = new HashSet<>(elements(found));
          answer.array(names.length - 2);
          for (int i = 2; i < names.length; i++) {
            byte[] name = names[i].getBytes(StandardCharsets.UTF_8);
            answer.integer(known.contains(new Reply.BulkString(name)) ? 1 : 0);
          }
        });
  }

  private static boolean kill(Session session, Request request, ReplyWriter reply) {
    return kill(session, "SCRIPT", reply);
  }

  /** Ends what runs for long on any shard. */
  static boolean kill(Session session, String kind, ReplyWriter reply) {
    return ask(
        session,
        Command.FIND_SCRIPTS,
        Request.of(Command.FIND_SCRIPTS.lowerName(), "KILL", kind),
        reply,
        (tried, answer) -> {
          String refusal = "NOTBUSY No scripts in execution right now.";
          for (Reply shard : elements(tried)) {
            if (!(shard instanceof Reply.SimpleError(String message))) {
              answer.ok();
              return;
            }
            refusal = message;
          }
          answer.error(refusal);
        });
  }

  private static boolean debug(Session session, Request request, ReplyWriter reply) {
    if (request.is(2, "NO")) {
      reply.ok();
    } else if (request.is(2, "YES") || request.is(2, "SYNC")) {
      reply.error("ERR SCRIPT DEBUG is not supported");
    } else {
      reply.error("ERR Use SCRIPT DEBUG YES/SYNC/NO");
    }
    return true;
  }
}
