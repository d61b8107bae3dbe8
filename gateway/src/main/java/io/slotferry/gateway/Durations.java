package io.slotferry.gateway;

import java.util.Map;
import java.util.TreeMap;

/**
 * A distribution of durations: each power of two of nanoseconds in eight parts, so that a
 * percentile is right by some 12 %. Thread: one writes, others may read older values.
 */
final class Durations {
  private static final int PART_BITS = 3;
  private static final int PARTS = 1 << PART_BITS;

  private final long[] counts = new long[Long.SIZE * PARTS];

  void add(long nanos, long weight) {
    counts[place(nanos)] += weight;
  }

  private static int place(long nanos) {
    long value = Math.max(nanos, PARTS);
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
    return power * PARTS + (int) (value >>> power - PART_BITS & PARTS - 1);
  }

  /** The greatest duration that is counted at a place. */
  private static long upTo(int place) {
    int power = place / PARTS;
    long part = (long) PARTS + place % PARTS;
    return (part + 1 << (power - PART_BITS)) - 1;
  }

  void addAll(Durations other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  long count() {
    long count = 0;
    for (long each : counts) {
      count += each;
    }
    return count;
  }

  /** A duration that so many percent do not exceed, nanoseconds. */
  long percentile(double percent) {
    long wanted = Math.max(1, (long) Math.ceil(count() * percent / 100));
    long seen = 0;
    for (int place = 0; place < counts.length; place++) {
      seen += counts[place];
      if (seen >= wanted) {
        return upTo(place);
      }
    }
    return 0;
  }

  /** How many took no longer than each power of two of microseconds, where that number grows. */
  Map<Long, Long> byPowerOfTwoMicros() {
    Map<Long, Long> cumulative = new TreeMap<>();
    long seen = 0;
    long micros = 1;
    for (int place = 0; place < counts.length; place++) {
      if (counts[place] > 0) {
        while (micros * 1000 < upTo(place)) {
          micros *= 2;
        }
        seen += counts[place];
        cumulative.put(micros, seen);
      }
    }
    return cumulative;
  }
}
