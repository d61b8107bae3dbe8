package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.LoadReport;
import io.slotferry.topology.message.NodeReport;
import io.slotferry.topology.message.PlanAnswer;
import io.slotferry.topology.message.Stamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the leading rebalancer decides: from the map and the nodes' heartbeats come changes to
 * propose, and leases. Sans-IO and deterministic; one thread at a time. All durable state is in the
 * map: what is kept here can be lost at any moment.
 *
 * <p>Each tick visits four rooms in this order, and each sees what those before it decided: {@link
 * Placement} (nodes join, the cluster is created, shards get replicas), {@link Elections} (the
 * state machine of a shard's leadership), {@link Operations} (the state machines of what
 * administrators asked for, with moves from the {@link Planner}), {@link Automation} (what nobody
 * has to ask for).
 *
 * <p>That two never lead a shard at once rests on four rules. A lease goes only to the map's
 * leader, in the start (incarnation) that was promoted. A promotion is proposed only when no lease
 * can be valid any more, or when the leader has sworn that it serves no more (a planned switch).
 * From then until the promotion is in the map, or refused, no lease is granted. And a lease ends
 * {@code leaseMillis} after this rebalancer was last confirmed as leader, which is as long as its
 * successor waits.
 *
 * <p>Times named {@code nowMillis} are from one monotonic clock.
 */
public final class ControlLoop {
  /** A proposed change, and the version that accepted it once that is known. */
  private static final class Proposal {
    private static final long UNANSWERED = -1;

    private final MapChange change;
    private long version = UNANSWERED;

    private Proposal(MapChange change) {
      this.change = change;
    }
  }

  private final Reports reports;
  private final Leases leases;
  private final Elections elections;
  private final Placement placement;
  private final Operations operations;
  private final Automation automation;

  private final List<Proposal> proposals = new ArrayList<>();

  /** Shards by the epoch out of which a promotion of unknown fate may yet lead them. */
  private final Map<Integer, Long> doubtfulEpochs = new HashMap<>();

  private ClusterMap map = ClusterMap.EMPTY;
  private Loads loads = Loads.NONE;
  private boolean leads;
  private long leadership;

  public ControlLoop(ControlSettings settings) {
    reports = new Reports(settings.silenceMillis());
    leases = new Leases(settings);
    elections = new Elections(settings, reports, leases, this::isInDoubt);
    placement = new Placement(settings, reports);
    operations = new Operations(placement);
    automation = new Automation(settings.automation());
  }

  /**
   * The map has changed: call it for every version, leader or not, before {@link #becameLeader}.
   */
  public void mapChanged(ClusterMap map) {
    this.map = map;
    proposals.removeIf(
        proposal -> proposal.version != Proposal.UNANSWERED && proposal.version <= map.version());
  }

  /**
   * This rebalancer leads from now on, and its map holds everything that was ever accepted.
   *
   * @param leadership a number that no other leadership has
   */
  public void becameLeader(long leadership, long nowMillis) {
    leads = true;
    this.leadership = leadership;
    proposals.clear();
    doubtfulEpochs.clear();
    loads = Loads.NONE;
    reports.startOver(leadership, nowMillis);
    leases.startOver(nowMillis);
    elections.startOver();
    placement.startOver();
    automation.startOver(nowMillis);
  }

  /**
   * A majority of the rebalancers took this one for their leader at {@code atMillis} or later: to
   * be called every heartbeat or so, with the time at which the question was sent (a single
   * rebalancer confirms itself). Without it, leases get shorter and then stop.
   */
  public void leadershipConfirmed(long atMillis) {
    leases.confirmed(atMillis);
  }

  public void lostLeadership() {
    leads = false;
    proposals.clear();
  }

  /** Takes a node's report; the answer grants the leases that it may have. */
  public HeartbeatAnswer heartbeat(NodeReport report, long nowMillis) {
    List<Lease> granted = new ArrayList<>();
    if (leads && reports.take(report, nowMillis)) {
      for (Shard shard : map.shards()) {
        if (mayLead(report, shard)) {
          Lease lease = leases.grant(shard, nowMillis);
          if (lease != null) {
            granted.add(lease);
          }
        }
      }
    }
    return new HeartbeatAnswer(map.version(), new Stamp(leadership, nowMillis), granted);
  }

  /** Takes what a leader says of its partitions' loads. */
  public void load(LoadReport report) {
    if (leads) {
      loads = loads.with(report, map);
    }
  }

  /** What a rebalance would do now. */
  public PlanAnswer plan(Objective objective) {
    return Forecast.of(map, objective, loads);
  }

  private boolean mayLead(NodeReport report, Shard shard) {
    return shard.epoch() > 0
        && shard.leader().equals(report.node().id())
        && shard.incarnation() == report.incarnation()
        && !hasHandedOver(report, shard)
        && !isInDoubt(shard)
        && !isBeingPromoted(shard.id());
  }

  private static boolean hasHandedOver(NodeReport report, Shard shard) {
    CopyReport copy = Reports.copyOf(report, shard.id());
    return copy != null && copy.handover() != 0 && copy.handover() == shard.handover();
  }

  private boolean isBeingPromoted(int shard) {
    for (Proposal proposal : proposals) {
      if (proposal.change instanceof MapChange.Promote promote && promote.shard() == shard) {
        return true;
      }
    }
    return false;
  }

  private boolean isInDoubt(Shard shard) {
    Long epoch = doubtfulEpochs.get(shard.id());
    return epoch != null && epoch == shard.epoch();
  }

  /**
   * The changes to propose now, in this order; none while earlier ones are under way. Each is to be
   * {@link #answered}.
   *
   * @param wallMillis milliseconds since 1970: operations carry it
   */
  public List<MapChange> tick(long nowMillis, long wallMillis) {
    if (!leads || !proposals.isEmpty()) {
      return List.of();
    }
    Agenda agenda = new Agenda(map);
    placement.visit(agenda, nowMillis);
    elections.visit(agenda, nowMillis);
    operations.visit(agenda, loads, nowMillis, wallMillis);
    automation.visit(agenda, loads, nowMillis, wallMillis);
    for (MapChange change : agenda.changes()) {
      proposals.add(new Proposal(change));
    }
    return agenda.changes();
  }

  /** What became of a change that {@link #tick} returned. */
  public void answered(MapChange change, ChangeAnswer answer) {
    Proposal proposal = null;
    for (Proposal each : proposals) {
      if (each.change.equals(change)) {
        proposal = each;
      }
    }
    if (proposal == null) {
      return;
    }
    if (answer instanceof ChangeAnswer.Accepted(long version) && version > map.version()) {
      proposal.version = version;
      return;
    }
    if (answer instanceof ChangeAnswer.Unknown && change instanceof MapChange.Promote promote) {
      doubtfulEpochs.put(promote.shard(), promote.expectedEpoch());
    }
    proposals.remove(proposal);
  }
}
