package io.slotferry.engine.hyperloglog;

/**
 * A walk over the registers as runs of equal ones, which is how Redis keeps few elements:
 *
 * <pre>
 *   00nnnnnn           n + 1 registers are 0
 *   01nnnnnn nnnnnnnn  n + 1 registers are 0
 *   1vvvvvnn           n + 1 registers are v + 1
 * </pre>
 */
final class SparseRuns {
  /** The highest value and the longest run that a code for values can tell. */
  static final int VALUE_MAX = 32;

  static final int VALUE_RUN_MAX = 4;

  private static final int ZERO_RUN_MAX = 64;
  private static final int LONG_ZERO = 0x40;
  private static final int VALUE = 0x80;

  private final byte[] bytes;
  private final int end;
  private int next;

  // The run that the walk is at.
  private int at = -1;
  private int first;
  private int length;
  private int value;

  SparseRuns(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.end = end;
    this.next = start;
  }

  /** Goes to the next run; false at the end. */
  boolean next() {
    if (next >= end) {
      return false;
    }
    at = next;
    first += length;
    int code = bytes[at] & 0xff;
    value = value(code);
    if (value > 0) {
      length = valueRun(code);
      next = at + 1;
    } else if (code < LONG_ZERO) {
      length = code + 1;
      next = at + 1;
    } else {
      // Of a code that was cut, Redis reads the zero byte behind the string.
      int low = at + 1 < end ? bytes[at + 1] & 0xff : 0;
      length = ((code & LONG_ZERO - 1) << 8 | low) + 1;
      next = at + 2;
    }
    return true;
  }

  /** Where the run's code is. */
  int at() {
    return at;
  }

  /** How many bytes the run's code takes. */
  int width() {
    return next - at;
  }

  /** The first register of the run. */
  int first() {
    return first;
  }

  /** How many registers are in the run. */
  int length() {
    return length;
  }

  /** What they all are. */
  int value() {
    return value;
  }

  boolean isLongZero() {
    return width() == 2;
  }

  /** Whether the runs that were passed are all registers there are. */
  boolean isWhole() {
    return first + length == HyperLogLog.REGISTERS;
  }

  /** Whether the run would go beyond the last register. */
  boolean overflows() {
    return first + length > HyperLogLog.REGISTERS;
  }

  // ---- codes

  /** The value of a code, 0 if it is for zeros. */
  static int value(int code) {
    return (code & VALUE) == 0 ? 0 : (code >>> 2 & VALUE_MAX - 1) + 1;
  }

  /** The length of the run of a code for values. */
  static int valueRun(int code) {
    return (code & VALUE_RUN_MAX - 1) + 1;
  }

  /** The width of the code that begins with the byte {@code code}. */
  static int width(int code) {
    return (code & VALUE + LONG_ZERO) == LONG_ZERO ? 2 : 1;
  }

  /** Writes the code of a run at {@code target[at]}, none for an empty run; returns its end. */
  static int write(byte[] target, int at, int value, int length) {
    if (length == 0) {
      return at;
    }
    int rest = length - 1;
    if (value > 0) {
      target[at] = (byte) (VALUE | value - 1 << 2 | rest);
    } else if (length <= ZERO_RUN_MAX) {
      target[at] = (byte) rest;
    } else {
      target[at++] = (byte) (LONG_ZERO | rest >>> 8);
      target[at] = (byte) rest;
    }
    return at + 1;
  }
}
