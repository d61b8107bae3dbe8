package io.slotferry.engine.value;

/**
 * An integer of some bits anywhere in a string, as BITFIELD's types {@code i5} and {@code u63} say
 * it: two's complement if signed, the highest bit first.
 *
 * @param bits 1 to 64 if signed, to 63 if not
 */
public record BitField(boolean signed, int bits) {
  /** What to do with a number that the field cannot hold. */
  public enum Overflow {
    WRAP,
    /** Take the nearest number that it can hold. */
    SAT,
    /** Do nothing. */
    FAIL
  }

  public long max() {
    return Long.MAX_VALUE >>> (Long.SIZE - (signed ? bits : bits + 1));
  }

  public long min() {
    return signed ? -max() - 1 : 0;
  }

  /**
   * Reads the field at a bit's offset of {@code bytes[start, start + length)}, behind which all
   * bits are zero.
   */
  public long get(byte[] bytes, int start, int length, long offset) {
    int first = (int) (offset >>> 3);
    int shift = (int) (offset & 7);
    long value = 0;
    for (int i = first; i < first + Long.BYTES; i++) {
      value = value << Byte.SIZE | byteAt(bytes, start, length, i);
    }
    int ninth = byteAt(bytes, start, length, first + Long.BYTES);
    return extended(value << shift | ninth >>> (Byte.SIZE - shift), Long.SIZE - bits);
  }

  private static int byteAt(byte[] bytes, int start, int length, int index) {
    return index < length ? bytes[start + index] & 0xff : 0;
  }

  /** Writes the lowest bits of {@code value} at a bit's offset of what begins at {@code start}. */
  public void put(byte[] bytes, int start, long offset, long value) {
    long end = offset + bits;
    long rest = value;
    while (end > offset) {
      int at = start + (int) ((end - 1) >>> 3);
      int below = 7 - (int) ((end - 1) & 7);
      int width = (int) Math.min(end - offset, Byte.SIZE - below);
      int mask = ((1 << width) - 1) << below;
      bytes[at] = (byte) (bytes[at] & ~mask | (int) (rest << below) & mask);
      rest >>>= width;
      end -= width;
    }
  }

  /** Leaves out the bits of {@code value} that the field does not have. */
  public long wrap(long value) {
    return extended(value << (Long.SIZE - bits), Long.SIZE - bits);
  }

  private long extended(long high, int shift) {
    return signed ? high >> shift : high >>> shift;
  }

  /**
   * Whether {@code value + increment} is above (1) or below (-1) what the field holds, or fits (0).
   * Of numbers that are no field's, Redis' own arithmetic decides, which wraps at 64 bits.
   */
  public int overflow(long value, long increment) {
    if (!signed) {
      if (Long.compareUnsigned(value, max()) > 0 || increment > 0 && increment > max() - value) {
        return 1;
      }
      return increment < 0 && increment < -value ? -1 : 0;
    }
    boolean narrow = bits < Long.SIZE;
    long up = max() - value;
    long down = min() - value;
    if (value > max() || (narrow || value >= 0 && increment > 0) && increment > up) {
      return 1;
    }
    boolean below = (narrow || value < 0 && increment < 0) && increment < down;
    return value < min() || below ? -1 : 0;
  }
}
