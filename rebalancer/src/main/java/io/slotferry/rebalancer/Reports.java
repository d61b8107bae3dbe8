package io.slotferry.rebalancer;

import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.NodeReport;
import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What every node said last, and when. */
final class Reports {
  private record Heard(NodeReport report, long atMillis) {}

  private final TreeMap<String, Heard> byNode = new TreeMap<>();
  private final int silenceMillis;

  /** Since when this rebalancer listens: before it, it could not have heard anyone. */
  private long sinceMillis;

  private long leadership;

  Reports(int silenceMillis) {
    this.silenceMillis = silenceMillis;
  }

  void startOver(long leadership, long nowMillis) {
    byNode.clear();
    this.leadership = leadership;
    sinceMillis = nowMillis;
  }

  /**
   * Returns false when a later start of the node reports: this report was held up on its way. (A
   * node whose later start has gone silent may have lost its disk, and count from the beginning.)
   */
  boolean take(NodeReport report, long nowMillis) {
    String node = report.node().id();
    Heard last = byNode.get(node);
    boolean overtaken = last != null && last.report.incarnation() > report.incarnation();
    if (overtaken && !isSilent(node, nowMillis)) {
      return false;
    }
    byNode.put(report.node().id(), new Heard(report, nowMillis));
    return true;
  }

  void forget(String node) {
    byNode.remove(node);
  }

  Collection<NodeReport> all() {
    return byNode.values().stream().map(Heard::report).toList();
  }

  /** The last report; null when the node was never heard. */
  @Nullable NodeReport of(String node) {
    Heard heard = byNode.get(node);
    return heard == null ? null : heard.report;
  }

  /** The last report, unless the node is lost or last reported before {@code sinceMillis}. */
  @Nullable NodeReport freshOf(String node, long sinceMillis, long nowMillis) {
    Heard heard = byNode.get(node);
    if (heard == null || heard.atMillis < sinceMillis || isSilent(node, nowMillis)) {
      return null;
    }
    return heard.report;
  }

  /**
   * Whether the node made its last report after this time. One that merely came after it may have
   * been under way for long.
   */
  boolean isMadeSince(String node, long sinceMillis) {
    Heard heard = byNode.get(node);
    return heard != null
        && heard.report.heard().leadership() == leadership
        && heard.report.heard().millis() >= sinceMillis;
  }

  long silenceOf(String node, long nowMillis) {
    Heard heard = byNode.get(node);
    return nowMillis - (heard == null ? sinceMillis : heard.atMillis);
  }

  boolean isSilent(String node, long nowMillis) {
    return silenceOf(node, nowMillis) > silenceMillis;
  }

  /** Heard, and not lost. */
  boolean isUp(String node, long nowMillis) {
    return byNode.containsKey(node) && !isSilent(node, nowMillis);
  }

  static @Nullable CopyReport copyOf(NodeReport report, int shard) {
    for (CopyReport copy : report.copies()) {
      if (copy.shard() == shard) {
        return copy;
      }
    }
    return null;
  }
}
