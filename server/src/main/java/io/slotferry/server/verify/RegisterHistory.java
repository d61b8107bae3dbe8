package io.slotferry.server.verify;

import io.slotferry.server.verify.Findings.Kind;
import io.slotferry.server.verify.Operation.Outcome;
import io.slotferry.server.verify.Operation.Read;
import io.slotferry.server.verify.Operation.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The history of one register that several clients set and get. As no value is written twice, every
 * read names its write, and linearizability is decided without a search (Gibbons and Korach,
 * "Testing shared memories", SIAM Journal on Computing 1997). A write and its reads are a cluster:
 *
 * <pre>
 *   f: the first answer in it        s: the last beginning in it
 *   f &lt; s: from f to s the register holds that value and no other    (a forward zone)
 *   else:  it may hold it at any one moment from s to f               (a backward zone)
 * </pre>
 *
 * <p>The history is linearizable when no two forward zones overlap, and none contains a backward
 * zone.
 */
public final class RegisterHistory {
  private final String key;
  private final Map<Long, Write> writes = new HashMap<>();
  private final List<Read> reads = new ArrayList<>();

  public RegisterHistory(String key) {
    this.key = key;
  }

  public void add(Write write) {
    writes.put(write.value(), write);
  }

  public void add(Read read) {
    reads.add(read);
  }

  /** A write and its reads, as far as they bound when the register held the value. */
  private static final class Cluster {
    final long value;
    long firstAnswerNanos;
    long lastBeginningNanos;

    Cluster(long value, long beginningNanos, long answerNanos) {
      this.value = value;
      this.lastBeginningNanos = beginningNanos;
      this.firstAnswerNanos = answerNanos;
    }

    void add(Read read) {
      firstAnswerNanos = Math.min(firstAnswerNanos, read.answeredNanos());
      lastBeginningNanos = Math.max(lastBeginningNanos, read.invokedNanos());
    }

    boolean isForward() {
      return firstAnswerNanos < lastBeginningNanos;
    }
  }

  public void check(Findings findings) {
    List<Cluster> forward = new ArrayList<>();
    List<Cluster> backward = new ArrayList<>();
    for (Cluster cluster : clusters(findings)) {
      (cluster.isForward() ? forward : backward).add(cluster);
    }
    forward.sort(Comparator.comparingLong(cluster -> cluster.firstAnswerNanos));
    List<Cluster> apart = new ArrayList<>();
    for (Cluster cluster : forward) {
      if (!apart.isEmpty() && cluster.firstAnswerNanos < apart.getLast().lastBeginningNanos) {
        conflict(apart.getLast(), cluster, findings);
        if (cluster.lastBeginningNanos <= apart.getLast().lastBeginningNanos) {
          continue;
        }
      }
      apart.add(cluster);
    }
    for (Cluster inner : backward) {
      Cluster outer = lastBefore(apart, inner.lastBeginningNanos);
      if (outer != null && inner.firstAnswerNanos < outer.lastBeginningNanos) {
        conflict(outer, inner, findings);
      }
    }
  }

  private Iterable<Cluster> clusters(Findings findings) {
    Map<Long, Cluster> clusters = new HashMap<>();
    for (Read read : reads) {
      long value = read.value();
      Write write = writes.get(value);
      if (value != Operation.NOTHING && isPhantom(value, write, read, findings)) {
        continue;
      }
      clusters.computeIfAbsent(value, first -> start(value, write)).add(read);
    }
    for (Write write : writes.values()) {
      // One that nobody read and nobody acknowledged can be left out of every order.
      if (write.outcome().isAcknowledged()) {
        clusters.computeIfAbsent(write.value(), first -> start(write.value(), write));
      }
    }
    return clusters.values();
  }

  /** What was there before the first write was written before all that happened. */
  private static Cluster start(long value, @Nullable Write write) {
    return write == null
        ? new Cluster(value, Long.MIN_VALUE, Long.MIN_VALUE)
        : new Cluster(value, write.invokedNanos(), write.answeredNanos());
  }

  private boolean isPhantom(long value, @Nullable Write write, Read read, Findings findings) {
    String problem =
        write == null
            ? "was never written"
            : write.outcome() == Outcome.REFUSED
                ? "was refused"
                : write.invokedNanos() > read.answeredNanos() ? "had not been sent yet" : null;
    if (problem != null) {
      findings.add(Kind.PHANTOM, key + ": " + Operation.name(value) + " was read and " + problem);
    }
    return problem != null;
  }

  private void conflict(Cluster outer, Cluster inner, Findings findings) {
    findings.add(
        Kind.NOT_LINEARIZABLE,
        key
            + ": "
            + Operation.name(inner.value)
            + " was there while it still held "
            + Operation.name(outer.value));
  }

  /** Of zones that are apart and in order, the last one that begins before. */
  private static @Nullable Cluster lastBefore(List<Cluster> zones, long nanos) {
    int low = 0;
    int high = zones.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (zones.get(middle).firstAnswerNanos < nanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? null : zones.get(low - 1);
  }
}
