package io.slotferry.engine.hash;

/**
 * The search in open-addressed tables that are sorted by hash: each hash has a home, and stands
 * there or in the run to its right, in ascending (unsigned) order all through the array; 0 is an
 * empty place, and the array's last one always is.
 */
public final class HashRun {
  /** So far a hash is looked for place by place. */
  private static final int STEPS_MAX = 16;

  private HashRun() {}

  /**
   * Where {@code hash} stands, or would: the first place, from its home on, that is empty or holds
   * none that is smaller.
   */
  public static int lower(int[] hashes, int home, int hash) {
    int at = home;
    int near = at + STEPS_MAX;
    while (isBefore(hashes[at], hash)) {
      if (++at == near) {
        return far(hashes, at, hash);
      }
    }
    return at;
  }

  private static boolean isBefore(int found, int hash) {
    return found != 0 && Integer.compareUnsigned(found, hash) < 0;
  }

  /**
   * The same, in a long run. While a table is filled in the order of the hashes (a copy is), all
   * its elements are one. From a home on, places that are before a hash come first and none comes
   * later: what stands behind an empty place has its home there too. So the end is found by halves.
   */
  private static int far(int[] hashes, int from, int hash) {
    int low = from;
    int high = from;
    for (int step = STEPS_MAX; high < hashes.length && isBefore(hashes[high], hash); step *= 2) {
      low = high + 1;
      high = Math.min(hashes.length, high + step);
    }
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isBefore(hashes[middle], hash)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
