package io.slotferry.engine.hyperloglog;

/**
 * The registers as 6-bit numbers one after the other, the first in the lowest bits of the first
 * byte: four registers in three bytes.
 */
final class DenseRegisters {
  static final int BYTES = HyperLogLog.REGISTERS * 6 / 8;

  private static final int REGISTER_MASK = 63;
  private static final int GROUP = 4;
  private static final int GROUP_BYTES = 3;

  private DenseRegisters() {}

  private static int group(byte[] bytes, int at) {
    return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16;
  }

  static int get(byte[] bytes, int start, int index) {
    int group = group(bytes, start + index / GROUP * GROUP_BYTES);
    return group >>> index % GROUP * 6 & REGISTER_MASK;
  }

  static void set(byte[] bytes, int start, int index, int value) {
    int at = start + index / GROUP * GROUP_BYTES;
    int shift = index % GROUP * 6;
    int group = group(bytes, at) & ~(REGISTER_MASK << shift) | value << shift;
    bytes[at] = (byte) group;
    bytes[at + 1] = (byte) (group >>> 8);
    bytes[at + 2] = (byte) (group >>> 16);
  }

  static void addTo(int[] histogram, byte[] bytes, int start) {
    for (int at = start; at < start + BYTES; at += GROUP_BYTES) {
      int group = group(bytes, at);
      histogram[group & REGISTER_MASK]++;
      histogram[group >>> 6 & REGISTER_MASK]++;
      histogram[group >>> 12 & REGISTER_MASK]++;
      histogram[group >>> 18]++;
    }
  }

  /** Raises each of {@code registers} to the value it has here, if that is higher. */
  static void mergeInto(byte[] registers, byte[] bytes, int start) {
    int index = 0;
    for (int at = start; at < start + BYTES; at += GROUP_BYTES) {
      int group = group(bytes, at);
      for (int i = 0; i < GROUP; i++, index++) {
        registers[index] = (byte) Math.max(registers[index], group & REGISTER_MASK);
        group >>>= 6;
      }
    }
  }
}
