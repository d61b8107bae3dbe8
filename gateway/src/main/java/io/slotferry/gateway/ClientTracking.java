package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandInfos;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code CLIENT TRACKING ON} has chosen, and what a client has under way with it. Thread: its
 * gateway loop.
 */
final class ClientTracking {
  /** The options of CLIENT TRACKING ON. */
  record Options(boolean broadcast, boolean optIn, boolean optOut, boolean noLoop, long redirect) {}

  final Options options;

  /** BCAST: by prefix, the keys that were changed in this turn, and by which client. */
  final NavigableMap<String, NavigableMap<String, Long>> prefixes = new TreeMap<>();

  /** Reads that are sent and whose replies the client has not got. */
  final List<TrackedRead> underWay = new ArrayList<>();

  /** Keys that nobody has read, but scripts under way may: those scripts, by key. */
  final Map<String, Set<TrackedRead>> unread = new HashMap<>();

  /** Keys that the newest transaction changes, and that its client knows only as it leaves them. */
  final Set<String> settled = new HashSet<>();

  /** CLIENT CACHING was given: for the next command only. */
  boolean caching;

  boolean brokenRedirect;

  ClientTracking(Options options) {
    this.options = options;
  }

  /** A command has come, or was refused: what CACHING says is for the next one only. */
  void passed(@Nullable Command command, Request request) {
    caching &= command == Command.MULTI || isSubcommandOfClient(command, request);
  }

  private static boolean isSubcommandOfClient(@Nullable Command command, Request request) {
    return command == Command.CLIENT && CommandInfos.called(command, request).isSubcommand();
  }

  /** Whether the keys of the next read are remembered. */
  boolean remembers() {
    boolean byDefault = !options.optIn() || caching;
    return !options.broadcast() && byDefault && !(options.optOut() && caching);
  }

  /** Whether the client does not want to hear of a change of its own. */
  boolean ignoresOwn(String key) {
    return options.noLoop() || settled.contains(key);
  }

  /** Takes a changed key; true when a prefix has it. */
  boolean take(String key, long client) {
    boolean taken = false;
    for (var prefix : prefixes.entrySet()) {
      if (key.startsWith(prefix.getKey())) {
        prefix.getValue().put(key, client);
        taken = true;
      }
    }
    return taken;
  }
}
