package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandTable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The connections that have sent MONITOR: they see each command of this gateway when it is
 * accepted. One that does not read is closed as a subscriber that does not ({@link OutputLimit}).
 * Thread: any.
 */
final class Monitors {
  private static final String SCRIPT = "lua";
  private static final String REDACTED = "\"(redacted)\"";

  private final List<RespConnection> monitors = new CopyOnWriteArrayList<>();
  private volatile boolean active;

  /** Data path: one volatile read while nobody monitors. */
  boolean isActive() {
    return active;
  }

  void add(RespConnection connection) {
    if (!monitors.contains(connection)) {
      monitors.add(connection);
    }
    active = true;
  }

  void remove(RespConnection connection) {
    monitors.remove(connection);
    active = !monitors.isEmpty();
  }

  boolean contains(Session session) {
    return active && session instanceof RespConnection && monitors.contains(session);
  }

  /** Shows a command; those that administer the server are too telling. */
  void show(Session session, Command command, Request request) {
    if (command.is(CommandFlags.ADMIN)) {
      return;
    }
    show(session.loop, line(session.keyspace, session.remoteAddress(), request));
  }

  /** Shows a command of a script that was executed for a client of {@code loop}. */
  void showOfScript(GatewayLoop loop, int keyspace, Request request) {
    Command command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    if (command != null) {
      show(loop, line(keyspace, SCRIPT, request));
    }
  }

  private void show(GatewayLoop loop, String text) {
    byte[] line = text.getBytes(StandardCharsets.ISO_8859_1);
    for (RespConnection monitor : monitors) {
      if (monitor.loop == loop) {
        monitor.push(line, line.length);
      } else {
        monitor.loop.execute(() -> monitor.push(line, line.length));
      }
    }
  }

  private static String line(int keyspace, String from, Request request) {
    long micros = System.currentTimeMillis() * 1000 + System.nanoTime() / 1000 % 1000;
    StringBuilder line = new StringBuilder(128);
    line.append('+').append(micros / 1_000_000).append('.');
    line.append(Long.toString(1_000_000 + micros % 1_000_000), 1, 7);
    line.append(" [").append(keyspace).append(' ').append(from).append(']');
    int secretFrom = Secrets.from(request);
    for (int i = 0; i < request.count(); i++) {
      line.append(' ');
      if (Secrets.isSecret(request, i, secretFrom)) {
        line.append(REDACTED);
      } else {
        quote(line, request, i);
      }
    }
    return line.append("\r\n").toString();
  }

  private static void quote(StringBuilder line, Request request, int argument) {
    line.append('"');
    int start = request.start(argument);
    for (int i = start; i < start + request.length(argument); i++) {
      int b = request.buffer()[i] & 0xff;
      switch (b) {
        case '\\', '"' -> line.append('\\').append((char) b);
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        case 7 -> line.append("\\a");
        case '\b' -> line.append("\\b");
        default -> {
          if (b >= ' ' && b <= '~') {
            line.append((char) b);
          } else {
            line.append("\\x").append(Character.forDigit(b >> 4, 16));
            line.append(Character.forDigit(b & 15, 16));
          }
        }
      }
    }
    line.append('"');
  }
}
