package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.command.Routing;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A read of a client that caches, from when it is sent until the client has the reply. Its keys are
 * remembered at once. A change that comes meanwhile may be older or newer than what the reply says:
 * the client is told at once, and once more after the reply.
 *
 * <p>What a script will read nobody knows when it is sent: the keys that it is given are remembered
 * all the same, and those that it has not read are forgotten after the reply, which tells of them.
 * Thread: a gateway loop.
 */
final class TrackedRead {
  private final Tracking table;
  private final RespConnection connection;
  private final ClientTracking tracking;
  private final Set<String> keys = new LinkedHashSet<>();

  /** Given to scripts, and remembered only for that. */
  private final Set<String> unread = new HashSet<>(0);

  /** What the commands before have changed, of a transaction whose keys are being taken. */
  private Set<String> changed = Set.of();

  private boolean runsScripts;
  private boolean overtaken;

  TrackedRead(Tracking table, RespConnection connection, ClientTracking tracking) {
    this.table = table;
    this.connection = connection;
    this.tracking = tracking;
  }

  /** Whether there may be anything to track. */
  static boolean mayRead(Command command) {
    return command == Command.EXEC
        || command.routing() == Routing.SCRIPT_CALL
        || command.is(CommandFlags.READONLY);
  }

  /**
   * Takes the keys of a transaction that is about to be executed. What it changes and only then
   * reads for the first time is new to the client: it need not hear of the change.
   */
  void add(Transaction transaction) {
    changed = new HashSet<>();
    for (Transaction.Queued each : transaction.queued()) {
      Command command = each.command();
      Request request = each.request();
      for (int i = command.isWrite() ? KeyPositions.count(command, request) : 0; i > 0; i--) {
        String key = request.text(KeyPositions.position(command, request, i - 1));
        changed.add(key);
        tracking.settled.remove(key);
      }
      add(command, request);
    }
    changed = Set.of();
    if (runsScripts) {
      tracking.settled.clear();
    }
  }

  /** Takes the keys of a command that is about to be executed. */
  void add(Command command, Request request) {
    boolean isScript = command.routing() == Routing.SCRIPT_CALL;
    runsScripts |= isScript;
    int count =
        isScript || command.is(CommandFlags.READONLY) ? KeyPositions.count(command, request) : 0;
    for (int i = 0; i < count; i++) {
      String key = request.text(KeyPositions.position(command, request, i));
      if (isScript) {
        given(key);
      } else {
        read(key);
      }
    }
  }

  /** Whether there is anything to track. */
  boolean isAny() {
    return runsScripts || !keys.isEmpty();
  }

  private void read(String key) {
    keys.add(key);
    tracking.unread.remove(key);
    if (table.remember(key, connection.id) && changed.contains(key)) {
      tracking.settled.add(key);
    }
  }

  private void given(String key) {
    if (table.remember(key, connection.id) || tracking.unread.containsKey(key)) {
      unread.add(key);
      tracking.unread.computeIfAbsent(key, first -> new HashSet<>()).add(this);
    }
  }

  /** Its script has executed a command. */
  void executed(Request request) {
    Command command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    if (command != null) {
      add(command, request);
    }
  }

  /** Its script has executed commands that are not known. */
  void unseen() {
    unread.forEach(this::read);
  }

  /** One of the keys was declared invalid before the reply has come. */
  void overtakenBy(String key) {
    overtaken |= keys.contains(key) || unread.contains(key);
  }

  /** All keys were. */
  void overtaken() {
    overtaken = true;
  }

  /** The reply has gone out. */
  void replied() {
    if (connection.tracking != tracking || !tracking.underWay.remove(this)) {
      return;
    }
    for (String key : unread) {
      Set<TrackedRead> scripts = tracking.unread.get(key);
      if (scripts != null && scripts.remove(this) && scripts.isEmpty()) {
        tracking.unread.remove(key);
        table.forget(key, connection.id);
      }
    }
    if (overtaken && !keys.isEmpty()) {
      table.invalidate(connection, keys);
    }
  }
}
