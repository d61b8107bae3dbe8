package io.slotferry.replication;

import io.slotferry.topology.MapChange;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.CopyReport;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of the rebalancer a copy depends on, for one shard: leases, promotions and in-sync sets, by
 * the same rules. Nodes may be cut off from it, or paused, for longer than a lease.
 */
final class SimulatedControl {
  static final long HEARTBEAT_MILLIS = 100;
  static final long LEASE_MILLIS = 1_000;
  private static final long MARGIN_MILLIS = 100;
  private static final long FRESH_MILLIS = 300;

  private record Heard(CopyReport report, long incarnation, long atMillis) {}

  private final SimulatedCluster cluster;
  private final int shard;
  private final Map<String, Heard> heard = new HashMap<>();
  private final Set<String> cut = new HashSet<>();
  private final Set<String> paused = new HashSet<>();
  private long leaseUntilMillis;
  int promotions;

  SimulatedControl(SimulatedCluster cluster, int shard) {
    this.cluster = cluster;
    this.shard = shard;
    cluster.use(this);
    beat();
  }

  boolean isCut(String node) {
    return cut.contains(node);
  }

  boolean isPaused(String node) {
    return paused.contains(node);
  }

  void cut(String node) {
    cut.add(node);
  }

  void pause(String node) {
    paused.add(node);
  }

  void heal() {
    cut.clear();
    paused.clear();
  }

  private void beat() {
    for (String node : cluster.nodes()) {
      if (!isPaused(node)) {
        CopyReport report = cluster.copy(node).report();
        long sentMillis = cluster.network.monotonicMillis();
        long incarnation = cluster.incarnation(node);
        if (report != null && !isCut(node)) {
          int way = 1 + cluster.random.nextInt(30);
          cluster.network.after(way, () -> reported(node, report, incarnation, sentMillis));
        }
      }
    }
    cluster.network.after(HEARTBEAT_MILLIS, this::beat);
    decide();
  }

  private void reported(String node, CopyReport report, long incarnation, long sentMillis) {
    if (incarnation != cluster.incarnation(node)) {
      return;
    }
    long nowMillis = cluster.network.monotonicMillis();
    heard.put(node, new Heard(report, incarnation, nowMillis));
    Shard now = cluster.shard(shard);
    if (!now.leader().equals(node) || now.incarnation() != incarnation) {
      return;
    }
    if (report.leading()
        && report.epoch() == now.epoch()
        && report.inSyncRevision() > now.inSyncRevision()
        && !report.wantedInSync().isEmpty()) {
      cluster.change(
          new MapChange.SetInSync(
              shard, now.epoch(), report.inSyncRevision(), report.wantedInSync()));
    }
    leaseUntilMillis = Math.max(leaseUntilMillis, nowMillis + LEASE_MILLIS);
    cluster.network.after(
        1 + cluster.random.nextInt(30),
        () -> {
          if (incarnation == cluster.incarnation(node)
              && cluster.nodes().contains(node)
              && !isCut(node)) {
            cluster.copy(node).leaseGranted(shard, now.epoch(), sentMillis, LEASE_MILLIS);
          }
        });
  }

  private void decide() {
    long nowMillis = cluster.network.monotonicMillis();
    if (nowMillis < leaseUntilMillis + MARGIN_MILLIS) {
      return;
    }
    Shard now = cluster.shard(shard);
    String newest = null;
    CopyReport best = null;
    for (String node : now.inSync()) {
      CopyReport report = freshReport(node, nowMillis);
      if (report != null && (best == null || isNewer(report, best))) {
        best = report;
        newest = node;
      }
    }
    if (newest != null) {
      promotions++;
      cluster.promote(shard, newest);
      leaseUntilMillis = nowMillis + LEASE_MILLIS;
    }
  }

  private @Nullable CopyReport freshReport(String node, long nowMillis) {
    Heard last = heard.get(node);
    boolean fresh =
        last != null
            && nowMillis - last.atMillis < FRESH_MILLIS
            && last.incarnation == cluster.incarnation(node)
            && last.report.offset() >= 0;
    return fresh && last != null ? last.report : null;
  }

  private static boolean isNewer(CopyReport report, CopyReport than) {
    return report.epoch() != than.epoch()
        ? report.epoch() > than.epoch()
        : report.offset() > than.offset();
  }
}
