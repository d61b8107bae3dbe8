package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.Routing;
import io.slotferry.protocol.shard.TransactionBatch;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What every command passes before it is executed: known, of the right arity, and allowed. */
final class CommandGate {
  /** An error names as many bytes of an unknown command and of its arguments, as in Redis. */
  private static final int NAMED_BYTES_MAX = 128;

  /** What is answered while a script runs for too long. */
  private static final Set<Command> WHILE_BUSY =
      EnumSet.of(
          Command.AUTH,
          Command.HELLO,
          Command.QUIT,
          Command.RESET,
          Command.MULTI,
          Command.EXEC,
          Command.DISCARD,
          Command.WATCH,
          Command.UNWATCH,
          Command.SCRIPT,
          Command.FUNCTION);

  private static final String PLAIN_ERROR = "ERR ";

  private CommandGate() {}

  /**
   * Executes a command of a session.
   *
   * @param command null when there is none of the name in the request
   * @return true when the reply was appended to {@code reply}; else it goes to the session's target
   */
  static boolean execute(
      Session session, @Nullable Command command, Request request, ReplyWriter reply) {
    if (command != null) {
      session.lastCommand = CommandMeter.fullName(command, request);
    }
    String refusal = refusal(session, command, request);
    Transaction transaction = session.transaction;
    if (command == null || refusal != null) {
      if (transaction != null) {
        transaction.abort();
      } else if (session.tracking != null) {
        session.tracking.passed(command, request);
      }
      refuse(session, command, refusal == null ? unknown(request) : refusal, reply);
      return true;
    }
    if (session.gateway.monitors().isActive()) {
      session.gateway.monitors().show(session, command, request);
    }
    if (transaction != null && TransactionCommands.isQueued(command)) {
      TransactionCommands.queue(session, transaction, command, request, reply);
      return true;
    }
    CommandMeter meter = session.loop.meter();
    int start = reply.size();
    long startNanos = meter.begin(command);
    boolean replied = tracked(session, command, request, reply);
    if (replied) {
      meter.end(session, command, request, reply, startNanos, start);
    } else {
      session.endsLater(meter.endsLater(session, command, request, startNanos));
    }
    return replied;
  }

  private static void refuse(
      Session session, @Nullable Command command, String refusal, ReplyWriter reply) {
    if (command != null) {
      session.loop.meter().rejected(session, command);
    }
    int start = reply.size();
    reply.error(command == Command.EXEC ? endedBy(session, refusal) : refusal);
    session.gateway.counters().addError(reply.bytes(), start);
  }

  /** An EXEC that may not be executed ends its transaction all the same. */
  private static String endedBy(Session session, String refusal) {
    session.transaction = null;
    session.unwatch();
    return TransactionBatch.refused(
        refusal.startsWith(PLAIN_ERROR) ? refusal.substring(PLAIN_ERROR.length()) : refusal);
  }

  private static boolean tracked(
      Session session, Command command, Request request, ReplyWriter reply) {
    if (session.tracking == null) {
      return route(session, command, request, reply);
    }
    TrackedRead read = trackedRead(session, command, request);
    session.trackedRead = read;
    boolean replied = route(session, command, request, reply);
    session.trackedRead = null;
    if (read != null && replied) {
      read.replied();
    }
    return replied;
  }

  private static @Nullable TrackedRead trackedRead(
      Session session, Command command, Request request) {
    RespConnection connection = session.connection();
    ClientTracking tracking = session.tracking;
    return connection == null || tracking == null
        ? null
        : session.loop.keyFeed().tracking().begin(connection, tracking, command, request);
  }

  private static boolean route(
      Session session, Command command, Request request, ReplyWriter reply) {
    if (command.routing() == Routing.GATEWAY) {
      // What stands behind a command under way, perhaps that very script, Redis would not have
      // looked at yet.
      boolean mayBeRefused = !WHILE_BUSY.contains(command) && !session.isOwedReplies();
      String busy = mayBeRefused ? session.loop.router().busy() : null;
      if (busy != null) {
        reply.error(busy);
        return true;
      }
      return GatewayCommands.of(command).execute(session, request, reply);
    }
    Router router = session.loop.router();
    return command.is(CommandFlags.NAMES_KEYSPACE | CommandFlags.BLOCKING)
        ? routeSpecial(session, command, request, reply)
        : router.execute(session, command, request, reply);
  }

  private static boolean routeSpecial(
      Session session, Command command, Request request, ReplyWriter reply) {
    if (command.is(CommandFlags.NAMES_KEYSPACE)) {
      return NamedKeyspaces.execute(session, command, request, reply);
    }
    return BlockingCall.execute(session, command, request, reply);
  }

  private static @Nullable String refusal(
      Session session, @Nullable Command command, Request request) {
    if (command == null) {
      return unknown(request);
    }
    if (!command.accepts(request.count())) {
      return wrongArity(command);
    }
    if (session.transaction != null && command.is(CommandFlags.NO_MULTI)) {
      return "ERR Command not allowed inside a transaction";
    }
    String denied =
        session.trusted ? null : session.gateway.access().refusal(session, command, request);
    if (denied == null && session.subscriptions != null && session.respVersion == 2) {
      return PubSubCommands.refusal(session, command, request);
    }
    return denied == null && session.transaction != null && TransactionCommands.isQueued(command)
        ? queuingRefusal(session, command)
        : denied;
  }

  /** Why a command may not even wait for EXEC now. */
  private static @Nullable String queuingRefusal(Session session, Command command) {
    String busy = WHILE_BUSY.contains(command) ? null : session.loop.router().busy();
    return busy == null ? session.loop.router().outOfMemory() : busy;
  }

  private static String unknown(Request request) {
    StringBuilder arguments = new StringBuilder();
    for (int i = 1; i < request.count() && arguments.length() < NAMED_BYTES_MAX; i++) {
      String text = request.text(i);
      int room = NAMED_BYTES_MAX - arguments.length();
      arguments.append('\'').append(text, 0, Math.min(text.length(), room)).append("' ");
    }
    String name = request.text(0);
    return "ERR unknown command '"
        + name.substring(0, Math.min(name.length(), NAMED_BYTES_MAX))
        + "', with args beginning with: "
        + arguments;
  }

  static String wrongArity(Command command) {
    return wrongArity(command.lowerName());
  }

  static String wrongArity(String name) {
    return "ERR wrong number of arguments for '" + name + "' command";
  }
}
