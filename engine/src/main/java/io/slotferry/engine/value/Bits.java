package io.slotferry.engine.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Bytes as a row of bits, counted from the highest bit of the first byte. Whatever goes over many
 * bits goes over them 64 at a time.
 */
public final class Bits {
  /** What BITOP does with the bits of several strings; a shorter string ends in zeros. */
  public enum Operation {
    AND,
    OR,
    XOR,
    NOT
  }

  /** Big endian, so that the first bit is the highest. */
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int ALL_ONES = 0xff;

  private Bits() {}

  public static boolean get(byte[] bytes, int start, long bit) {
    return (bytes[start + (int) (bit >>> 3)] & 0x80 >>> (int) (bit & 7)) != 0;
  }

  public static void set(byte[] bytes, int start, long bit, boolean value) {
    int at = start + (int) (bit >>> 3);
    int mask = 0x80 >>> (int) (bit & 7);
    bytes[at] = (byte) (value ? bytes[at] | mask : bytes[at] & ~mask);
  }

  /** The number of ones in the bits {@code [from, to)} of what begins at {@code start}. */
  public static long count(byte[] bytes, int start, long from, long to) {
    int at = start + (int) (from >>> 3);
    int end = start + (int) (to >>> 3);
    int before = (int) (from & 7);
    int behind = (int) (to & 7);
    long count = 0;
    if (before > 0) {
      count -= Integer.bitCount(bytes[at] & ALL_ONES & ~(ALL_ONES >>> before));
    }
    if (behind > 0) {
      count += Integer.bitCount(bytes[end] & ALL_ONES & ~(ALL_ONES >>> behind));
    }
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      count += Long.bitCount((long) LONG.get(bytes, at));
    }
    for (; at < end; at++) {
      count += Integer.bitCount(bytes[at] & ALL_ONES);
    }
    return count;
  }

  /** The first of the bits {@code [from, to)} that is {@code wanted}, or -1. */
  public static long position(byte[] bytes, int start, long from, long to, boolean wanted) {
    long flip = wanted ? 0 : -1;
    long bit = from;
    while (bit < to) {
      int at = start + (int) (bit >>> 3);
      int passed = (int) (bit & 7);
      if (passed == 0 && to - bit >= Long.SIZE) {
        long word = (long) LONG.get(bytes, at) ^ flip;
        if (word != 0) {
          return bit + Long.numberOfLeadingZeros(word);
        }
        bit += Long.SIZE;
      } else {
        int rest = ((bytes[at] ^ (int) flip) << passed) & ALL_ONES;
        if (rest != 0) {
          long found = bit + Integer.numberOfLeadingZeros(rest) - (Integer.SIZE - Byte.SIZE);
          return found < to ? found : -1;
        }
        bit += Byte.SIZE - passed;
      }
    }
    return -1;
  }

  /**
   * The strings combined, as long as the longest of them. {@link Operation#NOT} takes one string.
   */
  public static byte[] combine(Operation operation, StringValue... strings) {
    int longest = 0;
    for (StringValue string : strings) {
      longest = Math.max(longest, string.length());
    }
    StringValue first = strings[0];
    byte[] result = new byte[longest];
    System.arraycopy(first.buffer(), first.start(), result, 0, first.length());
    if (operation == Operation.NOT) {
      combine(operation, result, result, 0, longest);
    }
    for (int i = 1; i < strings.length; i++) {
      StringValue string = strings[i];
      combine(operation, result, string.buffer(), string.start(), string.length());
      if (operation == Operation.AND) {
        Arrays.fill(result, string.length(), longest, (byte) 0);
      }
    }
    return result;
  }

  private static void combine(
      Operation operation, byte[] target, byte[] source, int start, int length) {
    int at = 0;
    for (; length - at >= Long.BYTES; at += Long.BYTES) {
      long left = (long) LONG.get(target, at);
      long right = (long) LONG.get(source, start + at);
      LONG.set(target, at, combine(operation, left, right));
    }
    for (; at < length; at++) {
      target[at] = (byte) combine(operation, target[at], source[start + at]);
    }
  }

  private static long combine(Operation operation, long left, long right) {
    return switch (operation) {
      case AND -> left & right;
      case OR -> left | right;
      case XOR -> left ^ right;
      case NOT -> ~left;
    };
  }
}
