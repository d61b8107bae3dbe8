package io.slotferry.rebalancer;

import io.slotferry.topology.MapChange;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.NodeReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who leads each shard, and who is in sync. One visit per shard and tick:
 *
 * <pre>
 *            first promotion, at once when the placed leader is heard
 *   epoch 0 ───────────────────────────────────────────┐
 *                                                      ▼
 *      ┌──────────────────────────────────────────── LEADING ──────────────┐
 *      │  leader silent, or heard in a later start     ▲ ▲                 │ successor named
 *      ▼                                               │ │                 ▼
 *    LOST ── lease over, all in-sync copies reported ──┘ └─ handed over ─ HANDING OVER
 *            since the loss or grace over: promote the      (leader serves no more, successor
 *            newest (epoch of log, offset)                   has everything, in this start of
 *                                                            it), or given up
 * </pre>
 *
 * The uniform rule of promotion: only a member of the in-sync set; the highest (epoch of its log,
 * offset) wins. A restarted leader is one candidate among them. A copy that has restarted may have
 * lost the end of what it had acknowledged: it is promoted only if it has more than one that has
 * not, by what that one said after the last lease was over, or if all have restarted.
 */
final class Elections {
  /** A shard without a leader, since when. A promotion in between makes it another loss. */
  private record Loss(long epoch, long sinceMillis) {}

  private record Handover(long id, long sinceMillis) {}

  /** A complete copy that is in sync. */
  private record Candidate(String node, CopyReport copy) {
    /** At a tie the one before. */
    Candidate orNewer(@Nullable Candidate before) {
      return before == null || isNewer(before.copy) ? this : before;
    }

    boolean isNewer(CopyReport than) {
      return copy.epoch() != than.epoch()
          ? copy.epoch() > than.epoch()
          : copy.offset() > than.offset();
    }
  }

  /** Tells that a promotion out of this epoch may yet take effect. */
  interface Doubts {
    boolean of(Shard shard);
  }

  private final ControlSettings settings;
  private final Reports reports;
  private final Leases leases;
  private final Doubts doubts;
  private final Map<Integer, Loss> losses = new HashMap<>();
  private final Map<Integer, Handover> handovers = new HashMap<>();

  Elections(ControlSettings settings, Reports reports, Leases leases, Doubts doubts) {
    this.settings = settings;
    this.reports = reports;
    this.leases = leases;
    this.doubts = doubts;
  }

  void startOver() {
    losses.clear();
    handovers.clear();
  }

  void visit(Agenda agenda, long nowMillis) {
    for (Shard shard : List.copyOf(agenda.map().shards())) {
      NodeReport leader = leaderOf(shard, nowMillis);
      if (leader == null) {
        lost(agenda, shard, nowMillis);
      } else {
        losses.remove(shard.id());
        leading(agenda, shard, leader, nowMillis);
      }
    }
  }

  /**
   * The leader's report; null when it is lost, has not been promoted in its present start, or
   * cannot go on because a promotion may yet depose it.
   */
  private @Nullable NodeReport leaderOf(Shard shard, long nowMillis) {
    NodeReport report = reports.freshOf(shard.leader(), 0, nowMillis);
    boolean leads =
        report != null && shard.epoch() > 0 && report.incarnation() == shard.incarnation();
    return leads && !doubts.of(shard) ? report : null;
  }

  // LEADING, HANDING OVER

  private void leading(Agenda agenda, Shard shard, NodeReport leader, long nowMillis) {
    CopyReport copy = leadingCopy(leader, shard);
    if (copy != null && copy.inSyncRevision() > shard.inSyncRevision()) {
      Set<String> inSync = new HashSet<>(copy.wantedInSync());
      inSync.removeIf(node -> !shard.hasCopyOn(node));
      agenda.propose(
          new MapChange.SetInSync(shard.id(), shard.epoch(), copy.inSyncRevision(), inSync));
    }
    if (shard.successor() != null) {
      handOver(agenda, shard, shard.successor(), copy == null ? 0 : copy.handover(), nowMillis);
    }
  }

  /** What the leader says about the shard, once it knows that it leads. */
  private static @Nullable CopyReport leadingCopy(NodeReport leader, Shard shard) {
    CopyReport copy = Reports.copyOf(leader, shard.id());
    return copy != null && copy.leading() && copy.epoch() == shard.epoch() ? copy : null;
  }

  private void handOver(
      Agenda agenda, Shard shard, String successor, long handedOver, long nowMillis) {
    Handover handover = handovers.get(shard.id());
    if (handover == null || handover.id != shard.handover()) {
      handover = new Handover(shard.handover(), nowMillis);
      handovers.put(shard.id(), handover);
    }
    NodeReport next = reports.freshOf(successor, 0, nowMillis);
    boolean late = nowMillis - handover.sinceMillis > settings.handoverMillis();
    if (next != null && isWhole(next, shard) && handedOver == shard.handover()) {
      agenda.propose(
          new MapChange.Promote(shard.id(), shard.epoch(), successor, next.incarnation(), true));
    } else if (late || reports.isSilent(successor, nowMillis)) {
      agenda.propose(new MapChange.SetSuccessor(shard.id(), shard.epoch(), null));
    }
  }

  /**
   * Whether the start of the successor that would be promoted is the one that the leader knows: its
   * acknowledgements may be those of an earlier start, whose log has since lost its end.
   */
  private static boolean isWhole(NodeReport successor, Shard shard) {
    CopyReport copy = Reports.copyOf(successor, shard.id());
    return copy != null && copy.epoch() == shard.epoch() && copy.offset() >= 0 && !copy.mayLack();
  }

  // LOST

  private void lost(Agenda agenda, Shard shard, long nowMillis) {
    Loss loss = losses.get(shard.id());
    if (loss == null || loss.epoch != shard.epoch()) {
      loss = new Loss(shard.epoch(), nowMillis);
      losses.put(shard.id(), loss);
    }
    String chosen =
        shard.epoch() == 0
            ? firstLeader(shard, loss, nowMillis)
            : newestCopy(shard, loss, nowMillis);
    NodeReport report = chosen == null ? null : reports.of(chosen);
    if (report != null) {
      agenda.propose(
          new MapChange.Promote(
              shard.id(), shard.epoch(), report.node().id(), report.incarnation(), false));
    }
  }

  /** No copy holds anything yet: the placed leader, or after the grace any that is there. */
  private @Nullable String firstLeader(Shard shard, Loss loss, long nowMillis) {
    if (reports.isUp(shard.leader(), nowMillis)) {
      return shard.leader();
    }
    if (nowMillis - loss.sinceMillis > settings.graceMillis()) {
      for (String replica : shard.replicas()) {
        if (reports.isUp(replica, nowMillis)) {
          return replica;
        }
      }
    }
    return null;
  }

  private @Nullable String newestCopy(Shard shard, Loss loss, long nowMillis) {
    boolean heard = reports.isUp(shard.leader(), nowMillis);
    if (nowMillis < leases.freeMillis(shard.id(), heard && isRestarted(shard))) {
      return null;
    }
    boolean graceOver = nowMillis - loss.sinceMillis > settings.graceMillis();
    boolean allHeard = true;
    Candidate newest = null;
    Candidate newestWhole = null;
    for (String node : oldLeaderFirst(shard)) {
      CopyReport copy = completeCopy(node, shard, loss, nowMillis);
      boolean expected = !node.equals(shard.leader()) || heard;
      if (copy == null && expected && !graceOver) {
        return null;
      }
      allHeard &= isHeard(node, shard, loss, nowMillis);
      if (copy != null) {
        Candidate candidate = new Candidate(node, copy);
        newest = candidate.orNewer(newest);
        newestWhole = copy.mayLack() ? newestWhole : candidate.orNewer(newestWhole);
      }
    }
    if (newest == null) {
      return null;
    }
    if (newestWhole == null) {
      // One that is silent may have what these have lost: it is waited for, but not for ever.
      boolean lost = nowMillis - loss.sinceMillis > settings.replicaLostMillis();
      return allHeard || lost ? newest.node : null;
    }
    // In the same epoch more of the log is all of it; a later one says nothing of a copy that may
    // have lost some.
    boolean comparable = newest.copy.epoch() == newestWhole.copy.epoch();
    if (!comparable || !newest.isNewer(newestWhole.copy)) {
      return newestWhole.node;
    }
    // It may have acknowledged more since it said so, while there still was a leader.
    long leaderlessMillis = leases.freeMillis(shard.id(), false);
    return reports.isMadeSince(newestWhole.node, leaderlessMillis) ? newest.node : null;
  }

  /** What the node said about its copy since the loss, if that can be promoted. */
  private @Nullable CopyReport completeCopy(String node, Shard shard, Loss loss, long nowMillis) {
    CopyReport copy = freshCopy(node, shard, loss, nowMillis);
    return copy != null && copy.offset() >= 0 ? copy : null;
  }

  /** A node that has just started knows of no copy until it has the map. */
  private boolean isHeard(String node, Shard shard, Loss loss, long nowMillis) {
    return freshCopy(node, shard, loss, nowMillis) != null;
  }

  private @Nullable CopyReport freshCopy(String node, Shard shard, Loss loss, long nowMillis) {
    NodeReport report = reports.freshOf(node, loss.sinceMillis, nowMillis);
    return report == null ? null : Reports.copyOf(report, shard.id());
  }

  private boolean isRestarted(Shard shard) {
    NodeReport report = reports.of(shard.leader());
    return report != null && report.incarnation() != shard.incarnation();
  }

  private static List<String> oldLeaderFirst(Shard shard) {
    List<String> nodes = new ArrayList<>();
    if (shard.inSync().contains(shard.leader())) {
      nodes.add(shard.leader());
    }
    for (String replica : shard.replicas()) {
      if (shard.inSync().contains(replica)) {
        nodes.add(replica);
      }
    }
    return nodes;
  }
}
