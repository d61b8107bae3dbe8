package io.slotferry.gateway;

import io.slotferry.protocol.InlineArguments;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.Library;
import java.util.List;

/** Whether a script says of itself that it does not write: by its first line, or its library. */
final class ReadOnlyScripts {
  private static final String FLAGS = "flags=";
  private static final String NO_WRITES = "no-writes";

  private ReadOnlyScripts() {}

  /** Whether the call of a script, by its body or its name, is of one that does not write. */
  static boolean isCalled(Session session, Command command, Request request) {
    return switch (command) {
      case EVAL -> saysSo(request.copy(1));
      case EVALSHA -> {
        byte[] body = session.gateway.scripts().find(request.text(1));
        yield body != null && saysSo(body);
      }
      case FCALL -> saysSo(session.loop.router().map().libraries().all(), request.text(1));
      default -> false;
    };
  }

  private static boolean saysSo(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != '\n') {
      end++;
    }
    Request words = new Request();
    if (body.length < 2
        || body[0] != '#'
        || body[1] != '!'
        || !InlineArguments.split(body, 0, end, words)) {
      return false;
    }
    for (int i = 1; i < words.count(); i++) {
      String word = words.text(i);
      if (word.startsWith(FLAGS)
          && List.of(word.substring(FLAGS.length()).split(",")).contains(NO_WRITES)) {
        return true;
      }
    }
    return false;
  }

  private static boolean saysSo(List<Library> libraries, String name) {
    return libraries.stream()
        .flatMap(library -> library.functions().stream())
        .anyMatch(function ->
            function.name().equalsIgnoreCase(name) && function.flags().contains(NO_WRITES));
  }
}
