package io.slotferry.server.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the checks of a history found: how often, and the first of each kind in words. */
public final class Findings {
  private static final int EXAMPLES_MAX = 10;

  /** What may be wrong with a history. */
  public enum Kind {
    /** An acknowledged write is not there at the end. */
    LOST(false),

    /** A write is not there at the end, though it was read before. */
    LOST_AFTER_READ(false),

    /** The reads and writes of a register have no order that explains them all. */
    NOT_LINEARIZABLE(false),

    /** A write that replicas had confirmed is not there at the end. */
    LOST_CONFIRMED(true),

    /** Something was read that was not written, not yet written, or refused. */
    PHANTOM(true),

    /** A write is there twice. */
    DUPLICATED(true),

    /** Writes are there in another order than they were executed in. */
    REORDERED(true),

    /** A read lacks what was acknowledged before it began, and is there at the end. */
    STALE(true);

    /** Whether no leader's death excuses it, however writes are replicated. */
    final boolean alwaysWrong;

    Kind(boolean alwaysWrong) {
      this.alwaysWrong = alwaysWrong;
    }
  }

  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final Map<Kind, List<String>> examples = new EnumMap<>(Kind.class);

  public void add(Kind kind, String description) {
    counts.merge(kind, 1L, Long::sum);
    List<String> some = examples.computeIfAbsent(kind, first -> new ArrayList<>());
    if (some.size() < EXAMPLES_MAX) {
      some.add(description);
    }
  }

  public long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  public List<String> examples(Kind kind) {
    return examples.getOrDefault(kind, List.of());
  }
}
