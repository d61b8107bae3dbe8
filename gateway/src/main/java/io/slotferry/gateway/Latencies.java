package io.slotferry.gateway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Events that took longer than the threshold: by event, one sample a second. Thread: any. */
final class Latencies {
  private static final int SAMPLES_MAX = 160;

  /** What happened in a second, at its worst. */
  record Sample(long seconds, long millis) {}

  /** What is kept of an event. */
  record Event(String name, List<Sample> samples, long maxMillis) {
    Sample latest() {
      return samples.getLast();
    }
  }

  private static final class Series {
    final ArrayDeque<Sample> samples = new ArrayDeque<>();
    long maxMillis;
  }

  private final Map<String, Series> events = new TreeMap<>();

  synchronized void add(String event, long millis, long seconds) {
    Series series = events.computeIfAbsent(event, first -> new Series());
    series.maxMillis = Math.max(series.maxMillis, millis);
    Sample last = series.samples.peekLast();
    if (last != null && last.seconds() == seconds) {
      series.samples.removeLast();
      series.samples.addLast(new Sample(seconds, Math.max(millis, last.millis())));
      return;
    }
    series.samples.addLast(new Sample(seconds, millis));
    if (series.samples.size() > SAMPLES_MAX) {
      series.samples.removeFirst();
    }
  }

  /** By name. */
  synchronized List<Event> events() {
    List<Event> all = new ArrayList<>();
    events.forEach(
        (name, series) -> all.add(new Event(name, List.copyOf(series.samples), series.maxMillis)));
    return all;
  }

  /** Forgets an event; false when there is none of the name. */
  synchronized boolean forget(String event) {
    return events.remove(event) != null;
  }
}
