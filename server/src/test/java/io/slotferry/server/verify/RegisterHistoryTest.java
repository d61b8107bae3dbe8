package io.slotferry.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.verify.Findings.Kind;
import io.slotferry.server.verify.Operation.Outcome;
import io.slotferry.server.verify.Operation.Read;
import io.slotferry.server.verify.Operation.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RegisterHistoryTest {
  private static final int SEEDS = 2_000;
  private static final long A = Operation.written(1, 1);
  private static final long B = Operation.written(2, 1);

  private static Write write(long value, long from, long to) {
    Outcome outcome = to == Operation.NEVER ? Outcome.UNKNOWN : Outcome.ACKNOWLEDGED;
    return new Write(0, value, from, to, outcome);
  }

  private static Read read(long value, long from, long to) {
    return new Read(0, value, from, to);
  }

  private static List<Kind> found(Operation... operations) {
    return Histories.kinds(Histories.checkRegister(List.of(operations)));
  }

  @Test
  void knownGood() {
    assertThat(found(read(Operation.NOTHING, 0, 1), write(A, 2, 3), read(A, 4, 5))).isEmpty();
    assertThat(found(write(A, 0, 9), read(Operation.NOTHING, 1, 2), read(A, 3, 4))).isEmpty();
    assertThat(found(write(A, 0, 9), write(B, 0, 9), read(B, 1, 2), read(A, 3, 4))).isEmpty();
    // Of unknown fate: executed late, or never.
    assertThat(found(write(A, 0, Operation.NEVER), read(Operation.NOTHING, 5, 6), read(A, 7, 8)))
        .isEmpty();
    assertThat(found(write(A, 0, Operation.NEVER), write(B, 1, 2), read(B, 3, 4))).isEmpty();
  }

  @Test
  void knownBad() {
    // Read too early, stale, back again, lost, and from nowhere.
    assertThat(found(write(A, 5, 6), read(A, 1, 2))).containsExactly(Kind.PHANTOM);
    assertThat(found(write(A, 0, 1), write(B, 2, 3), read(A, 4, 5)))
        .containsExactly(Kind.NOT_LINEARIZABLE);
    assertThat(found(write(A, 0, 9), read(A, 1, 2), read(Operation.NOTHING, 3, 4)))
        .containsExactly(Kind.NOT_LINEARIZABLE);
    assertThat(found(write(A, 0, 1), write(B, 2, 9), read(B, 3, 4), read(A, 5, 6)))
        .containsExactly(Kind.NOT_LINEARIZABLE);
    assertThat(found(write(A, 0, 1), read(Operation.NOTHING, 2, 3)))
        .containsExactly(Kind.NOT_LINEARIZABLE);
    assertThat(found(write(A, 0, 1), read(B, 2, 3))).containsExactly(Kind.PHANTOM);
    assertThat(found(new Write(0, A, 0, 1, Outcome.REFUSED), read(A, 2, 3)))
        .containsExactly(Kind.PHANTOM);
  }

  @Test
  void nothingIsFoundInRightHistories() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Findings findings = Histories.checkRegister(Histories.ofRegister(Histories.random(seed)));
      assertThat(Histories.kinds(findings)).as("seed %d", seed).isEmpty();
    }
  }

  /** A search through all orders, which small histories allow, comes to the same. */
  @Test
  void decidesAsASearchDoes() {
    int right = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      List<Operation> operations = anything(Histories.random(seed));
      boolean linearizable = isLinearizable(operations, Operation.NOTHING);
      assertThat(Histories.kinds(Histories.checkRegister(operations)).isEmpty())
          .as("seed %d: %s", seed, operations)
          .isEqualTo(linearizable);
      right += linearizable ? 1 : 0;
    }
    assertThat(right).isBetween(SEEDS / 10, SEEDS * 9 / 10);
  }

  /** Up to seven operations with any times and values. */
  private static List<Operation> anything(RandomGenerator random) {
    List<Operation> operations = new ArrayList<>();
    int writes = random.nextInt(1, 4);
    // Moments are all different, as those of a clock are.
    List<Long> moments = new ArrayList<>();
    for (long i = 0; i < 40; i++) {
      moments.add(i);
    }
    java.util.Collections.shuffle(moments, java.util.Random.from(random));
    for (int i = 0; i < writes + random.nextInt(1, 5); i++) {
      long from = Math.min(moments.get(2 * i), moments.get(2 * i + 1));
      long to = Math.max(moments.get(2 * i), moments.get(2 * i + 1));
      if (i < writes) {
        boolean unknown = random.nextInt(4) == 0;
        operations.add(write(i + 1, from, unknown ? Operation.NEVER : to));
      } else {
        operations.add(read(random.nextInt(writes + 1), from, to));
      }
    }
    return operations;
  }

  private static boolean isLinearizable(List<Operation> left, long value) {
    if (left.stream().allMatch(operation -> to(operation) == Operation.NEVER)) {
      return true;
    }
    long firstEnd = left.stream().mapToLong(RegisterHistoryTest::to).min().orElseThrow();
    for (Operation next : left) {
      if (from(next) > firstEnd || next instanceof Read read && read.value() != value) {
        continue;
      }
      List<Operation> rest = new ArrayList<>(left);
      rest.remove(next);
      if (isLinearizable(rest, next instanceof Write write ? write.value() : value)) {
        return true;
      }
    }
    return false;
  }

  private static long from(Operation operation) {
    return operation instanceof Write write
        ? write.invokedNanos()
        : ((Read) operation).invokedNanos();
  }

  private static long to(Operation operation) {
    return operation instanceof Write write
        ? write.answeredNanos()
        : ((Read) operation).answeredNanos();
  }
}
