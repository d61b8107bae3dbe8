package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Commands that took long, the newest first; bounded in number and in size. Thread: any. */
final class SlowLog {
  /** Arguments of an entry; the last place then tells how many more there were. */
  private static final int ARGUMENTS_MAX = 32;

  private static final int ARGUMENT_BYTES_MAX = 128;
  private static final byte[] REDACTED = "(redacted)".getBytes(StandardCharsets.US_ASCII);

  /**
   * An entry.
   *
   * @param seconds when it ran, since 1970
   */
  record Entry(
      long id, long seconds, long micros, List<byte[]> arguments, String address, String name) {}

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private long nextId;

  /** No more than {@code entriesMax} are kept. */
  synchronized void add(Session session, Request request, long micros, long entriesMax) {
    entries.addFirst(
        new Entry(
            nextId++,
            System.currentTimeMillis() / 1000,
            micros,
            arguments(request),
            session.remoteAddress(),
            session.name));
    while (entries.size() > entriesMax) {
      entries.removeLast();
    }
  }

  private static List<byte[]> arguments(Request request) {
    int count = Math.min(request.count(), ARGUMENTS_MAX);
    List<byte[]> arguments = new ArrayList<>(count);
    int secretFrom = Secrets.from(request);
    for (int i = 0; i < count; i++) {
      if (i == ARGUMENTS_MAX - 1 && request.count() > ARGUMENTS_MAX) {
        arguments.add(ascii("... (" + (request.count() - i) + " more arguments)"));
      } else {
        arguments.add(Secrets.isSecret(request, i, secretFrom) ? REDACTED : argument(request, i));
      }
    }
    return arguments;
  }

  private static byte[] argument(Request request, int argument) {
    byte[] bytes = request.copy(argument);
    int more = bytes.length - ARGUMENT_BYTES_MAX;
    if (more <= 0) {
      return bytes;
    }
    byte[] note = ascii("... (" + more + " more bytes)");
    byte[] cut = Arrays.copyOf(bytes, ARGUMENT_BYTES_MAX + note.length);
    System.arraycopy(note, 0, cut, ARGUMENT_BYTES_MAX, note.length);
    return cut;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  synchronized List<Entry> newest(int count) {
    List<Entry> all = new ArrayList<>(entries);
    return all.subList(0, Math.clamp(count, 0, all.size()));
  }

  synchronized int size() {
    return entries.size();
  }

  synchronized void clear() {
    entries.clear();
  }
}
