package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.TransactionBatch;
import java.util.Map;

/** MULTI, EXEC, DISCARD, WATCH and UNWATCH. */
final class TransactionCommands {
  private TransactionCommands() {}

  static void bind(Map<Command, GatewayCommand> commands) {
    commands.put(Command.MULTI, TransactionCommands::multi);
    commands.put(Command.EXEC, TransactionCommands::exec);
    commands.put(Command.DISCARD, TransactionCommands::discard);
    commands.put(Command.WATCH, TransactionCommands::watch);
    commands.put(Command.UNWATCH, TransactionCommands::unwatch);
  }

  /** Whether a session's command waits for EXEC; it has passed the gate. */
  static boolean isQueued(Command command) {
    return switch (command) {
      case MULTI, EXEC, DISCARD, WATCH, QUIT, RESET -> false;
      default -> true;
    };
  }

  /** Queues a command between MULTI and EXEC. */
  static void queue(
      Session session,
      Transaction transaction,
      Command command,
      Request request,
      ReplyWriter reply) {
    if (transaction.isAborted() || transaction.add(command, request)) {
      reply.simple("QUEUED");
    } else {
      session.gateway.counters().addError("ERR");
      reply.error("ERR the transaction is larger than " + Transaction.BYTES_MAX + " bytes");
    }
  }

  private static boolean multi(Session session, Request request, ReplyWriter reply) {
    if (session.transaction != null) {
      reply.error("ERR MULTI calls can not be nested");
      return true;
    }
    session.transaction = new Transaction();
    reply.ok();
    return true;
  }

  private static boolean discard(Session session, Request request, ReplyWriter reply) {
    if (session.transaction == null) {
      reply.error("ERR DISCARD without MULTI");
      return true;
    }
    session.transaction = null;
    session.unwatch();
    reply.ok();
    return true;
  }

  private static boolean exec(Session session, Request request, ReplyWriter reply) {
    Transaction transaction = session.transaction;
    if (transaction == null) {
      reply.error("ERR EXEC without MULTI");
      return true;
    }
    session.transaction = null;
    String busy = session.loop.router().busy();
    if (busy != null) {
      session.unwatch();
      reply.error(TransactionBatch.refused(busy));
      return true;
    }
    if (transaction.isAborted()) {
      session.unwatch();
      reply.error("EXECABORT Transaction discarded because of previous errors.");
      return true;
    }
    return new TransactionRun(session, transaction).start(reply);
  }

  private static boolean watch(Session session, Request request, ReplyWriter reply) {
    if (session.transaction != null) {
      reply.error("ERR WATCH inside MULTI is not allowed");
      return true;
    }
    Watches watches = session.demandWatches();
    Request toShard = watches.requestOf(session.keyspace, request);
    if (toShard == null) {
      reply.ok();
      return true;
    }
    int start = reply.size();
    boolean replied = session.loop.router().execute(session, Command.WATCH_KEYS, toShard, reply);
    boolean refused = replied && reply.bytes()[start] == '-';
    if (!refused) {
      watches.add(session.keyspace, toShard);
    }
    return replied;
  }

  private static boolean unwatch(Session session, Request request, ReplyWriter reply) {
    session.unwatch();
    reply.ok();
    return true;
  }
}
