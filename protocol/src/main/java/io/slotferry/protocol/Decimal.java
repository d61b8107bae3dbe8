package io.slotferry.protocol;

/**
 * Numbers as Redis reads and writes them. Integers are strict (no sign but a leading minus, no
 * leading zeros, no blanks: Redis' {@code string2ll}); doubles are written in the shortest form
 * that reads back the same (Redis' {@code %.17g} with its integer shortcut).
 */
public final class Decimal {
  private static final int LONG_DIGITS_MAX = 19;

  private Decimal() {}

  /** Whether {@code bytes[start, start + length)} is a 64-bit integer in Redis' strict form. */
  public static boolean isLong(byte[] bytes, int start, int length) {
    if (length == 0 || length > LONG_DIGITS_MAX + 1) {
      return false;
    }
    int at = start;
    int end = start + length;
    boolean negative = bytes[at] == '-';
    if (negative && ++at == end) {
      return false;
    }
    if (bytes[at] == '0') {
      return length == 1;
    }
    if (end - at > LONG_DIGITS_MAX) {
      return false;
    }
    long value = 0;
    for (; at < end; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      // Accumulated as a negative number, whose range is the larger one.
      if (value < (Long.MIN_VALUE + digit) / 10) {
        return false;
      }
      value = value * 10 - digit;
    }
    return negative || value != Long.MIN_VALUE;
  }

  /** The value of what {@link #isLong} has accepted. */
  public static long toLong(byte[] bytes, int start, int length) {
    int at = start;
    int end = start + length;
    boolean negative = bytes[at] == '-';
    if (negative) {
      at++;
    }
    long value = 0;
    for (; at < end; at++) {
      value = value * 10 - (bytes[at] - '0');
    }
    return negative ? value : -value;
  }

  /** The number of characters of {@code value}, sign included. */
  public static int length(long value) {
    int length = 1;
    if (value < 0) {
      length++;
    } else {
      value = -value;
    }
    while (value <= -10) {
      value /= 10;
      length++;
    }
    return length;
  }

  /** Writes {@code value}, which has {@code length} characters, at {@code target[at]}. */
  public static void write(long value, byte[] target, int at, int length) {
    int first = at;
    if (value < 0) {
      target[at] = '-';
      first++;
    } else {
      value = -value;
    }
    for (int i = at + length - 1; i >= first; i--) {
      target[i] = (byte) ('0' - value % 10);
      value /= 10;
    }
  }

  /** The shortest decimal form that reads back as {@code value}; "inf", "-inf", "nan" as Redis. */
  public static String format(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    if (Math.abs(value) < 1e17 && value == Math.rint(value)) {
      return Long.toString((long) value);
    }
    return shorten(Double.toString(value));
  }

  /** Java's "1.0E-5" in C's "%.17g" spelling: "1e-05", and plain digits between 1e-4 and 1e17. */
  private static String shorten(String java) {
    int e = java.indexOf('E');
    if (e < 0) {
      return java.endsWith(".0") ? java.substring(0, java.length() - 2) : java;
    }
    int exponent = Integer.parseInt(java, e + 1, java.length(), 10);
    String mantissa = java.substring(0, e);
    if (exponent >= -5 && exponent < 17) {
      String plain = new java.math.BigDecimal(java).toPlainString();
      if (exponent >= -4) {
        return plain.endsWith(".0") ? plain.substring(0, plain.length() - 2) : plain;
      }
    }
    if (mantissa.endsWith(".0")) {
      mantissa = mantissa.substring(0, mantissa.length() - 2);
    }
    int magnitude = Math.abs(exponent);
    return mantissa + 'e' + (exponent < 0 ? '-' : '+') + (magnitude < 10 ? "0" : "") + magnitude;
  }
}
