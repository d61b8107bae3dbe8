package io.slotferry.server.verify;

import io.slotferry.server.verify.Operation.Append;
import io.slotferry.server.verify.Operation.ListRead;
import io.slotferry.server.verify.Operation.Outcome;
import io.slotferry.server.verify.Operation.Read;
import io.slotferry.server.verify.Operation.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Histories as a right server gives them: every command is executed at a moment of its time. */
final class Histories {
  private static final int SESSIONS = 4;
  private static final int STEPS = 12;
  private static final int OVERLAP = 30;

  private Histories() {}

  /** A list's operations, and what it holds at the end. */
  record OfList(List<Operation> operations, List<Long> last) {
    Findings check() {
      return check(last);
    }

    Findings check(List<Long> found) {
      ListHistory history = new ListHistory("list");
      for (Operation operation : operations) {
        switch (operation) {
          case Append append -> history.add(append);
          case ListRead read -> history.add(read);
          default -> throw new AssertionError(operation);
        }
      }
      Findings findings = new Findings();
      history.check(found.stream().mapToLong(Long::longValue).toArray(), findings);
      return findings;
    }

    List<Append> appends(Outcome outcome) {
      return operations.stream()
          .filter(Append.class::isInstance)
          .map(Append.class::cast)
          .filter(append -> append.outcome() == outcome)
          .toList();
    }
  }

  /** A command before it is known what it answers. */
  private record Planned(int session, int number, long from, long at, long to, boolean write) {}

  /** Sessions send one command after the other, beside each other. */
  private static List<Planned> plan(RandomGenerator random) {
    List<Planned> plan = new ArrayList<>();
    for (int session = 1; session <= SESSIONS; session++) {
      long now = random.nextInt(OVERLAP);
      for (int number = 1; number <= STEPS; number++) {
        long at = now + random.nextInt(1, OVERLAP);
        long to = at + random.nextInt(1, OVERLAP);
        plan.add(new Planned(session, number, now, at, to, random.nextInt(3) > 0));
        now = to + random.nextInt(1, OVERLAP);
      }
    }
    plan.sort(Comparator.comparingLong(Planned::at));
    return plan;
  }

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  static OfList ofList(RandomGenerator random) {
    List<Operation> operations = new ArrayList<>();
    List<Long> list = new ArrayList<>();
    for (Planned planned : plan(random)) {
      long element = Operation.written(planned.session(), planned.number());
      if (!planned.write()) {
        long[] seen = list.stream().mapToLong(Long::longValue).toArray();
        operations.add(new ListRead(0, seen, planned.from(), planned.to()));
      } else if (random.nextInt(8) == 0) {
        boolean executed = random.nextBoolean();
        operations.add(new Append(0, element, planned.from(), Operation.NEVER, Outcome.UNKNOWN));
        if (executed) {
          list.add(element);
        }
      } else {
        Outcome outcome = random.nextBoolean() ? Outcome.ACKNOWLEDGED : Outcome.CONFIRMED;
        operations.add(new Append(0, element, planned.from(), planned.to(), outcome));
        list.add(element);
      }
    }
    return new OfList(operations, list);
  }

  static List<Operation> ofRegister(RandomGenerator random) {
    List<Operation> operations = new ArrayList<>();
    long value = Operation.NOTHING;
    for (Planned planned : plan(random)) {
      long written = Operation.written(planned.session(), planned.number());
      if (!planned.write()) {
        operations.add(new Read(0, value, planned.from(), planned.to()));
      } else if (random.nextInt(8) == 0) {
        operations.add(new Write(0, written, planned.from(), Operation.NEVER, Outcome.UNKNOWN));
        value = random.nextBoolean() ? written : value;
      } else {
        operations.add(new Write(0, written, planned.from(), planned.to(), Outcome.ACKNOWLEDGED));
        value = written;
      }
    }
    return operations;
  }

  static Findings checkRegister(List<Operation> operations) {
    RegisterHistory history = new RegisterHistory("register");
    for (Operation operation : operations) {
      switch (operation) {
        case Write write -> history.add(write);
        case Read read -> history.add(read);
        default -> throw new AssertionError(operation);
      }
    }
    Findings findings = new Findings();
    history.check(findings);
    return findings;
  }

  /** All kinds that a check found. */
  static List<Findings.Kind> kinds(Findings findings) {
    return java.util.Arrays.stream(Findings.Kind.values())
        .filter(kind -> findings.count(kind) > 0)
        .toList();
  }
}
