package io.slotferry.server.verify;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the clients of a load count while it runs. Thread: any. */
final class Tally {
  private static final int ERROR_TEXTS_MAX = 20;
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final long NANOS_PER_MICRO = 1_000;

  final LongAdder operations = new LongAdder();
  final LongAdder acknowledged = new LongAdder();
  final LongAdder confirmed = new LongAdder();
  final LongAdder unknown = new LongAdder();
  final LongAdder connectionsLost = new LongAdder();

  private final LongAdder errors = new LongAdder();
  private final Map<String, LongAdder> errorTexts = new ConcurrentHashMap<>();

  /** Microseconds. */
  private final Recorder recent = new Recorder(SIGNIFICANT_DIGITS);

  /** Those that {@link #recent} has given away already. */
  private final Histogram earlier = new Histogram(SIGNIFICANT_DIGITS);

  void error(String text) {
    errors.increment();
    if (errorTexts.size() < ERROR_TEXTS_MAX) {
      errorTexts.computeIfAbsent(text, first -> new LongAdder());
    }
    LongAdder count = errorTexts.get(text);
    if (count != null) {
      count.increment();
    }
  }

  long errors() {
    return errors.sum();
  }

  /** How often the error replies came that came first. */
  Map<String, Long> errorTexts() {
    Map<String, Long> counts = new TreeMap<>();
    errorTexts.forEach((text, count) -> counts.put(text, count.sum()));
    return counts;
  }

  void latency(long nanos) {
    recent.recordValue(Math.max(0, nanos) / NANOS_PER_MICRO);
  }

  /** The latencies since the last call, microseconds. */
  synchronized Histogram recentLatencies() {
    Histogram histogram = recent.getIntervalHistogram();
    earlier.add(histogram);
    return histogram;
  }

  /** All latencies, microseconds. */
  synchronized Histogram latencies() {
    recentLatencies();
    return earlier.copy();
  }
}
