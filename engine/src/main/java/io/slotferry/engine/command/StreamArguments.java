package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.StreamId;
import io.slotferry.protocol.Request;
import org.jspecify.annotations.Nullable;

/** Stream IDs and the ends of ranges as clients write them. */
final class StreamArguments {
  private static final String INVALID =
      "ERR Invalid stream ID specified as stream command argument";

  private static final int CHARS_MAX = 127;

  /** The sequence number that an ID without one has at the start of a range, and elsewhere. */
  private static final long FIRST = 0;

  /** The sequence number that an ID without one has at the end of a range. */
  private static final long LAST = -1;

  private StreamArguments() {}

  /** The ID at {@code argument}, which is neither {@code -} nor {@code +}; else latches. */
  static StreamId id(CommandContext context, int argument) {
    Request request = context.request();
    return latched(
        context, parse(request, request.start(argument), request.length(argument), FIRST, true));
  }

  /** As {@link #id}, but {@code -} is the smallest ID and {@code +} the greatest. */
  static StreamId idOrEdge(CommandContext context, int argument) {
    return edge(context, argument, 0, FIRST, false);
  }

  /** As {@link #id}, or null, without an error, where there is none. */
  static @Nullable StreamId idIfAny(Request request, int argument) {
    return parse(request, request.start(argument), request.length(argument), FIRST, true);
  }

  /** The milliseconds of {@code ms-*}, as an ID; else latches. */
  static StreamId millis(CommandContext context, int argument) {
    Request request = context.request();
    int length = request.length(argument) - "-*".length();
    return latched(context, parse(request, request.start(argument), length, FIRST, true));
  }

  /** Whether the argument is of the form {@code ms-*}. */
  static boolean isMillisOnly(Request request, int argument) {
    int start = request.start(argument);
    int length = request.length(argument);
    return length >= 2
        && indexOfDash(request.buffer(), start, length) == length - 2
        && request.buffer()[start + length - 1] == '*';
  }

  /** The first ID of a range; {@code (} before it leaves it out. */
  static StreamId from(CommandContext context, int argument) {
    boolean open = isOpen(context.request(), argument);
    StreamId id = edge(context, argument, open ? 1 : 0, FIRST, open);
    if (open && id.equals(StreamId.MAX)) {
      context.fail("ERR invalid start ID for the interval");
    }
    return open ? id.next() : id;
  }

  /** The last ID of a range; {@code (} before it leaves it out. */
  static StreamId to(CommandContext context, int argument) {
    boolean open = isOpen(context.request(), argument);
    StreamId id = edge(context, argument, open ? 1 : 0, LAST, open);
    if (open && id.equals(StreamId.MIN)) {
      context.fail("ERR invalid end ID for the interval");
    }
    return open ? id.previous() : id;
  }

  private static boolean isOpen(Request request, int argument) {
    return request.length(argument) > 1 && request.buffer()[request.start(argument)] == '(';
  }

  private static StreamId edge(
      CommandContext context, int argument, int skipped, long missingSeq, boolean strict) {
    Request request = context.request();
    int start = request.start(argument) + skipped;
    int length = request.length(argument) - skipped;
    return latched(context, parse(request, start, length, missingSeq, strict));
  }

  private static StreamId latched(CommandContext context, @Nullable StreamId id) {
    if (id == null) {
      context.fail(INVALID);
      return StreamId.MIN;
    }
    return id;
  }

  private static @Nullable StreamId parse(
      Request request, int start, int length, long missingSeq, boolean strict) {
    byte[] buffer = request.buffer();
    if (length > CHARS_MAX) {
      return null;
    }
    if (length == 1 && (buffer[start] == '-' || buffer[start] == '+')) {
      return strict ? null : buffer[start] == '-' ? StreamId.MIN : StreamId.MAX;
    }
    int dash = indexOfDash(buffer, start, length);
    int msLength = dash < 0 ? length : dash;
    int seqStart = start + msLength + 1;
    int seqLength = length - msLength - 1;
    if (!isUnsigned(buffer, start, msLength)
        || (dash >= 0 && !isUnsigned(buffer, seqStart, seqLength))) {
      return null;
    }
    long seq = dash < 0 ? missingSeq : toUnsigned(buffer, seqStart, seqLength);
    return new StreamId(toUnsigned(buffer, start, msLength), seq);
  }

  private static int indexOfDash(byte[] buffer, int start, int length) {
    for (int i = 0; i < length; i++) {
      if (buffer[start + i] == '-') {
        return i;
      }
    }
    return -1;
  }

  // ---- numbers as C's strtoull reads them, but for signs

  private static int digitsStart(byte[] buffer, int start, int end) {
    int at = start;
    while (at < end && (buffer[at] == ' ' || (buffer[at] >= '\t' && buffer[at] <= '\r'))) {
      at++;
    }
    return at < end && buffer[at] == '+' ? at + 1 : at;
  }

  private static boolean isUnsigned(byte[] buffer, int start, int length) {
    int end = start + length;
    int at = digitsStart(buffer, start, end);
    if (at == end) {
      return false;
    }
    long value = 0;
    for (; at < end; at++) {
      int digit = buffer[at] - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      boolean overflows =
          Long.compareUnsigned(value, Long.divideUnsigned(-1, 10)) > 0
              || Long.compareUnsigned(value * 10, -1 - digit) > 0;
      if (overflows) {
        return false;
      }
      value = value * 10 + digit;
    }
    return true;
  }

  private static long toUnsigned(byte[] buffer, int start, int length) {
    int end = start + length;
    long value = 0;
    for (int at = digitsStart(buffer, start, end); at < end; at++) {
      value = value * 10 + buffer[at] - '0';
    }
    return value;
  }
}
