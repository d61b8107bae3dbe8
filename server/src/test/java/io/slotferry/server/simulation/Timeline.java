package io.slotferry.server.simulation;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** True time, and chance. Whatever happens is an event here, one after the other. */
final class Timeline {
  private record Event(long atMillis, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private static final Long REPLAYED = Long.getLong("simulation.seed");

  final RandomGenerator random;
  private final boolean told;
  private final PriorityQueue<Event> events = new PriorityQueue<>(256);
  private long nowMillis;
  private long order;
  private long happened;

  Timeline(long seed) {
    random = new SplittableRandom(seed);
    told = REPLAYED != null && REPLAYED == seed;
  }

  /** Milliseconds since the simulation began. */
  long nowMillis() {
    return nowMillis;
  }

  /** Grows with every event: orders what happens in the same millisecond, too. */
  long moment() {
    return happened;
  }

  void after(long millis, Runnable action) {
    events.add(new Event(nowMillis + Math.max(0, millis), order++, action));
  }

  /** Lets so much time pass. */
  void pass(long millis) {
    long end = nowMillis + millis;
    for (Event next = events.peek(); next != null && next.atMillis <= end; next = events.peek()) {
      events.remove();
      nowMillis = next.atMillis;
      happened++;
      next.action.run();
    }
    nowMillis = end;
  }

  /** Tells what happens, when one seed is replayed. */
  @SuppressWarnings("AnnotateFormatMethod")
  void tell(String what, Object... arguments) {
    if (told) {
      System.out.printf("%6d  %s%n", nowMillis, what.formatted(arguments));
    }
  }

  /** Whether something happens that happens once in so many times. */
  boolean once(int in) {
    return random.nextInt(in) == 0;
  }
}
