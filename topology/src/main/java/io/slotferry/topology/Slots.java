package io.slotferry.topology;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Hash slots as Redis Cluster defines them: CRC16 (XMODEM) of the key, or of what stands between
 * its first {@code {} and the next {@code }} when that is not empty, modulo 16384.
 */
public final class Slots {
  public static final int COUNT = 16384;

  private static final int STRIDE = 8;

  /**
   * At {@code (zeros << 8) | b} the CRC of byte b with so many zero bytes behind it, so that a
   * stride of bytes takes independent look-ups instead of a chain of them.
   */
  private static final char[] CRC16 = new char[STRIDE << 8];

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_BITS = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long OPENING = '{' * LOW_BITS;

  static {
    for (int i = 0; i < 256; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
      }
      CRC16[i] = (char) crc;
    }
    for (int i = 256; i < CRC16.length; i++) {
      int crc = CRC16[i - 256];
      CRC16[i] = (char) ((crc << 8) ^ CRC16[crc >>> 8]);
    }
  }

  private Slots() {}

  public static int slotOf(byte[] key) {
    return slotOf(key, 0, key.length);
  }

  public static int slotOf(byte[] buffer, int start, int length) {
    int end = start + length;
    for (int open = withoutOpening(buffer, start, end); open < end; open++) {
      if (buffer[open] == '{') {
        int close = open + 1;
        while (close < end && buffer[close] != '}') {
          close++;
        }
        return close < end && close > open + 1
            ? crc16(buffer, open + 1, close) % COUNT
            : crc16(buffer, start, end) % COUNT;
      }
    }
    return crc16(buffer, start, end) % COUNT;
  }

  /** An index before which no brace opens: whole words without one are skipped. */
  private static int withoutOpening(byte[] buffer, int start, int end) {
    int at = start;
    while (end - at >= Long.BYTES) {
      long difference = (long) LONG.get(buffer, at) ^ OPENING;
      if (((difference - LOW_BITS) & ~difference & HIGH_BITS) != 0) {
        break;
      }
      at += Long.BYTES;
    }
    return at;
  }

  static int crc16(byte[] buffer, int from, int to) {
    int crc = 0;
    int i = from;
    for (; to - i >= STRIDE; i += STRIDE) {
      crc =
          behind(7, buffer[i] ^ (crc >>> 8))
              ^ behind(6, buffer[i + 1] ^ crc)
              ^ behind(5, buffer[i + 2])
              ^ behind(4, buffer[i + 3])
              ^ behind(3, buffer[i + 4])
              ^ behind(2, buffer[i + 5])
              ^ behind(1, buffer[i + 6])
              ^ behind(0, buffer[i + 7]);
    }
    for (; i < to; i++) {
      crc = (crc << 8 ^ CRC16[(crc >>> 8 ^ buffer[i]) & 0xff]) & 0xffff;
    }
    return crc;
  }

  /** The CRC of the low byte of {@code b} with so many zero bytes behind it. */
  private static int behind(int zeros, int b) {
    return CRC16[(zeros << 8) | (b & 0xff)];
  }
}
