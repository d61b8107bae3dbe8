package io.slotferry.server.simulation;

import io.slotferry.rebalancer.ControlLoop;
import io.slotferry.rebalancer.ControlSettings;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.NodeReport;
import java.util.List;
import java.util.function.Consumer;

/** The real control loop, and around it what the rebalancer's verticle does. */
final class SimulatedRebalancer extends SimulatedProcess {
  private final SimulatedCluster cluster;
  private ControlLoop control;
  private ClusterMap image = ClusterMap.EMPTY;
  private boolean leadsStore;
  private boolean serving;
  private boolean confirming;

  /** Counts the leaderships: what an earlier one asked for is not taken for the current one's. */
  private int leadership;

  SimulatedRebalancer(String name, SimulatedCluster cluster) {
    super(name, cluster.timeline);
    this.cluster = cluster;
    this.control = new ControlLoop(cluster.rules.settings());
  }

  /** Its image of the map is on its disk, or comes with the next leader. */
  void start() {
    begin();
    control = new ControlLoop(cluster.rules.settings());
    leadsStore = false;
    serving = false;
    confirming = false;
    tick();
  }

  boolean isServing() {
    return serving && isUp();
  }

  ClusterMap image() {
    return image;
  }

  // ---- the store

  void follows(ClusterMap map) {
    if (map.version() > image.version()) {
      image = map;
      control.mapChanged(seen());
    }
  }

  /** It was elected; had it led before, it has heard by now that it was deposed since. */
  void leadsStore(ClusterMap map) {
    act(
        life(),
        () -> {
          losesStore();
          follows(map);
          leadsStore = true;
          leadership++;
        });
  }

  void losesStore() {
    leadsStore = false;
    if (serving) {
      serving = false;
      control.lostLeadership();
    }
  }

  /** A change that is in the map for good, at the peer that leads. */
  void applied(ClusterMap map) {
    act(
        life(),
        () -> {
          follows(map);
          cluster.publish(this, map);
        });
  }

  private ClusterMap seen() {
    return cluster.rules.seenByRebalancer(image);
  }

  // ---- serving

  private void tick() {
    later(ControlSettings.TICK_MILLIS, this::tick);
    if (leadsStore && !confirming) {
      confirming = true;
      int asked = leadership;
      long askedMillis = monotonicMillis();
      cluster.raft.confirm(
          this,
          () -> {
            confirming = false;
            if (leadsStore && asked == leadership) {
              serve(askedMillis);
            }
          },
          () -> confirming = false);
    }
    if (serving) {
      decide();
    }
  }

  private void serve(long confirmedMillis) {
    if (serving) {
      control.leadershipConfirmed(confirmedMillis);
      return;
    }
    serving = true;
    control.mapChanged(seen());
    control.becameLeader(timeline.random.nextLong(), confirmedMillis);
  }

  private void decide() {
    List<MapChange> changes = control.tick(monotonicMillis(), wallMillis());
    if (!changes.isEmpty()) {
      proposeFrom(changes, 0, leadership, true);
    }
  }

  private void proposeFrom(List<MapChange> changes, int index, int proposedIn, boolean accepted) {
    if (!serving || proposedIn != leadership) {
      return;
    }
    if (index == changes.size()) {
      if (accepted) {
        decide();
      }
      return;
    }
    MapChange change = changes.get(index);
    cluster.raft.propose(
        this,
        change,
        answer -> {
          if (serving && proposedIn == leadership) {
            control.answered(change, answer);
          }
          boolean also = accepted && answer instanceof ChangeAnswer.Accepted;
          proposeFrom(changes, index + 1, proposedIn, also);
        });
  }

  HeartbeatAnswer heartbeat(NodeReport report) {
    return control.heartbeat(report, monotonicMillis());
  }

  /** A change that a node or an administrator asks for. */
  void change(MapChange change, Consumer<ChangeAnswer> answer) {
    cluster.raft.propose(this, change, answer);
  }
}
