package io.slotferry.engine.hyperloglog;

/**
 * The estimate of a cardinality from the histogram of the registers' values, after Otmar Ertl, "New
 * cardinality estimation algorithms for HyperLogLog sketches" (arXiv:1702.01284). The operations
 * are in Redis' order, so that the estimates are equal to the last digit.
 */
final class Cardinality {
  /** One more than the largest value of a register, which has 6 bits. */
  static final int VALUES = 64;

  /** The bits of the hash whose zeros are counted. */
  private static final int PATTERN_BITS = Long.SIZE - HyperLogLog.INDEX_BITS;

  /** 1 / (2 ln 2). */
  private static final double ALPHA = 0.7213475204444817;

  private Cardinality() {}

  static long estimate(int[] histogram) {
    double registers = HyperLogLog.REGISTERS;
    double z = registers * tau((registers - histogram[PATTERN_BITS + 1]) / registers);
    for (int value = PATTERN_BITS; value >= 1; value--) {
      z = (z + histogram[value]) * 0.5;
    }
    z += registers * sigma(histogram[0] / registers);
    return Math.round(ALPHA * registers * registers / z);
  }

  private static double sigma(double x) {
    if (x == 1) {
      return Double.POSITIVE_INFINITY;
    }
    double power = x;
    double weight = 1;
    double sum = x;
    double before;
    do {
      power *= power;
      before = sum;
      sum += power * weight;
      weight += weight;
    } while (before != sum);
    return sum;
  }

  private static double tau(double x) {
    if (x == 0 || x == 1) {
      return 0;
    }
    double root = x;
    double weight = 1;
    double sum = 1 - x;
    double before;
    do {
      root = Math.sqrt(root);
      before = sum;
      weight *= 0.5;
      sum -= (1 - root) * (1 - root) * weight;
    } while (before != sum);
    return sum / 3;
  }
}
