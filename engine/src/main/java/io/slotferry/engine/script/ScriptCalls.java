package io.slotferry.engine.script;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.shard.ScriptReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How often a script has executed which commands, for the statistics of its gateway. Used again for
 * every script: once a name is known, nothing is allocated for it.
 */
final class ScriptCalls {
  /** Words that errors begin with; a script may make up any. */
  private static final int WORDS_MAX = 128;

  private static final class Counts {
    private final String name;
    private long executed;
    private long failed;
    private long rejected;

    Counts(String name) {
      this.name = name;
    }
  }

  private final Map<String, Counts> known = new HashMap<>();
  private final List<Counts> counted = new ArrayList<>();
  private final Map<String, Long> errors = new HashMap<>();

  private Counts of(String name) {
    Counts counts = known.computeIfAbsent(name, Counts::new);
    if (counts.executed + counts.rejected == 0) {
      counted.add(counts);
    }
    return counts;
  }

  /** A command was executed; its reply begins at {@code start}. */
  void executed(String name, ReplyWriter reply, int start) {
    Counts counts = of(name);
    counts.executed++;
    if (reply.size() > start && reply.bytes()[start] == '-') {
      counts.failed++;
      failed(reply.bytes(), start + 1, reply.size());
    }
  }

  /** A command was refused. */
  void rejected(String name) {
    of(name).rejected++;
  }

  /** The error in {@code [start, end)} was given to the script. */
  void failed(byte[] bytes, int start, int end) {
    int to = start;
    while (to < end && bytes[to] > ' ') {
      to++;
    }
    String word = new String(bytes, start, to - start, StandardCharsets.ISO_8859_1);
    if (errors.size() < WORDS_MAX || errors.containsKey(word)) {
      errors.merge(word, 1L, Long::sum);
    }
  }

  /** Adds all of it to the script's report, and begins anew. */
  void report(ReplyWriter report) {
    for (Counts counts : counted) {
      ScriptReport.calls(counts.name, counts.executed, counts.failed, counts.rejected, report);
      counts.executed = 0;
      counts.failed = 0;
      counts.rejected = 0;
    }
    counted.clear();
    if (!errors.isEmpty()) {
      errors.forEach((word, count) -> ScriptReport.errors(word, count, report));
      errors.clear();
    }
  }
}
