package io.slotferry.replication;

import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * Virtual time and a bus that loses, doubles and delays (hence reorders) what it carries, when
 * disturbed.
 */
final class SimulatedNetwork implements TimeSource {
  /** Takes what arrives at a node. */
  @FunctionalInterface
  interface Receiver {
    void received(byte[] frame);
  }

  private record Event(long atMillis, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private static final long DELAY_MILLIS = 2;
  private static final long DISTURBED_DELAY_MILLIS_MAX = 40;

  private final RandomGenerator random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Map<String, Receiver> receivers = new HashMap<>();
  private long nowMillis = 1_000_000;
  private long order;
  private double loss;

  SimulatedNetwork(RandomGenerator random) {
    this.random = random;
  }

  void attach(String node, Receiver receiver) {
    receivers.put(node, receiver);
  }

  void detach(String node) {
    receivers.remove(node);
  }

  /** From now on this share of frames is lost, a third of it doubled, and delays grow. */
  void disturb(double loss) {
    this.loss = loss;
  }

  void send(String to, byte[] frame) {
    if (random.nextDouble() >= loss) {
      deliver(to, frame);
    }
    if (random.nextDouble() < loss / 3) {
      deliver(to, frame);
    }
  }

  private void deliver(String to, byte[] frame) {
    byte[] carried = frame.clone();
    after(
        loss > 0 ? 1 + random.nextLong(DISTURBED_DELAY_MILLIS_MAX) : DELAY_MILLIS,
        () -> {
          Receiver receiver = receivers.get(to);
          if (receiver != null) {
            receiver.received(carried);
          }
        });
  }

  void after(long millis, Runnable action) {
    events.add(new Event(nowMillis + millis, order++, action));
  }

  /** Lets so much time pass. */
  void run(long millis) {
    long end = nowMillis + millis;
    while (!events.isEmpty() && events.peek().atMillis <= end) {
      Event event = events.remove();
      nowMillis = Math.max(nowMillis, event.atMillis);
      event.action.run();
    }
    nowMillis = end;
  }

  @Override
  public long wallMillis() {
    return nowMillis;
  }

  @Override
  public long monotonicMillis() {
    return nowMillis;
  }
}
