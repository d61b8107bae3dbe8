package io.slotferry.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.verify.Findings.Kind;
import io.slotferry.server.verify.Histories.OfList;
import io.slotferry.server.verify.Operation.Append;
import io.slotferry.server.verify.Operation.ListRead;
import io.slotferry.server.verify.Operation.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Right histories are right, and each way to spoil one is found. */
class ListHistoryTest {
  private static final int SEEDS = 2_000;

  /** Something that a server may do wrong; null where the history gives no occasion for it. */
  private interface Fault {
    Findings spoil(OfList history, RandomGenerator random);
  }

  private static void isFound(Kind kind, Fault fault) {
    int occasions = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = Histories.random(seed);
      Findings findings = fault.spoil(Histories.ofList(random), random);
      if (findings != null) {
        occasions++;
        assertThat(findings.count(kind)).as("%s, seed %d", kind, seed).isPositive();
      }
    }
    assertThat(occasions).isGreaterThan(SEEDS / 10);
  }

  @Test
  void nothingIsFoundInRightHistories() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Findings findings = Histories.ofList(Histories.random(seed)).check();
      assertThat(Histories.kinds(findings)).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void aLostElementIsFound() {
    isFound(Kind.LOST, (history, random) -> without(history, Outcome.ACKNOWLEDGED, random));
    isFound(Kind.LOST_CONFIRMED, (history, random) -> without(history, Outcome.CONFIRMED, random));
  }

  private static Findings without(OfList history, Outcome outcome, RandomGenerator random) {
    List<Append> candidates = history.appends(outcome);
    if (candidates.isEmpty()) {
      return null;
    }
    List<Long> last = new ArrayList<>(history.last());
    last.remove(candidates.get(random.nextInt(candidates.size())).element());
    return history.check(last);
  }

  @Test
  void aLostElementThatWasReadIsFound() {
    isFound(
        Kind.LOST_AFTER_READ,
        (history, _) -> {
          List<ListRead> reads = reads(history);
          if (reads.isEmpty() || reads.getLast().elements().length == 0) {
            return null;
          }
          List<Long> last = new ArrayList<>(history.last());
          last.remove((Object) reads.getLast().elements()[0]);
          return history.check(last);
        });
  }

  @Test
  void aDoubledElementIsFound() {
    isFound(
        Kind.DUPLICATED,
        (history, random) -> {
          List<Long> last = new ArrayList<>(history.last());
          last.add(last.get(random.nextInt(last.size())));
          return history.check(last);
        });
  }

  @Test
  void anElementThatNobodySentIsFound() {
    isFound(
        Kind.PHANTOM,
        (history, random) -> {
          List<Long> last = new ArrayList<>(history.last());
          last.add(random.nextInt(last.size()), Operation.written(9, 1));
          return history.check(last);
        });
  }

  @Test
  void anElementThatWasRefusedIsFound() {
    isFound(
        Kind.PHANTOM,
        (history, random) -> {
          List<Append> appends = history.appends(Outcome.ACKNOWLEDGED);
          if (appends.isEmpty()) {
            return null;
          }
          Append append = appends.get(random.nextInt(appends.size()));
          List<Operation> operations = new ArrayList<>(history.operations());
          operations.set(
              operations.indexOf(append),
              new Append(
                  0,
                  append.element(),
                  append.invokedNanos(),
                  append.answeredNanos(),
                  Outcome.REFUSED));
          return new OfList(operations, history.last()).check();
        });
  }

  @Test
  void twoElementsOfASessionInTheWrongOrderAreFound() {
    isFound(
        Kind.REORDERED,
        (history, _) -> {
          List<Long> last = new ArrayList<>(history.last());
          for (int i = 0; i < last.size(); i++) {
            for (int k = i + 1; k < last.size(); k++) {
              if (Operation.session(last.get(i)) == Operation.session(last.get(k))) {
                Collections.swap(last, i, k);
                return history.check(last);
              }
            }
          }
          return null;
        });
  }

  /** Of two sessions, so that only the times tell which was first. */
  @Test
  void anElementBehindOneThatCameLaterIsFound() {
    isFound(
        Kind.REORDERED,
        (history, _) -> {
          List<Append> appends = new ArrayList<>(history.appends(Outcome.ACKNOWLEDGED));
          for (Append first : appends) {
            for (Append later : appends) {
              if (first.answeredNanos() < later.invokedNanos()
                  && Operation.session(first.element()) != Operation.session(later.element())) {
                List<Long> last = new ArrayList<>(history.last());
                last.remove(first.element());
                last.add(last.indexOf(later.element()) + 1, first.element());
                return history.check(last);
              }
            }
          }
          return null;
        });
  }

  @Test
  void aReadWithoutWhatWasAcknowledgedIsFound() {
    isFound(
        Kind.STALE,
        (history, _) -> {
          for (ListRead read : reads(history)) {
            Set<Long> seen =
                java.util.Arrays.stream(read.elements()).boxed().collect(Collectors.toSet());
            boolean hasEarlier =
                history.operations().stream()
                    .anyMatch(operation ->
                        operation instanceof Append append
                            && append.outcome().isAcknowledged()
                            && append.answeredNanos() < read.invokedNanos()
                            && seen.contains(append.element()));
            if (hasEarlier) {
              return withRead(history, read, new long[0]);
            }
          }
          return null;
        });
  }

  @Test
  void aReadInAnotherOrderIsFound() {
    isFound(
        Kind.REORDERED,
        (history, _) -> {
          for (ListRead read : reads(history)) {
            long[] elements = read.elements().clone();
            if (elements.length > 1) {
              long first = elements[0];
              elements[0] = elements[1];
              elements[1] = first;
              return withRead(history, read, elements);
            }
          }
          return null;
        });
  }

  /** A leader's death took what only it had: all are the end of the list as it was. */
  @Test
  void whatADeathTakesIsLostAndNothingElseIsWrong() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = Histories.random(seed);
      OfList history = Histories.ofList(random);
      List<Long> last = history.last().subList(0, random.nextInt(history.last().size()));
      assertThat(Histories.kinds(history.check(last)))
          .as("seed %d", seed)
          .isSubsetOf(Kind.LOST, Kind.LOST_AFTER_READ, Kind.LOST_CONFIRMED);
    }
  }

  private static List<ListRead> reads(OfList history) {
    return history.operations().stream()
        .filter(ListRead.class::isInstance)
        .map(ListRead.class::cast)
        .toList();
  }

  private static Findings withRead(OfList history, ListRead read, long[] elements) {
    List<Operation> operations = new ArrayList<>(history.operations());
    operations.set(
        operations.indexOf(read),
        new ListRead(0, elements, read.invokedNanos(), read.answeredNanos()));
    return new OfList(operations, history.last()).check();
  }
}
