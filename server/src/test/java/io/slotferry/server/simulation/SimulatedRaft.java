package io.slotferry.server.simulation;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.message.ChangeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the rebalancers' Raft promises, and no more: one sequence of accepted changes; a leader that
 * a majority can reach; one that is deposed may not know it for long; a change that was under way
 * when the leader changed is in the map before the next one is ready, or never; whoever proposed it
 * does not know. One that is late on its way to the log may be overtaken by others.
 */
final class SimulatedRaft {
  private static final int LOOK_MILLIS = 50;
  private static final int ELECTION_MILLIS_MIN = 300;
  private static final int ELECTION_MILLIS_MAX = 700;
  private static final int COMMIT_MILLIS_MAX = 12;
  private static final int SLOW_ONCE_IN = 15;

  /** After this the proposer does not know; the change may be in the map much later. */
  private static final int UNANSWERED_MILLIS = 1_500;

  private static final int SLOW_COMMIT_MILLIS_MAX = 2 * UNANSWERED_MILLIS;

  /** How long a deposed leader that hears of nothing believes in itself. */
  private static final int BELIEF_MILLIS_MAX = 3_000;

  private static final class Entry {
    final SimulatedRebalancer by;
    final MapChange change;
    final Consumer<ChangeAnswer> answer;

    /** The proposer was told. */
    boolean decided;

    /** It is settled, and the proposer will not hear how. */
    boolean lost;

    Entry(SimulatedRebalancer by, MapChange change, Consumer<ChangeAnswer> answer) {
      this.by = by;
      this.change = change;
      this.answer = answer;
    }
  }

  private final Timeline timeline;
  private final SimulatedNetwork network;
  private final Rules rules;
  private final BiConsumer<MapChange, ClusterMap> committed;
  private final List<SimulatedRebalancer> peers = new ArrayList<>();
  private final List<Entry> underWay = new ArrayList<>();
  private ClusterMap map = ClusterMap.EMPTY;
  private @Nullable SimulatedRebalancer leader;

  /** The start in which it was elected: another one is a follower. */
  private int leaderLife;

  private long leaderlessAtMillis;
  private int patienceMillis = ELECTION_MILLIS_MIN;

  /** {@code committed} is told of each accepted change, and of the map before it. */
  SimulatedRaft(
      Timeline timeline,
      SimulatedNetwork network,
      Rules rules,
      BiConsumer<MapChange, ClusterMap> committed) {
    this.timeline = timeline;
    this.network = network;
    this.rules = rules;
    this.committed = committed;
  }

  void join(SimulatedRebalancer peer) {
    peers.add(peer);
  }

  void start() {
    elect();
    look();
  }

  /** The truth. */
  ClusterMap map() {
    return map;
  }

  @Nullable SimulatedRebalancer leader() {
    return leader;
  }

  // ---- who leads

  private void look() {
    timeline.after(LOOK_MILLIS, this::look);
    SimulatedRebalancer now = leader;
    if (now != null && now.life() == leaderLife && hasMajority(now)) {
      leaderlessAtMillis = timeline.nowMillis();
      for (SimulatedRebalancer peer : peers) {
        if (peer != now && peer.isRunning() && isLinked(now, peer)) {
          peer.follows(map);
        }
      }
    } else if (timeline.nowMillis() - leaderlessAtMillis > patienceMillis) {
      elect();
    }
  }

  private boolean isLinked(SimulatedRebalancer one, SimulatedRebalancer other) {
    return network.reaches(one.name, other.name) && network.reaches(other.name, one.name);
  }

  private boolean leads(SimulatedRebalancer peer) {
    return peer == leader && peer.life() == leaderLife;
  }

  private boolean hasMajority(SimulatedRebalancer peer) {
    if (!peer.isRunning()) {
      return false;
    }
    int reached = 0;
    for (SimulatedRebalancer other : peers) {
      if (other == peer || (other.isRunning() && isLinked(peer, other))) {
        reached++;
      }
    }
    return 2 * reached > peers.size();
  }

  /** Another peer, if one can, leads from now on. */
  void elect() {
    SimulatedRebalancer before = leader;
    List<SimulatedRebalancer> candidates = new ArrayList<>();
    for (SimulatedRebalancer peer : peers) {
      if ((peer != before || peer.life() != leaderLife) && hasMajority(peer)) {
        candidates.add(peer);
      }
    }
    if (candidates.isEmpty()) {
      if (before != null && before.life() == leaderLife && hasMajority(before)) {
        return;
      }
      leader = null;
    }
    if (before != null) {
      int belief = timeline.random.nextInt(BELIEF_MILLIS_MAX);
      int life = leaderLife;
      timeline.after(belief, () -> before.act(life, () -> deposed(before, life)));
    }
    if (!candidates.isEmpty()) {
      SimulatedRebalancer elected = candidates.get(timeline.random.nextInt(candidates.size()));
      leader = elected;
      leaderLife = elected.life();
      timeline.tell("%s is elected", elected.name);
      elected.leadsStore(settled());
    }
    leaderlessAtMillis = timeline.nowMillis();
    patienceMillis = timeline.random.nextInt(ELECTION_MILLIS_MIN, ELECTION_MILLIS_MAX);
  }

  private void deposed(SimulatedRebalancer peer, int life) {
    if (peer != leader || life != leaderLife) {
      peer.losesStore();
    }
  }

  /** A new leader has first of all what the one before had brought to a majority. */
  private ClusterMap settled() {
    for (Entry entry : List.copyOf(underWay)) {
      if (timeline.random.nextBoolean()) {
        var _ = commit(entry);
      }
      entry.lost = true;
    }
    underWay.clear();
    return map;
  }

  // ---- changes

  /** Brings a change into the map, if the peer leads; the answer comes to that life of it. */
  void propose(SimulatedRebalancer by, MapChange change, Consumer<ChangeAnswer> answer) {
    int life = by.life();
    Entry entry = new Entry(by, change, told -> by.act(life, () -> answer.accept(told)));
    boolean slow = timeline.once(SLOW_ONCE_IN);
    int takes = timeline.random.nextInt(slow ? SLOW_COMMIT_MILLIS_MAX : COMMIT_MILLIS_MAX);
    if (leads(by)) {
      underWay.add(entry);
      timeline.after(1 + takes, () -> decide(entry));
    }
    timeline.after(UNANSWERED_MILLIS, () -> forget(entry));
  }

  private void decide(Entry entry) {
    if (entry.lost || !leads(entry.by)) {
      return;
    }
    if (!hasMajority(entry.by)) {
      timeline.after(LOOK_MILLIS, () -> decide(entry));
      return;
    }
    entry.decided = true;
    underWay.remove(entry);
    ChangeAnswer answer = commit(entry);
    entry.answer.accept(answer);
  }

  private ChangeAnswer commit(Entry entry) {
    ClusterMap before = map;
    return switch (rules.decided(entry.change, before)) {
      case Outcome.Refused(String reason) -> new ChangeAnswer.Refused(map.version(), reason);
      case Outcome.Accepted(ClusterMap next) -> {
        map = next;
        timeline.tell("map %d: %s", next.version(), entry.change);
        SimulatedRebalancer now = leader;
        if (now != null && now.isUp()) {
          now.applied(next);
        }
        committed.accept(entry.change, before);
        yield new ChangeAnswer.Accepted(next.version());
      }
    };
  }

  private void forget(Entry entry) {
    if (!entry.decided) {
      entry.answer.accept(new ChangeAnswer.Unknown("nobody answers"));
    }
  }

  /** {@code confirmed} runs if no other had begun to lead when this was called. */
  void confirm(SimulatedRebalancer by, Runnable confirmed, Runnable failed) {
    int life = by.life();
    int takes = 1 + timeline.random.nextInt(COMMIT_MILLIS_MAX);
    timeline.after(
        takes,
        () -> {
          boolean leads = leads(by) && hasMajority(by);
          int back = timeline.random.nextInt(COMMIT_MILLIS_MAX);
          timeline.after(back, () -> by.act(life, leads ? confirmed : failed));
        });
  }
}
