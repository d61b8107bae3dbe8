package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Node;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.NodeReport;
import io.slotferry.topology.message.Stamp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node with at most one shard copy, reduced to what the control loop's promises rest on: a log, a
 * clock of its own, a view of the map that lags, a lease, and the rules for in-sync sets and
 * planned switches that {@link Shard} states.
 */
final class SimulatedCopy {
  /** A follower that did not follow for so long is no longer wanted in sync. */
  private static final long LAGGING_MILLIS = 600;

  final Node node;
  final double clockRate;
  long incarnation;
  boolean up = true;

  private Stamp heard = Stamp.NONE;

  /** Until then no heartbeat gets through, in the world's time. */
  long cutOffUntilMillis;

  /** Which of two rebalancers its heartbeats go to, while both believe that they lead. */
  int reaches;

  ClusterMap view = ClusterMap.EMPTY;
  long nextHeartbeatMillis;

  private int shardId;
  List<Long> log = new ArrayList<>();
  private long logEpoch;
  private long ledEpoch;
  private long leaseUntilMillis;
  private final TreeMap<Long, Set<String>> wishes = new TreeMap<>();
  private long lastRevision;
  private Set<String> lastWish = Set.of();
  private final Map<String, Long> followedAtMillis = new TreeMap<>();
  private long handover;

  SimulatedCopy(Node node, double clockRate, long incarnation) {
    this.node = node;
    this.clockRate = clockRate;
    this.incarnation = incarnation;
  }

  String id() {
    return node.id();
  }

  long clock(long worldMillis) {
    return (long) (worldMillis * clockRate);
  }

  void crash() {
    up = false;
    leaseUntilMillis = 0;
    ledEpoch = 0;
  }

  /** The log survives: a killed process has handed it to its disk. */
  void restart() {
    up = true;
    incarnation++;
    leaseUntilMillis = 0;
    ledEpoch = 0;
    wishes.clear();
  }

  void see(ClusterMap map) {
    if (map.version() > view.version()) {
      view = map;
    }
  }

  /** The shard it carries a copy of, as far as it knows. */
  @Nullable Shard shard() {
    return view.shardOn(id());
  }

  boolean leads() {
    Shard shard = shard();
    return up
        && shard != null
        && shard.epoch() > 0
        && shard.leader().equals(id())
        && shard.incarnation() == incarnation;
  }

  boolean isServing(long worldMillis) {
    Shard shard = shard();
    return leads()
        && shard.successor() == null
        && ledEpoch == shard.epoch()
        && clock(worldMillis) < leaseUntilMillis;
  }

  /** Takes the role that the view gives; returns true when it leads from now on. */
  boolean takeRole() {
    Shard shard = shard();
    if (shard == null || shard.id() != shardId) {
      log = new ArrayList<>();
      logEpoch = 0;
      shardId = shard == null ? 0 : shard.id();
    }
    if (!leads() || ledEpoch == shard.epoch()) {
      return false;
    }
    ledEpoch = shard.epoch();
    logEpoch = shard.epoch();
    leaseUntilMillis = 0;
    wishes.clear();
    lastRevision = 0;
    lastWish = shard.inSync();
    followedAtMillis.clear();
    handover = 0;
    return true;
  }

  /** The follower gets the leader's log, if both know the same epoch. */
  void sendLogTo(SimulatedCopy follower, long worldMillis) {
    Shard mine = shard();
    Shard its = follower.shard();
    if (!follower.up || its == null || its.id() != mine.id() || its.epoch() != mine.epoch()) {
      return;
    }
    int same = 0;
    while (same < Math.min(log.size(), follower.log.size())
        && log.get(same).equals(follower.log.get(same))) {
      same++;
    }
    follower.log = new ArrayList<>(follower.log.subList(0, same));
    follower.log.addAll(log.subList(same, log.size()));
    follower.logEpoch = logEpoch;
    followedAtMillis.put(follower.id(), clock(worldMillis));
  }

  /** Those without whom nothing is committed: the map's set, and every wish that is undecided. */
  Set<String> mustAcknowledge() {
    Shard shard = shard();
    wishes.headMap(shard.inSyncRevision(), true).clear();
    Set<String> all = new HashSet<>(shard.inSync());
    wishes.values().forEach(all::addAll);
    return all;
  }

  void wishInSync(Map<String, SimulatedCopy> nodes, long worldMillis) {
    Shard shard = shard();
    Set<String> wanted = new HashSet<>(Set.of(id()));
    for (String replica : shard.replicas()) {
      Long followed = followedAtMillis.get(replica);
      boolean follows = followed != null && clock(worldMillis) - followed < LAGGING_MILLIS;
      boolean caughtUp = nodes.get(replica).log.equals(log);
      if (follows && (caughtUp || mustAcknowledge().contains(replica))) {
        wanted.add(replica);
      }
    }
    Set<String> asked = wishes.isEmpty() ? shard.inSync() : lastWish;
    if (!wanted.equals(asked)) {
      lastRevision = Math.max(lastRevision, shard.inSyncRevision()) + 1;
      lastWish = wanted;
      wishes.put(lastRevision, wanted);
    }
  }

  /** Tells that the successor has everything; it serves no more since the view names one. */
  void handOver(Map<String, SimulatedCopy> nodes) {
    Shard shard = shard();
    if (shard.successor() != null && nodes.get(shard.successor()).log.equals(log)) {
      handover = shard.handover();
    }
  }

  NodeReport report() {
    Shard shard = shard();
    if (shard == null) {
      return new NodeReport(node, incarnation, view.version(), heard, List.of());
    }
    boolean wishing = leads() && !wishes.isEmpty();
    CopyReport copy =
        new CopyReport(
            shard.id(),
            logEpoch,
            leads(),
            "history-" + logEpoch,
            log.size(),
            wishing ? lastWish : Set.of(),
            wishing ? lastRevision : 0,
            leads() ? handover : 0,
            false);
    return new NodeReport(node, incarnation, view.version(), heard, List.of(copy));
  }

  void answered(HeartbeatAnswer answer, long sentWorldMillis, long itsIncarnation) {
    heard = answer.stamp();
    for (Lease lease : answer.leases()) {
      if (up
          && incarnation == itsIncarnation
          && lease.shard() == shardId
          && lease.epoch() == ledEpoch) {
        leaseUntilMillis = Math.max(leaseUntilMillis, clock(sentWorldMillis) + lease.leaseMillis());
      }
    }
  }
}
