package io.slotferry.engine;

import io.slotferry.protocol.Decimal;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The sums of INCRBYFLOAT and HINCRBYFLOAT. Redis adds in C's {@code long double} and prints 17
 * digits after the point; exact decimal sums, rounded to as many, look the same and hold better.
 */
public final class DecimalSum {
  /** Redis' {@code MAX_LONG_DOUBLE_CHARS}: no longer text is a number. */
  private static final int BYTES_MAX = 5 * 1024;

  private static final int SCALE_MAX = 17;

  /** Decimal exponents of a {@code long double}. */
  private static final int EXPONENT_MAX = 4932;

  private DecimalSum() {}

  /** Whether {@code buffer[start, start + length)} spells an infinity, which no sum may become. */
  public static boolean isInfinite(byte[] buffer, int start, int length) {
    return Double.isInfinite(Decimal.toDouble(buffer, start, length));
  }

  /**
   * The exact number that {@code buffer[start, start + length)} spells, or null when it spells
   * none. What no {@code long double} could hold is none either, and what is too small for one is
   * zero: else a short text could ask for a sum of a billion digits.
   */
  public static @Nullable BigDecimal parse(byte[] buffer, int start, int length) {
    if (length == 0 || length > BYTES_MAX) {
      return null;
    }
    BigDecimal value;
    try {
      value = new BigDecimal(new String(buffer, start, length, StandardCharsets.ISO_8859_1));
    } catch (NumberFormatException e) {
      double hexadecimal = Decimal.toDouble(buffer, start, length);
      return Double.isFinite(hexadecimal) ? new BigDecimal(hexadecimal) : null;
    }
    long exponent = (long) value.precision() - value.scale();
    if (value.signum() == 0 || exponent < -EXPONENT_MAX) {
      return BigDecimal.ZERO;
    }
    return exponent > EXPONENT_MAX ? null : value;
  }

  /** The sum with at most 17 digits after the point, without trailing zeros. */
  public static byte[] add(BigDecimal left, BigDecimal right) {
    return format(left.add(right));
  }

  /** At most 17 digits after the point, without trailing zeros. */
  public static byte[] format(BigDecimal value) {
    BigDecimal rounded = value.setScale(SCALE_MAX, RoundingMode.HALF_EVEN);
    String text = rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
