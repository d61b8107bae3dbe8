package io.slotferry.gateway;

import io.slotferry.protocol.Decimal;

/** Finds the way through encoded replies of our own shards, whose RESP is well-formed. */
final class ReplyScan {
  private ReplyScan() {}

  static boolean isError(byte[] bytes, int at) {
    return bytes[at] == '-';
  }

  static boolean isInteger(byte[] bytes, int at) {
    return bytes[at] == ':';
  }

  /** Whether it is a null, in RESP2's or RESP3's spelling. */
  static boolean isNull(byte[] bytes, int at) {
    return bytes[at] == '_' || ((bytes[at] == '$' || bytes[at] == '*') && bytes[at + 1] == '-');
  }

  /** The number in the first line: an integer's value, a string's length, an array's count. */
  static long number(byte[] bytes, int at) {
    return Decimal.toLong(bytes, at + 1, lineEnd(bytes, at) - at - 1);
  }

  /** Index behind the first line, where an array's elements or a string's bytes begin. */
  static int body(byte[] bytes, int at) {
    return lineEnd(bytes, at) + 2;
  }

  /** Index behind the whole value, its elements included. */
  static int end(byte[] bytes, int at) {
    int body = body(bytes, at);
    return switch (bytes[at]) {
      case '$', '=', '!' -> isNull(bytes, at) ? body : body + (int) number(bytes, at) + 2;
      case '*', '~', '>' -> afterElements(bytes, body, number(bytes, at));
      case '%' -> afterElements(bytes, body, number(bytes, at) * 2);
      default -> body;
    };
  }

  private static int afterElements(byte[] bytes, int at, long count) {
    for (long i = 0; i < count; i++) {
      at = end(bytes, at);
    }
    return at;
  }

  private static int lineEnd(byte[] bytes, int at) {
    while (bytes[at] != '\r') {
      at++;
    }
    return at;
  }
}
