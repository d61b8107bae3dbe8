package io.slotferry.server.demo;

import io.slotferry.server.verify.Progress;
import io.slotferry.server.verify.Verification;
import java.util.ArrayList;
import java.util.List;

/** What loads are like from moment to moment. Thread: any. */
final class LoadMeter {
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * A moment, or several together.
   *
   * @param operations ended in it
   * @param p99Micros of its moments, the highest
   * @param maxMicros the longest that a command took
   * @param errors error replies, broken connections included
   * @param unknown writes of unknown fate
   */
  record Sample(
      double seconds, long operations, long p99Micros, long maxMicros, long errors, long unknown) {
    static final Sample NONE = new Sample(0, 0, 0, 0, 0, 0);

    double operationsPerSecond() {
      return seconds == 0 ? 0 : operations / seconds;
    }

    Sample and(Sample other) {
      return new Sample(
          seconds + other.seconds,
          operations + other.operations,
          Math.max(p99Micros, other.p99Micros),
          Math.max(maxMicros, other.maxMicros),
          errors + other.errors,
          unknown + other.unknown);
    }
  }

  private final List<Verification> loads;
  private final List<Sample> samples = new ArrayList<>();
  private Sample earlier = Sample.NONE;
  private long lastNanos = System.nanoTime();

  /** Begins to measure loads that have just started. */
  LoadMeter(List<Verification> loads) {
    this.loads = List.copyOf(loads);
  }

  /** Takes a sample of the time since the last one. */
  synchronized Sample sample() {
    long now = System.nanoTime();
    Sample total = new Sample(0, 0, 0, 0, 0, 0);
    for (Verification load : loads) {
      Progress progress = load.progress();
      total =
          total.and(
              new Sample(
                  0,
                  progress.operations(),
                  progress.p99Micros(),
                  progress.maxMicros(),
                  progress.errors() + progress.connectionsLost(),
                  progress.unknown()));
    }
    Sample sample =
        new Sample(
            (now - lastNanos) / NANOS_PER_SECOND,
            total.operations - earlier.operations,
            total.p99Micros,
            total.maxMicros,
            total.errors - earlier.errors,
            total.unknown - earlier.unknown);
    earlier = total;
    lastNanos = now;
    samples.add(sample);
    return sample;
  }

  /** How many samples there are. */
  synchronized int size() {
    return samples.size();
  }

  /** All samples from the one with this number on, as one. */
  synchronized Sample since(int number) {
    return samples.subList(number, samples.size()).stream().reduce(Sample.NONE, Sample::and);
  }

  /** The last samples, at most so many. */
  synchronized List<Sample> last(int count) {
    return List.copyOf(samples.subList(Math.max(0, samples.size() - count), samples.size()));
  }
}
