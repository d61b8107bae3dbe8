package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;

/**
 * Commands that name keyspaces by their numbers (SELECT, SWAPDB, MOVE, COPY): as in Redis, where
 * all of them are there from the beginning, naming one is enough to have it.
 */
final class NamedKeyspaces {
  static final int NONE = -1;

  private NamedKeyspaces() {}

  /** The first keyspace that the command names, and that could be there but is not yet. */
  static int missing(ClusterMap map, Command command, Request request) {
    return switch (command) {
      case SELECT -> missing(map, request, 1);
      case MOVE -> missing(map, request, 2);
      case SWAPDB -> {
        int first = missing(map, request, 1);
        yield first == NONE ? missing(map, request, 2) : first;
      }
      case COPY -> {
        int option = 3;
        while (option < request.count() && !request.is(option, "DB")) {
          option++;
        }
        yield missing(map, request, option + 1);
      }
      default -> NONE;
    };
  }

  private static int missing(ClusterMap map, Request request, int argument) {
    if (argument >= request.count() || !ConnectionCommands.isLong(request, argument)) {
      return NONE;
    }
    long number = ConnectionCommands.toLong(request, argument);
    return number < 0 || number >= Keyspace.COUNT_MAX || map.keyspace((int) number) != null
        ? NONE
        : (int) number;
  }

  /** Executes a command once the keyspaces that it names are there, or cannot be. */
  static boolean execute(Session session, Command command, Request request, ReplyWriter reply) {
    Router router = session.loop.router();
    return missing(router.map(), command, request) == NONE
        ? router.execute(session, command, request, reply)
        : new Call(session, command, request.detached()).begin();
  }

  /** A command whose keyspaces are being made; what the client sends after it waits. */
  private static final class Call extends ShardQuestion {
    private final Session session;
    private final Command command;
    private final Request request;
    private int made = NONE;

    Call(Session session, Command command, Request request) {
      super(session.loop.router(), session);
      this.session = session;
      this.command = command;
      this.request = request;
    }

    boolean begin() {
      target();
      session.hold();
      proceed();
      return false;
    }

    private void proceed() {
      int missing = missing(session.loop.router().map(), command, request);
      if (missing != NONE && missing != made) {
        made = missing;
        ConnectionCommands.createKeyspace(session.loop, missing, this::proceed);
        return;
      }
      session.release();
      ReplyWriter answer = new ReplyWriter(64);
      answer.useProtocol(respVersion());
      if (ask(command, request, answer)) {
        target().replied(answer.bytes(), 0, answer.size());
      }
    }

    @Override
    boolean take(byte[] bytes, int offset, int length, ReplyWriter answer) {
      answer.raw(bytes, offset, length);
      return true;
    }
  }
}
