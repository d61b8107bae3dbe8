package io.slotferry.engine.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** MurmurHash64A, by Austin Appleby: what Redis' HyperLogLog hashes its elements with. */
public final class MurmurHash64 {
  private static final long MULTIPLIER = 0xc6a4a7935bd1e995L;
  private static final int SHIFT = 47;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private MurmurHash64() {}

  public static long hash(byte[] bytes, int start, int length, long seed) {
    long hash = seed ^ length * MULTIPLIER;
    int at = start;
    int end = start + length;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      long block = (long) LONG.get(bytes, at) * MULTIPLIER;
      block ^= block >>> SHIFT;
      hash = (hash ^ block * MULTIPLIER) * MULTIPLIER;
    }
    if (at < end) {
      long tail = 0;
      for (int i = end - 1; i >= at; i--) {
        tail = tail << Byte.SIZE | bytes[i] & 0xff;
      }
      hash = (hash ^ tail) * MULTIPLIER;
    }
    hash = (hash ^ hash >>> SHIFT) * MULTIPLIER;
    return hash ^ hash >>> SHIFT;
  }
}
