package io.slotferry.topology;

/**
 * Hash slots as Redis Cluster defines them: CRC16 (XMODEM) of the key, or of what stands between
 * its first {@code {} and the next {@code }} when that is not empty, modulo 16384.
 */
public final class Slots {
  public static final int COUNT = 16384;

  private static final char[] CRC16 = new char[256];

  static {
    for (int i = 0; i < CRC16.length; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
      }
      CRC16[i] = (char) crc;
    }
  }

  private Slots() {}

  public static int slotOf(byte[] key) {
    return slotOf(key, 0, key.length);
  }

  public static int slotOf(byte[] buffer, int start, int length) {
    int end = start + length;
    for (int open = start; open < end; open++) {
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

  static int crc16(byte[] buffer, int from, int to) {
    int crc = 0;
    for (int i = from; i < to; i++) {
      crc = (crc << 8 ^ CRC16[(crc >>> 8 ^ buffer[i]) & 0xff]) & 0xffff;
    }
    return crc;
  }
}
