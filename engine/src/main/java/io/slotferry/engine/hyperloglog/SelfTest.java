package io.slotferry.engine.hyperloglog;

import io.slotferry.engine.hyperloglog.HyperLogLog.Change;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What PFSELFTEST tries: whether registers keep what they are given, and whether estimates, dense
 * and sparse, are equal and near the truth. Redis' own goes on to ten million elements; a shard's
 * loop can wait for a hundredth of them.
 */
public final class SelfTest {
  private static final int REGISTER_ROUNDS = 10;
  private static final int ELEMENTS = 100_000;

  /** Redis allows six standard errors. */
  private static final double RELATIVE_ERROR_MAX = 6 * 1.04 / Math.sqrt(HyperLogLog.REGISTERS);

  private SelfTest() {}

  /** What has failed, or null. */
  public static @Nullable String run(RandomGenerator random) {
    String failure = null;
    for (int round = 0; round < REGISTER_ROUNDS && failure == null; round++) {
      failure = registers(random);
    }
    return failure == null ? estimates(random.nextLong()) : failure;
  }

  private static @Nullable String registers(RandomGenerator random) {
    byte[] dense = new byte[DenseRegisters.BYTES];
    byte[] expected = new byte[HyperLogLog.REGISTERS];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (byte) random.nextInt(Cardinality.VALUES);
      DenseRegisters.set(dense, 0, i, expected[i]);
    }
    for (int i = 0; i < expected.length; i++) {
      int value = DenseRegisters.get(dense, 0, i);
      if (value != expected[i]) {
        return "Register " + i + " should be " + expected[i] + " but is " + value;
      }
    }
    return null;
  }

  private static @Nullable String estimates(long seed) {
    HyperLogLog dense = HyperLogLog.empty(HyperLogLog.SPARSE_BYTES_MAX);
    dense.toDense();
    HyperLogLog sparse = HyperLogLog.empty(HyperLogLog.SPARSE_BYTES_MAX);
    int checkpoint = 1;
    byte[] element = new byte[Long.BYTES];
    for (int added = 1; added <= ELEMENTS; added++) {
      long number = added ^ seed;
      for (int i = 0; i < element.length; i++) {
        element[i] = (byte) (number >>> i * Byte.SIZE);
      }
      Change change = dense.add(element, 0, element.length);
      if (sparse.add(element, 0, element.length) != change) {
        return "dense/sparse disagree";
      }
      if (added == checkpoint) {
        String failure = check(added, dense.count(), sparse.count());
        if (failure != null) {
          return failure;
        }
        checkpoint *= 10;
      }
    }
    return null;
  }

  private static @Nullable String check(int elements, long dense, long sparse) {
    if (dense != sparse) {
      return "dense/sparse disagree";
    }
    long error = Math.abs(elements - dense);
    return error > Math.ceil(RELATIVE_ERROR_MAX * elements)
        ? "Too big error. card:" + elements + " abserr:" + error
        : null;
  }
}
