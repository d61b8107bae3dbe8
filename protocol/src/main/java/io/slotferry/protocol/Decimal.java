package io.slotferry.protocol;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Numbers as Redis reads and writes them. Integers are strict (no sign but a leading minus, no
 * leading zeros, no blanks: Redis' {@code string2ll}). Doubles are read as C's {@code strtod} does
 * and written as Redis 7.0 does, in C's {@code %.17g}: enough digits to read back the same, and no
 * attempt to find fewer (0.1 is 0.10000000000000001; Redis 7.2 was the first to shorten).
 */
public final class Decimal {
  /** The most characters that {@link #format} makes: -2.2250738585072014e-308. */
  public static final int DOUBLE_CHARS_MAX = 24;

  private static final int LONG_DIGITS_MAX = 19;

  private static final int SIGNIFICANT_DIGITS = 17;
  private static final MathContext SIGNIFICANT =
      new MathContext(SIGNIFICANT_DIGITS, RoundingMode.HALF_EVEN);
  private static final long TEN_TO_16 = 10_000_000_000_000_000L;
  private static final long TEN_TO_17 = 100_000_000_000_000_000L;

  /** From here to 10^17, {@link #scaled} is exact in 128 bits. */
  private static final double EXACT_MIN = 1e-10;

  private static final int MANTISSA_BITS = 52;
  private static final long MANTISSA_MASK = (1L << MANTISSA_BITS) - 1;
  private static final int EXPONENT_BIAS = 1023 + MANTISSA_BITS;

  /** The powers of ten that a double holds exactly. */
  private static final double[] POWERS_OF_TEN = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** The powers of five that a long holds. */
  private static final long[] POWERS_OF_FIVE = new long[28];

  static {
    POWERS_OF_FIVE[0] = 1;
    for (int i = 1; i < POWERS_OF_FIVE.length; i++) {
      POWERS_OF_FIVE[i] = 5 * POWERS_OF_FIVE[i - 1];
    }
  }

  private static final byte[] INF = ascii("inf");
  private static final byte[] INFINITY = ascii("infinity");
  private static final byte[] NAN = ascii("nan");
  private static final int NO_EXPONENT = Integer.MIN_VALUE;

  private static final Pattern HEXADECIMAL =
      Pattern.compile("[+-]?0[xX](\\p{XDigit}+\\.?\\p{XDigit}*|\\.\\p{XDigit}+)([pP][+-]?\\d+)?");
  private static final int EXPONENT_CUT = 99_999_999;

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
    if (end - at < LONG_DIGITS_MAX) {
      return areDigits(bytes, at, end);
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

  private static boolean areDigits(byte[] bytes, int at, int end) {
    for (; at < end; at++) {
      if (bytes[at] < '0' || bytes[at] > '9') {
        return false;
      }
    }
    return true;
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

  // ---- doubles, written

  /** C's {@code %.17g}; "inf", "-inf", "nan" as Redis. */
  public static String format(double value) {
    byte[] text = new byte[DOUBLE_CHARS_MAX];
    return new String(text, 0, write(value, text, 0), StandardCharsets.US_ASCII);
  }

  /**
   * Writes {@link #format} at {@code target[at]}, where {@link #DOUBLE_CHARS_MAX} bytes are free.
   *
   * @return the index behind the last character
   */
  public static int write(double value, byte[] target, int at) {
    if (Double.isNaN(value)) {
      return word(NAN, target, at);
    }
    double magnitude = Math.abs(value);
    if (Double.doubleToRawLongBits(value) < 0) {
      target[at++] = '-';
    }
    if (magnitude == Double.POSITIVE_INFINITY) {
      return word(INF, target, at);
    }
    if (magnitude < TEN_TO_17 && magnitude == Math.rint(magnitude)) {
      return integer((long) magnitude, target, at);
    }
    if (magnitude < EXACT_MIN || magnitude >= TEN_TO_17) {
      BigDecimal rounded = new BigDecimal(magnitude).round(SIGNIFICANT);
      int exponent = rounded.precision() - rounded.scale() - 1;
      return digits(rounded.unscaledValue().longValue(), exponent, target, at);
    }
    int exponent = exponent(magnitude);
    long digits = scaled(magnitude, SIGNIFICANT_DIGITS - 1 - exponent);
    if (digits == TEN_TO_17) {
      exponent++;
    } else if (digits <= TEN_TO_16) {
      long finer = scaled(magnitude, SIGNIFICANT_DIGITS - exponent);
      if (finer < TEN_TO_17) {
        digits = finer;
        exponent--;
      }
    }
    return digits(digits, exponent, target, at);
  }

  /** The power of ten of the first digit; below 1 it may be one too high. */
  private static int exponent(double magnitude) {
    int exponent = 0;
    if (magnitude < 1) {
      while (magnitude * POWERS_OF_TEN[-exponent] < 1) {
        exponent--;
      }
      return exponent;
    }
    while (magnitude >= POWERS_OF_TEN[exponent + 1]) {
      exponent++;
    }
    return exponent;
  }

  /**
   * {@code magnitude * 10^power}, rounded half to even. Exact, by a product of 128 bits: the
   * mantissa has 53, 5^27 has 63, and the power of two is a shift, by 0 to 62 bits to the right for
   * what {@link #write} passes.
   */
  private static long scaled(double magnitude, int power) {
    long bits = Double.doubleToRawLongBits(magnitude);
    long mantissa = bits & MANTISSA_MASK | MANTISSA_MASK + 1;
    int shift = EXPONENT_BIAS - (int) (bits >>> MANTISSA_BITS) - power;
    long high = Math.multiplyHigh(mantissa, POWERS_OF_FIVE[power]);
    long low = mantissa * POWERS_OF_FIVE[power];
    if (shift == 0) {
      return low;
    }
    long quotient = high << 64 - shift | low >>> shift;
    long rest = low & (1L << shift) - 1;
    long half = 1L << shift - 1;
    return rest > half || rest == half && (quotient & 1) != 0 ? quotient + 1 : quotient;
  }

  /**
   * Writes digits with the power of ten of the first one, as {@code %g} does: no trailing zeros.
   */
  private static int digits(long digits, int exponent, byte[] target, int at) {
    while (digits % 10 == 0) {
      digits /= 10;
    }
    int length = length(digits);
    if (exponent < -4 || exponent >= SIGNIFICANT_DIGITS) {
      return exponential(digits, length, exponent, target, at);
    }
    if (exponent >= 0) {
      return withPoint(digits, length, exponent + 1, target, at);
    }
    Arrays.fill(target, at, at + 1 - exponent, (byte) '0');
    target[at + 1] = '.';
    at += 1 - exponent;
    write(digits, target, at, length);
    return at + length;
  }

  private static int exponential(long digits, int length, int exponent, byte[] target, int at) {
    at = withPoint(digits, length, 1, target, at);
    target[at++] = 'e';
    target[at++] = (byte) (exponent < 0 ? '-' : '+');
    int magnitude = Math.abs(exponent);
    if (magnitude < 10) {
      target[at++] = '0';
    }
    return integer(magnitude, target, at);
  }

  /** Writes digits with a point behind the first {@code whole}, unless there are no more. */
  private static int withPoint(long digits, int length, int whole, byte[] target, int at) {
    if (length <= whole) {
      write(digits, target, at, length);
      return at + length;
    }
    write(digits, target, at + 1, length);
    System.arraycopy(target, at + 1, target, at, whole);
    target[at + whole] = '.';
    return at + length + 1;
  }

  private static int integer(long value, byte[] target, int at) {
    int length = length(value);
    write(value, target, at, length);
    return at + length;
  }

  private static int word(byte[] word, byte[] target, int at) {
    System.arraycopy(word, 0, target, at, word.length);
    return at + word.length;
  }

  // ---- doubles, read

  /**
   * The double in {@code bytes[start, start + length)}: decimal, with or without point and
   * exponent, or hexadecimal as C has it, or "inf" or "infinity" in any case, signed or not. NaN
   * for everything else, "nan" included, and, as Redis has it, for what is too large or, other than
   * zero, too small for a double.
   */
  public static double toDouble(byte[] bytes, int start, int length) {
    int end = start + length;
    int at = start;
    boolean negative = length > 0 && bytes[at] == '-';
    if (negative || length > 0 && bytes[at] == '+') {
      at++;
    }
    if (at < end && (bytes[at] | 0x20) == 'i') {
      double infinity = negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      return isWord(INF, bytes, at, end) || isWord(INFINITY, bytes, at, end)
          ? infinity
          : Double.NaN;
    }
    int wholeEnd = digitsEnd(bytes, at, end);
    int fraction = wholeEnd < end && bytes[wholeEnd] == '.' ? wholeEnd + 1 : wholeEnd;
    int fractionEnd = fraction > wholeEnd ? digitsEnd(bytes, fraction, end) : fraction;
    int digitCount = wholeEnd - at + fractionEnd - fraction;
    if (digitCount == 0) {
      return Double.NaN;
    }
    int exponent = 0;
    if (fractionEnd < end) {
      exponent = readExponent(bytes, fractionEnd, end);
      if (exponent == NO_EXPONENT) {
        return hexadecimal(new String(bytes, start, length, StandardCharsets.ISO_8859_1));
      }
    }
    int scale = exponent - (fractionEnd - fraction);
    if (digitCount < SIGNIFICANT_DIGITS && Math.abs(scale) < POWERS_OF_TEN.length) {
      long digits = read(bytes, fraction, fractionEnd, read(bytes, at, wholeEnd, 0));
      if (digits <= MANTISSA_MASK) {
        // Both numbers are exact, so that the one operation rounds correctly.
        double magnitude =
            scale < 0 ? digits / POWERS_OF_TEN[-scale] : digits * POWERS_OF_TEN[scale];
        return negative ? -magnitude : magnitude;
      }
    }
    return inRange(bytes, start, end, fractionEnd);
  }

  private static double hexadecimal(String text) {
    if (!HEXADECIMAL.matcher(text).matches()) {
      return Double.NaN;
    }
    boolean hasExponent = text.indexOf('p') >= 0 || text.indexOf('P') >= 0;
    double value = Double.parseDouble(hasExponent ? text : text + "p0");
    return Double.isInfinite(value) ? Double.NaN : value;
  }

  /** What Java reads in text that is known to be a number. */
  private static double inRange(byte[] bytes, int start, int end, int digitsEnd) {
    double value =
        Double.parseDouble(new String(bytes, start, end - start, StandardCharsets.US_ASCII));
    if (Double.isInfinite(value)) {
      return Double.NaN;
    }
    if (value == 0) {
      for (int i = start; i < digitsEnd; i++) {
        if (bytes[i] >= '1' && bytes[i] <= '9') {
          return Double.NaN;
        }
      }
    }
    return value;
  }

  /** The number behind the "e" at {@code at}, cut to what no double reaches. */
  private static int readExponent(byte[] bytes, int at, int end) {
    if ((bytes[at] | 0x20) != 'e' || ++at == end) {
      return NO_EXPONENT;
    }
    boolean negative = bytes[at] == '-';
    if (negative || bytes[at] == '+') {
      at++;
    }
    if (at == end || digitsEnd(bytes, at, end) != end) {
      return NO_EXPONENT;
    }
    while (at < end - 1 && bytes[at] == '0') {
      at++;
    }
    int exponent = end - at > 8 ? EXPONENT_CUT : (int) read(bytes, at, end, 0);
    return negative ? -exponent : exponent;
  }

  private static int digitsEnd(byte[] bytes, int at, int end) {
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    return at;
  }

  private static long read(byte[] bytes, int at, int end, long value) {
    for (; at < end; at++) {
      value = value * 10 + (bytes[at] - '0');
    }
    return value;
  }

  private static boolean isWord(byte[] lowerWord, byte[] bytes, int at, int end) {
    if (end - at != lowerWord.length) {
      return false;
    }
    for (int i = 0; i < lowerWord.length; i++) {
      if ((bytes[at + i] | 0x20) != lowerWord[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
