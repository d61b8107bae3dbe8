package io.slotferry.engine.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 32-bit hash of a key. It orders the keys of a table, so that the cursors of SCAN and of a
 * partition sync are hash values: every copy of a shard, on whatever machine, computes the same,
 * and changing this function changes the protocol between nodes.
 */
public final class KeyHash {
  /** What is below every key's hash: no key hashes to it. */
  public static final int BEFORE_FIRST = 0;

  /** The greatest hash (unsigned): whoever has come this far has seen every key. */
  public static final int LAST = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long FACTOR = 0xD6E8FEB86659FD93L;

  private KeyHash() {}

  /** The hash of {@code buffer[start, start + length)}, unsigned; never {@link #BEFORE_FIRST}. */
  public static int hash(byte[] buffer, int start, int length) {
    long state = SEED + length * FACTOR;
    int end = start + length;
    if (length >= Long.BYTES) {
      int lastWord = end - Long.BYTES;
      for (int at = start; at < lastWord; at += Long.BYTES) {
        state = fold(state ^ (long) LONG.get(buffer, at));
      }
      // The last word overlaps the one before it, which saves a loop over single bytes.
      state = fold(state ^ (long) LONG.get(buffer, lastWord));
    } else if (length >= Integer.BYTES) {
      long low = (int) INT.get(buffer, start) & 0xffffffffL;
      long high = (int) INT.get(buffer, end - Integer.BYTES);
      state = fold(state ^ (high << 32 | low));
    } else if (length > 0) {
      int middle = start + (length >>> 1);
      state =
          fold(
              state
                  ^ ((buffer[start] & 0xff) << 16
                      | (buffer[middle] & 0xff) << 8
                      | (buffer[end - 1] & 0xff)));
    }
    state = fold(state);
    int hash = (int) (state >>> 32);
    return hash == BEFORE_FIRST ? 1 : hash;
  }

  /** Both halves of the 128-bit product: every bit of the input reaches every bit of the result. */
  private static long fold(long value) {
    return Math.multiplyHigh(value, FACTOR) ^ value * FACTOR ^ value >>> 29;
  }
}
