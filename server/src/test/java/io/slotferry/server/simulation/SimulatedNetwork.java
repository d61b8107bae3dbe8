package io.slotferry.server.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The bus between processes: it delays what it carries, and when it is disturbed it reorders, loses
 * and doubles it, too. Each direction between two processes can be cut by itself.
 */
final class SimulatedNetwork {
  private static final int DELAY_MILLIS_MAX = 3;
  private static final int DISTURBED_DELAY_MILLIS_MAX = 60;
  private static final int LATE_MILLIS_MAX = 1_500;
  private static final int LATE_ONCE_IN = 40;

  private record Direction(String from, String to) {}

  private final Timeline timeline;
  private final Set<Direction> cuts = new HashSet<>();

  /** When what was sent last in each direction arrives: an undisturbed bus keeps the order. */
  private final Map<Direction, Long> arrivals = new HashMap<>();

  private double loss;

  SimulatedNetwork(Timeline timeline) {
    this.timeline = timeline;
  }

  /** From now on this share of messages is lost, a third of it doubled, and delays grow. */
  void disturb(double loss) {
    this.loss = loss;
  }

  void cut(String from, String to) {
    cuts.add(new Direction(from, to));
  }

  void heal() {
    cuts.clear();
    loss = 0;
  }

  void healCuts() {
    cuts.clear();
  }

  boolean reaches(String from, String to) {
    return cuts.isEmpty() || !cuts.contains(new Direction(from, to));
  }

  /** Sends a message that may be lost, or arrive twice. */
  void send(String from, String to, Runnable arrival) {
    if (!reaches(from, to)) {
      return;
    }
    if (loss == 0) {
      long atMillis = timeline.nowMillis() + delayMillis();
      atMillis = arrivals.merge(new Direction(from, to), atMillis, Math::max);
      timeline.after(atMillis - timeline.nowMillis(), arrival);
    } else if (timeline.random.nextDouble() >= loss) {
      timeline.after(delayMillis(), arrival);
    }
    if (loss > 0 && timeline.random.nextDouble() < loss / 3) {
      timeline.after(delayMillis(), arrival);
    }
  }

  /** Sends over a link that repeats what is lost: once, late, or (when cut) never. */
  void sendOnce(String from, String to, Runnable arrival) {
    if (reaches(from, to)) {
      timeline.after(delayMillis(), arrival);
    }
  }

  /** How long a message takes. */
  long delayMillis() {
    if (loss == 0) {
      return 1L + timeline.random.nextInt(DELAY_MILLIS_MAX);
    }
    int max = timeline.once(LATE_ONCE_IN) ? LATE_MILLIS_MAX : DISTURBED_DELAY_MILLIS_MAX;
    return 1L + timeline.random.nextInt(max);
  }
}
