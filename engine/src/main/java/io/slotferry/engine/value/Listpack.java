package io.slotferry.engine.value;

import io.slotferry.protocol.Decimal;

/**
 * How many bytes Redis' listpack takes for an element, its back link included. Streams are not kept
 * in listpacks here, but clients see where Redis would begin a new one: whole blocks go when a
 * stream is trimmed approximately.
 */
final class Listpack {
  /** An empty one. */
  static final int EMPTY_BYTES = 7;

  private static final int TINY_STRING_MAX = 63;
  private static final int SHORT_STRING_MAX = 4095;
  private static final int LONG_DIGITS_MAX = 20;

  private Listpack() {}

  static int integerBytes(long value) {
    if (value >= 0 && value <= 127) {
      return 2;
    } else if (value >= -4096 && value <= 4095) {
      return 3;
    } else if (value == (short) value) {
      return 4;
    } else if (value >= -(1 << 23) && value < 1 << 23) {
      return 5;
    }
    return value == (int) value ? 6 : 10;
  }

  /** A string that is a number is kept as one. */
  static long stringBytes(byte[] buffer, int start, int length) {
    if (length <= LONG_DIGITS_MAX && Decimal.isLong(buffer, start, length)) {
      return integerBytes(Decimal.toLong(buffer, start, length));
    }
    int head = length <= TINY_STRING_MAX ? 1 : length <= SHORT_STRING_MAX ? 2 : 5;
    long encoded = (long) head + length;
    return backLinkBytes(encoded) + encoded;
  }

  private static int backLinkBytes(long encodedBytes) {
    if (encodedBytes <= 127) {
      return 1;
    } else if (encodedBytes < 16_383) {
      return 2;
    } else if (encodedBytes < 2_097_151) {
      return 3;
    }
    return encodedBytes < 268_435_455 ? 4 : 5;
  }
}
