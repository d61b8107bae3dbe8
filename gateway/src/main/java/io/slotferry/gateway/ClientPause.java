package io.slotferry.gateway;

import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLIENT PAUSE}: until when commands, or only writes, wait in all connections of the
 * gateway. {@code CLIENT} itself is never held, so that {@code CLIENT UNPAUSE} gets through.
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
  boolean holds(Command command, Session session) {
    return active
        && command != Command.CLIENT
        && (!writesOnly || writes(command, session.transaction))
        && isActive();
  }

  private static boolean writes(Command command, @Nullable Transaction transaction) {
    return command.isWrite()
        || (command == Command.EXEC && transaction != null && transaction.writes());
  }

  /** Has a held connection look again when the pause is over. */
  void remind(RespConnection connection) {
    long millis = Math.max(1, (endNanos - System.nanoTime()) / 1_000_000 + 1);
    connection.loop.schedule(() -> connection.loop.touch(connection), millis);
  }
}
