package io.slotferry.engine.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A member with its score in one array: eight bytes of score, then the member. The score is written
 * so that the order of the bytes (unsigned) is the order of the numbers; hence the order of whole
 * entries as bytes is that of a sorted set: by score, then by member.
 */
final class ScoredEntry {
  /** Bytes of the score. */
  static final int SCORE_BYTES = Long.BYTES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private ScoredEntry() {}

  static byte[] of(double score, byte[] member, int start, int length) {
    byte[] entry = new byte[SCORE_BYTES + length];
    LONG.set(entry, 0, sortable(score));
    System.arraycopy(member, start, entry, SCORE_BYTES, length);
    return entry;
  }

  /** What is not above any entry of this score; with {@code after}, not below any either. */
  static byte[] bound(double score, boolean after) {
    byte[] bound = new byte[SCORE_BYTES];
    LONG.set(bound, 0, sortable(score) + (after ? 1 : 0));
    return bound;
  }

  /** The score of the entry that begins at {@code at}. */
  static double score(byte[] bytes, int at) {
    long sortable = (long) LONG.get(bytes, at);
    return Double.longBitsToDouble(sortable ^ (~sortable >> 63 | Long.MIN_VALUE));
  }

  /**
   * A number in the order of the scores; 0 for a bound that is compared from another byte than the
   * first on, and so has no score.
   */
  static long rank(byte[] bytes, int from) {
    return from == 0 ? (long) LONG.get(bytes, 0) ^ Long.MIN_VALUE : 0;
  }

  private static long sortable(double score) {
    // Adding 0 makes -0.0 equal to 0.0, as the numbers are.
    long bits = Double.doubleToRawLongBits(score + 0.0);
    return bits ^ (bits >> 63 | Long.MIN_VALUE);
  }
}
