package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;

/**
 * {@code CLIENT PAUSE}: until when commands, or only those that write or tell others something,
 * wait in all connections of the gateway. {@code CLIENT UNPAUSE} always gets through.
 *
 * <p>Thread: any.
 */
final class ClientPause {
  private final Clients clients;
  private volatile boolean active;
  private volatile boolean writesOnly;
  private volatile long endNanos;

  ClientPause(Clients clients) {
    this.clients = clients;
  }

  /** Starts a pause, or makes one that is under way longer or stricter. */
  synchronized void start(long millis, boolean onlyWrites) {
    long end = System.nanoTime() + millis * 1_000_000;
    boolean wasActive = isActive();
    endNanos = wasActive && end - endNanos < 0 ? endNanos : end;
    writesOnly = onlyWrites && (!wasActive || writesOnly);
    active = true;
  }

  void end() {
    active = false;
    clients.forEach(connection -> connection.loop.execute(() -> connection.loop.touch(connection)));
  }

  private boolean isActive() {
    return active && endNanos - System.nanoTime() > 0;
  }

  /** Data path: one volatile read while there is no pause. */
  boolean holds(Command command, Request request, Session session) {
    return active
        && command.accepts(request.count())
        && !(command == Command.CLIENT && request.is(1, "UNPAUSE"))
        && (!writesOnly || replicates(command, request, session))
        && isActive();
  }

  private static boolean replicates(Command command, Request request, Session session) {
    Transaction transaction = session.transaction;
    if (command != Command.EXEC || transaction == null) {
      return command.replicates() && !ReadOnlyScripts.isCalled(session, command, request);
    }
    for (Transaction.Queued each : transaction.queued()) {
      if (replicates(each.command(), each.request(), session)) {
        return true;
      }
    }
    return false;
  }

  /** Has a held connection look again when the pause is over. */
  void remind(RespConnection connection) {
    long millis = Math.max(1, (endNanos - System.nanoTime()) / 1_000_000 + 1);
    connection.loop.schedule(() -> connection.loop.touch(connection), millis);
  }
}
