package io.slotferry.server.verify;

import io.slotferry.server.verify.Findings.Kind;
import io.slotferry.server.verify.Operation.Append;
import io.slotferry.server.verify.Operation.ListRead;
import io.slotferry.server.verify.Operation.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The history of one list that several clients append to. An element is written once, so the list
 * at the end tells the order of all writes, and every earlier read must have seen a beginning of
 * it: that is all that linearizability asks of such a list, and it is checked in linear time.
 *
 * <p>Where a leader's death may cost writes, a read may have seen more behind that beginning.
 */
public final class ListHistory {
  private final String key;
  private final Map<Long, Append> appends = new HashMap<>();
  private final List<ListRead> reads = new ArrayList<>();

  public ListHistory(String key) {
    this.key = key;
  }

  public void add(Append append) {
    appends.put(append.element(), append);
  }

  public void add(ListRead read) {
    reads.add(read);
  }

  /**
   * Checks the history.
   *
   * @param last what the list holds after all
   */
  public void check(long[] last, Findings findings) {
    Set<Long> there = new HashSet<>();
    for (long element : last) {
      there.add(element);
    }
    checkElements(last, Operation.NEVER, findings);
    checkOrder(last, findings);
    for (Append append : appends.values()) {
      if (append.outcome().isAcknowledged() && !there.contains(append.element())) {
        Kind kind = append.outcome() == Outcome.CONFIRMED ? Kind.LOST_CONFIRMED : Kind.LOST;
        findings.add(kind, name(append.element()) + " was acknowledged and is lost");
      }
    }
    Set<Long> lostAfterRead = new HashSet<>();
    for (ListRead read : reads) {
      checkElements(read.elements(), read.answeredNanos(), findings);
      checkBeginning(read, last, there, lostAfterRead, findings);
    }
    for (long element : lostAfterRead) {
      findings.add(Kind.LOST_AFTER_READ, name(element) + " was read and is lost");
    }
  }

  private String name(long element) {
    return key + ": " + Operation.name(element);
  }

  /** Each element once, and none that nobody had sent by then. */
  private void checkElements(long[] elements, long readAnsweredNanos, Findings findings) {
    Set<Long> seen = new HashSet<>();
    for (long element : elements) {
      Append append = appends.get(element);
      if (append == null) {
        findings.add(Kind.PHANTOM, name(element) + " is there and was never sent");
      } else if (append.outcome() == Outcome.REFUSED) {
        findings.add(Kind.PHANTOM, name(element) + " is there and was refused");
      } else if (append.invokedNanos() > readAnsweredNanos) {
        findings.add(Kind.PHANTOM, name(element) + " was read before it was sent");
      }
      if (!seen.add(element)) {
        findings.add(Kind.DUPLICATED, name(element) + " is there twice");
      }
    }
  }

  /** No element stands before one that was acknowledged before it was sent. */
  private void checkOrder(long[] elements, Findings findings) {
    long earliestAnswerNanos = Operation.NEVER;
    long earliest = 0;
    Map<Integer, Long> nextOfSession = new HashMap<>();
    for (int i = elements.length - 1; i >= 0; i--) {
      Append append = appends.get(elements[i]);
      if (append == null) {
        continue;
      }
      if (append.invokedNanos() > earliestAnswerNanos) {
        reordered(append.element(), earliest, findings);
      }
      // What one connection sends is executed in its order, even while nothing is answered.
      Long next = nextOfSession.put(Operation.session(append.element()), append.element());
      if (next != null && next < append.element()) {
        reordered(append.element(), next, findings);
      }
      if (append.answeredNanos() < earliestAnswerNanos) {
        earliestAnswerNanos = append.answeredNanos();
        earliest = append.element();
      }
    }
  }

  private void reordered(long first, long second, Findings findings) {
    findings.add(
        Kind.REORDERED, name(first) + " stands before the earlier " + Operation.name(second));
  }

  /** A read has a beginning of the list, as long as it must be, and behind it only what is lost. */
  private void checkBeginning(
      ListRead read, long[] last, Set<Long> there, Set<Long> lostAfterRead, Findings findings) {
    long[] elements = read.elements();
    int common = 0;
    while (common < Math.min(elements.length, last.length) && elements[common] == last[common]) {
      common++;
    }
    for (int i = common; i < elements.length; i++) {
      if (there.contains(elements[i])) {
        findings.add(
            Kind.REORDERED, name(elements[i]) + " was read where it does not stand at the end");
      } else {
        lostAfterRead.add(elements[i]);
      }
    }
    for (int i = common; i < last.length; i++) {
      Append append = appends.get(last[i]);
      if (append != null
          && append.outcome().isAcknowledged()
          && append.answeredNanos() < read.invokedNanos()) {
        findings.add(Kind.STALE, name(last[i]) + " is missing in a read that began later");
        return;
      }
    }
  }
}
