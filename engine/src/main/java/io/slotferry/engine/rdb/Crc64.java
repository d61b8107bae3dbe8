package io.slotferry.engine.rdb;

/** The CRC-64 of RDB files: the "Jones" polynomial, reflected, from 0, without a final turn. */
final class Crc64 {
  private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;
  private static final long[] TABLE = new long[256];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      long crc = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
      }
      TABLE[i] = crc;
    }
  }

  private Crc64() {}

  static long of(byte[] bytes, int start, int length) {
    return update(0, bytes, start, length);
  }

  /** The checksum of what {@code crc} is the checksum of, and these bytes behind it. */
  static long update(long crc, byte[] bytes, int start, int length) {
    for (int i = start; i < start + length; i++) {
      crc = TABLE[(int) (crc ^ bytes[i]) & 0xff] ^ crc >>> Byte.SIZE;
    }
    return crc;
  }
}
