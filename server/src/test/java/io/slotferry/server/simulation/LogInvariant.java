package io.slotferry.server.simulation;

import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.LogIdentity;
import io.slotferry.replication.log.ReplicationLog;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Every copy's log is a prefix of its leader's: whatever bytes two logs of one history have at an
 * offset are the same, and only the leader that began a history makes it longer.
 */
final class LogInvariant {
  /** A history as its leader wrote it, and the one it continues. */
  private static final class History {
    final LogIdentity identity;
    final long base;
    byte[] written = new byte[1024];
    long end;

    History(LogIdentity identity, long base) {
      this.identity = identity;
      this.base = base;
      this.end = base;
    }

    void write(byte[] bytes, int start, int length) {
      int size = (int) (end - base);
      if (size + length > written.length) {
        written = Arrays.copyOf(written, Math.max(size + length, 2 * written.length));
      }
      System.arraycopy(bytes, start, written, size, length);
      end += length;
    }
  }

  /** How far a copy's log was looked at. */
  private static final class Seen {
    int life;
    String replicationId = "";
    long first;
    long end;
  }

  private final Map<String, History> histories = new HashMap<>();
  private final Map<SimulatedNode, Seen> seen = new HashMap<>();
  private final WireWriter records = new WireWriter();

  /** Looks at what the node's log has gained. */
  void look(SimulatedNode node) {
    ReplicationLog log = node.copy().log();
    String id = log.replicationId();
    if (id.isEmpty()) {
      return;
    }
    Seen last = seen.computeIfAbsent(node, _ -> new Seen());
    boolean same =
        last.life == node.life()
            && last.replicationId.equals(id)
            && last.first == log.firstOffset()
            && last.end <= log.endOffset();
    if (same && last.end == log.endOffset()) {
      return;
    }
    long from = same ? last.end : log.firstOffsetInMemory();
    last.life = node.life();
    last.replicationId = id;
    last.first = log.firstOffset();
    last.end = log.endOffset();
    History history = histories.get(id);
    if (history == null) {
      history = begun(node, log);
    }
    compare(node, history, log, from);
  }

  private History begun(SimulatedNode node, ReplicationLog log) {
    Invariants.require(node.copy().isLeading(), "%s has a log that nobody wrote", node.name);
    LogIdentity identity = log.identity();
    boolean continues = !identity.secondaryId().isEmpty();
    History history =
        new History(identity, continues ? identity.secondaryUntil() : log.firstOffset());
    histories.put(identity.replicationId(), history);
    return history;
  }

  private void compare(SimulatedNode node, History history, ReplicationLog log, long from) {
    records.clear();
    if (log.endOffset() == from || log.read(from, records, Integer.MAX_VALUE) <= 0) {
      return;
    }
    int at = 0;
    while (at < records.size()) {
      long offset = from + at;
      if (offset >= history.end) {
        Invariants.require(
            node.copy().isLeading(), "%s is ahead of its leader's log at %d", node.name, offset);
        history.write(records.bytes(), at, records.size() - at);
        return;
      }
      History writer = writerAt(history, offset);
      long until = writer == history ? history.end : untilOf(history, offset);
      int length = (int) Math.min(records.size() - at, until - offset);
      int start = (int) (offset - writer.base);
      Invariants.require(
          Arrays.equals(writer.written, start, start + length, records.bytes(), at, at + length),
          "%s differs from its leader's log between %d and %d",
          node.name,
          offset,
          offset + length);
      at += length;
    }
  }

  /** The history that has the byte at {@code offset}: this one, or one that it continues. */
  private History writerAt(History history, long offset) {
    History at = history;
    while (offset < at.base) {
      at = histories.get(at.identity.secondaryId());
    }
    return at;
  }

  /**
   * Where the part of an earlier history that has {@code offset} ends. That history may itself go
   * on further: who continued it may have lost its end.
   */
  private long untilOf(History history, long offset) {
    long until = history.base;
    for (History at = history; offset < at.base; ) {
      until = Math.min(until, at.base);
      at = histories.get(at.identity.secondaryId());
    }
    return until;
  }
}
