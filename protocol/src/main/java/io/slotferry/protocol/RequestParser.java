package io.slotferry.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Cuts what a client sends into requests: RESP arrays of bulk strings, and inline commands. One
 * parser per connection.
 *
 * <p>The caller keeps the received bytes in an array of its own and calls {@link #parse} until it
 * returns {@link #INCOMPLETE} or {@link #FAILED}:
 *
 * <pre>{@code
 * while ((next = parser.parse(bytes, from, to)) >= 0) {
 *   execute(parser.request());
 *   from = next;
 * }
 * }</pre>
 *
 * <p>After {@code INCOMPLETE}, everything before {@link #commandStart} may be dropped, and the rest
 * must be there again, with more bytes behind it, at the next call; it may have moved, within the
 * array or to a larger one. Parsing goes on where it stopped: whatever the pieces a command arrives
 * in, each of its bytes is looked at once.
 *
 * <p>Errors are values with Redis' texts; after one, the connection is to be closed, as the bytes
 * that follow mean nothing. Limits are Redis' too, but for the number of arguments ({@link
 * #ARGUMENTS_MAX}, where Redis 7 takes 2^31 - 1) and the size of a whole command ({@link
 * #COMMAND_BYTES_MAX}, Redis' client-query-buffer-limit).
 *
 * <p>Thread: the connection's event loop.
 */
public final class RequestParser {
  /** From {@link #parse}: the command goes on in bytes that have not come yet. */
  public static final int INCOMPLETE = -1;

  /** From {@link #parse}: the client does not speak the protocol; see {@link #error}. */
  public static final int FAILED = -2;

  /** An inline command, or the line that tells a length, is not longer than this (bytes). */
  public static final int LINE_BYTES_MAX = 64 << 10;

  public static final int ARGUMENTS_MAX = 1 << 20;

  /** All bytes of one command. */
  public static final int COMMAND_BYTES_MAX = 1 << 30;

  /** Redis' default of {@code proto-max-bulk-len}. */
  public static final long BULK_BYTES_MAX_DEFAULT = 512L << 20;

  private static final int UNAUTHENTICATED_ARGUMENTS_MAX = 10;
  private static final int UNAUTHENTICATED_BULK_BYTES_MAX = 16 << 10;

  /** The smallest size that {@link #capacityWanted} asks for when it does not know better. */
  private static final int GROWTH_BYTES_MIN = 16 << 10;

  /** The part of a command that says it is meant: an eighth. */
  private static final int NEAR_SHIFT = 3;

  /** Lengths of so few digits, nearly all, are read in one pass. */
  private static final int SHORT_DIGITS_MAX = 4;

  private static final long NO_NUMBER = Long.MIN_VALUE;
  private static final int NO_BULK = -1;

  private Request request = new Request();
  private boolean authenticated = true;
  private long bulkBytesMax = BULK_BYTES_MAX_DEFAULT;
  private @Nullable String error;

  // Where parsing stopped: positions count from the first byte of the command.
  private int commandStart;
  private int parsed;
  private int searched;
  private int argumentsLeft;
  private int bulkLength = NO_BULK;

  /** Whether the client may send commands of any size; it may at first. */
  public void authenticated(boolean value) {
    authenticated = value;
  }

  /** Sets {@code proto-max-bulk-len}: the longest argument, bytes. */
  public void bulkBytesMax(long value) {
    bulkBytesMax = value;
  }

  /** What {@link #parse} has read; valid until it is called again, or the array changes. */
  public Request request() {
    return request;
  }

  /**
   * Gives the request that {@link #parse} has read away, for those who parse on before they execute
   * it; the next command is read into {@code next}.
   */
  public Request takeRequest(Request next) {
    Request taken = request;
    request = next;
    return taken;
  }

  /**
   * Forgets the unfinished command, or the error: the caller will not go on where parsing stopped,
   * but at an earlier command, once more.
   */
  public void rewind() {
    error = null;
    parsed = 0;
    searched = 0;
    argumentsLeft = 0;
    bulkLength = NO_BULK;
  }

  /** Why {@link #parse} said {@link #FAILED}: the text of the error reply, with its "ERR". */
  public String error() {
    if (error == null) {
      throw new IllegalStateException("no error");
    }
    return error;
  }

  /** After {@link #INCOMPLETE}: the index in the array where the unfinished command starts. */
  public int commandStart() {
    return commandStart;
  }

  /**
   * After {@link #INCOMPLETE}: how many bytes the unfinished command has at least, from its start,
   * by what the client has announced.
   */
  public int bytesWanted() {
    return bulkLength == NO_BULK ? parsed + 1 : parsed + bulkLength + 2;
  }

  /** After {@link #INCOMPLETE}: how many bytes of the unfinished command are understood. */
  public int bytesParsed() {
    return parsed;
  }

  /**
   * The size that the caller's array should have when {@code arrivedBytes} of the unfinished
   * command fill it: all that is wanted if an eighth of it has arrived, else twice of what has, so
   * that a client gets memory for what it sends and not for what it announces.
   */
  public int capacityWanted(int arrivedBytes) {
    int doubled = Math.max(2 * Math.min(arrivedBytes, COMMAND_BYTES_MAX / 2), GROWTH_BYTES_MIN);
    int wanted = bytesWanted();
    boolean near = wanted <= doubled || wanted >> NEAR_SHIFT <= arrivedBytes;
    return wanted > arrivedBytes && near ? wanted : doubled;
  }

  /**
   * Reads the next command, skipping empty ones.
   *
   * @param from where the command starts: the last result, or the new place of {@link
   *     #commandStart}
   * @param to the end of what has arrived
   * @return the index behind the command, {@link #INCOMPLETE} or {@link #FAILED}
   */
  public int parse(byte[] bytes, int from, int to) {
    if (error != null) {
      return FAILED;
    }
    if (argumentsLeft > 0) {
      request.rebase(bytes, from - commandStart);
      commandStart = from;
      return bulks(bytes, to);
    }
    commandStart = from;
    while (commandStart < to) {
      int next = bytes[commandStart] == '*' ? multibulk(bytes, to) : inline(bytes, to);
      if (next < 0 || request.count() > 0) {
        return next;
      }
      commandStart = next;
    }
    return INCOMPLETE;
  }

  /** An array of bulk strings; an empty one leaves the request empty. */
  private int multibulk(byte[] bytes, int to) {
    int lineEnd = lineEnd(bytes, commandStart, to, "too big mbulk count string");
    if (lineEnd < 0) {
      return lineEnd;
    }
    long count = number(bytes, commandStart + 1, lineEnd);
    if (count == NO_NUMBER || count > ARGUMENTS_MAX) {
      return failed("invalid multibulk length");
    }
    if (count > UNAUTHENTICATED_ARGUMENTS_MAX && !authenticated) {
      return failed("unauthenticated multibulk length");
    }
    request.reset(bytes);
    if (count <= 0) {
      return lineEnd + 2;
    }
    argumentsLeft = (int) count;
    parsed = lineEnd + 2 - commandStart;
    return bulks(bytes, to);
  }

  private int bulks(byte[] bytes, int to) {
    int at = commandStart + parsed;
    int left = argumentsLeft;
    while (left > 0) {
      if (bulkLength == NO_BULK) {
        int lineEnd = bulkHeader(bytes, at, to);
        if (lineEnd < 0) {
          parsed = at - commandStart;
          argumentsLeft = left;
          return lineEnd;
        }
        at = lineEnd + 2;
      }
      if (to - at - 2 < bulkLength) {
        parsed = at - commandStart;
        argumentsLeft = left;
        return INCOMPLETE;
      }
      request.add(at, bulkLength);
      at += bulkLength + 2;
      bulkLength = NO_BULK;
      left--;
    }
    parsed = 0;
    argumentsLeft = 0;
    return at;
  }

  /** Reads {@code $length}: sets the length and returns the end of the line. */
  private int bulkHeader(byte[] bytes, int at, int to) {
    int lineEnd = lineEnd(bytes, at, to, "too big bulk count string");
    if (lineEnd < 0) {
      return lineEnd;
    }
    if (bytes[at] != '$') {
      return failed("expected '$', got '" + (char) (bytes[at] & 0xff) + "'");
    }
    long length = number(bytes, at + 1, lineEnd);
    if (length < 0 || length > bulkBytesMax) {
      return failed("invalid bulk length");
    }
    if (length > UNAUTHENTICATED_BULK_BYTES_MAX && !authenticated) {
      return failed("unauthenticated bulk length");
    }
    if (lineEnd - commandStart + length + 4 > COMMAND_BYTES_MAX) {
      return failed("too big request");
    }
    bulkLength = (int) length;
    return lineEnd;
  }

  /** An inline command; an empty line leaves the request empty. */
  private int inline(byte[] bytes, int to) {
    int limit = Math.min(to, commandStart + LINE_BYTES_MAX + 1);
    int at = commandStart + searched;
    while (at < limit && bytes[at] != '\n') {
      at++;
    }
    if (at == limit) {
      return unendedLine(at - commandStart, "too big inline request");
    }
    searched = 0;
    int lineEnd = at > commandStart && bytes[at - 1] == '\r' ? at - 1 : at;
    if (!InlineArguments.split(bytes, commandStart, lineEnd, request)) {
      return failed("unbalanced quotes in request");
    }
    return at + 1;
  }

  /**
   * The index of the carriage return that ends the line at {@code start}, once its line feed came.
   */
  private int lineEnd(byte[] bytes, int start, int to, String tooLong) {
    int limit = Math.min(to, start + LINE_BYTES_MAX + 1);
    int at = start + searched;
    while (at < limit && bytes[at] != '\r') {
      at++;
    }
    if (at == limit) {
      return unendedLine(at - start, tooLong);
    }
    if (at + 1 == to) {
      searched = at - start;
      return INCOMPLETE;
    }
    searched = 0;
    return at;
  }

  private int unendedLine(int length, String tooLong) {
    if (length > LINE_BYTES_MAX) {
      return failed(tooLong);
    }
    searched = length;
    return INCOMPLETE;
  }

  private static long number(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length > 0 && length <= SHORT_DIGITS_MAX && bytes[start] > '0') {
      int value = 0;
      for (int at = start; at < end; at++) {
        int digit = bytes[at] - '0';
        if (digit < 0 || digit > 9) {
          return NO_NUMBER;
        }
        value = value * 10 + digit;
      }
      return value;
    }
    return Decimal.isLong(bytes, start, length) ? Decimal.toLong(bytes, start, length) : NO_NUMBER;
  }

  private int failed(String reason) {
    error = "ERR Protocol error: " + reason;
    return FAILED;
  }
}
