package io.slotferry.protocol;

/**
 * Splits a line, that of an inline command ({@code SET key "a value"\r\n}) or the first one of a
 * script, into its arguments, with the quotes and escapes of Redis' {@code sdssplitargs}: in double
 * quotes {@code \n \r \t \b \a \xHH} and any other escaped byte, in single quotes only {@code \'};
 * a closing quote ends its argument.
 *
 * <p>People type such lines, programs do not: this allocates.
 */
public final class InlineArguments {
  private final byte[] line;
  private final int end;
  private final Request request;
  private final byte[] decoded;
  private int at;
  private int size;

  private InlineArguments(byte[] line, int start, int end, Request request) {
    this.line = line;
    this.at = start;
    this.end = end;
    this.request = request;
    this.decoded = new byte[end - start];
  }

  /**
   * Fills {@code request} with the arguments in {@code line[start, end)}, which may be none.
   *
   * @return false if a quote is not closed, or not followed by a blank
   */
  public static boolean split(byte[] line, int start, int end, Request request) {
    return new InlineArguments(line, start, end, request).split();
  }

  private boolean split() {
    request.reset(decoded);
    while (true) {
      while (at < end && isBlank(line[at])) {
        at++;
      }
      if (at == end) {
        return true;
      }
      int start = size;
      if (!argument()) {
        return false;
      }
      request.add(start, size - start);
    }
  }

  private boolean argument() {
    while (at < end) {
      byte b = line[at++];
      switch (b) {
        case ' ', '\n', '\r', '\t', 0 -> {
          return true;
        }
        case '"' -> {
          return doubleQuoted();
        }
        case '\'' -> {
          return singleQuoted();
        }
        default -> decoded[size++] = b;
      }
    }
    return true;
  }

  private boolean doubleQuoted() {
    while (at < end) {
      byte b = line[at++];
      if (b == '"') {
        return closed();
      }
      decoded[size++] = b == '\\' && at < end ? escaped() : b;
    }
    return false;
  }

  private boolean singleQuoted() {
    while (at < end) {
      byte b = line[at++];
      if (b == '\'') {
        return closed();
      }
      if (b == '\\' && at < end && line[at] == '\'') {
        b = line[at++];
      }
      decoded[size++] = b;
    }
    return false;
  }

  private boolean closed() {
    return at == end || isBlank(line[at]);
  }

  /** The byte that the escape at {@code at}, behind its backslash, stands for. */
  private byte escaped() {
    byte b = line[at++];
    return switch (b) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'a' -> 7;
      case 'x' -> hexadecimal(b);
      default -> b;
    };
  }

  private byte hexadecimal(byte otherwise) {
    if (end - at < 2) {
      return otherwise;
    }
    int high = Character.digit(line[at], 16);
    int low = Character.digit(line[at + 1], 16);
    if (high < 0 || low < 0) {
      return otherwise;
    }
    at += 2;
    return (byte) (high << 4 | low);
  }

  /** C's {@code isspace}, and the null byte, which ends a word there too. */
  private static boolean isBlank(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r' || b == 0;
  }
}
