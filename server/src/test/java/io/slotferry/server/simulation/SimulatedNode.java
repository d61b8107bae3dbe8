package io.slotferry.server.simulation;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.replication.LoopTurns;
import io.slotferry.replication.MapProposals;
import io.slotferry.replication.ShardCopy;
import io.slotferry.replication.storage.CopyStorage;
import io.slotferry.replication.storage.Fsync;
import io.slotferry.replication.storage.MemoryVolume;
import io.slotferry.replication.storage.StorageSettings;
import io.slotferry.shard.GatewayLinks;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Role;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.NodeReport;
import io.slotferry.topology.message.Stamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A node with a real copy on a real storage, on a volume in memory. */
final class SimulatedNode extends SimulatedProcess {
  private static final Path FOLDER = Path.of("/data");
  private static final String NO_SPACE = "No space left on device";

  /** The copy wants it twice as often; retries come a little later then. */
  private static final long TICK_MILLIS = 2 * ShardCopy.TICK_MILLIS;

  private static final int BACKLOG_BYTES = 1 << 20;
  private static final int SEGMENT_BYTES = 16 << 10;
  private static final int SNAPSHOT_AFTER_BYTES = 12 << 10;
  private static final int START_AGAIN_MILLIS = 500;
  private static final int DISK_MILLIS_MAX = 3;
  private static final int SLOW_DISK_MILLIS_MAX = 400;
  private static final long ANSWER_MILLIS_MAX = 2_000;

  private final SimulatedCluster cluster;
  private final Node identity;
  private final Fsync fsync;
  private MemoryVolume volume;
  private ShardCopy copy;
  private GatewayLinks gateways;
  private ClusterMap view = ClusterMap.EMPTY;
  private boolean diskFull;
  private boolean slowDisk;
  private long diskFreeAtMillis;
  private boolean logged;
  private Stamp heard = Stamp.NONE;
  private boolean lostDisk;

  SimulatedNode(String name, int preferredShard, Role role, Fsync fsync, SimulatedCluster cluster) {
    super(name, cluster.timeline);
    this.cluster = cluster;
    this.fsync = fsync;
    this.identity = new Node(name, Set.of(role), "", 0, 0, preferredShard, "");
    this.volume = new MemoryVolume(new Random(timeline.random.nextLong()));
    this.copy = newCopy();
    this.gateways = newGatewayLinks();
  }

  private ShardCopy newCopy() {
    return new ShardCopy(
        name,
        timeline.random,
        this,
        (to, frame) -> cluster.send(name, to, frame),
        this::propose,
        new Turns());
  }

  private GatewayLinks newGatewayLinks() {
    int now = life();
    return new GatewayLinks(
        name,
        new WatchedCopy(this, copy, cluster),
        task -> timeline.after(0, () -> act(now, task)),
        (address, frame) -> cluster.sendToGateway(name, address, frame),
        timeline.random);
  }

  /** What the loop is asked for: a flush at the end of the act, and moves a moment later. */
  private final class Turns implements LoopTurns {
    private static final long MOVE_ON_MILLIS = 1;

    private boolean moveScheduled;

    @Override
    public void flushLater() {
      logged = true;
    }

    @Override
    public void moveOnLater() {
      if (!moveScheduled) {
        moveScheduled = true;
        int now = life();
        timeline.after(MOVE_ON_MILLIS, () -> act(now, this::moveOn));
      }
    }

    private void moveOn() {
      moveScheduled = false;
      copy.moveOn(0);
    }
  }

  /** Starts with what its disk has. */
  void start() {
    begin();
    lostDisk = false;
    view = ClusterMap.EMPTY;
    heard = Stamp.NONE;
    copy = newCopy();
    gateways = newGatewayLinks();
    int now = life();
    try {
      copy.open(
          CopyStorage.open(
              FOLDER,
              new StorageSettings(
                  fsync, BACKLOG_BYTES, SEGMENT_BYTES, SNAPSHOT_AFTER_BYTES, SNAPSHOT_AFTER_BYTES),
              volume,
              this::onDisk,
              task -> timeline.after(0, () -> act(now, task)),
              copy.engine(),
              wallMillis()));
    } catch (IOException e) {
      if (!diskFull) {
        throw new UncheckedIOException(name + " does not start", e);
      }
      die();
      int life = life();
      timeline.after(START_AGAIN_MILLIS, () -> startIn(life));
      return;
    }
    timeline.tell("%s starts at offset %d", name, copy.log().endOffset());
    tick();
    beat();
  }

  private void startIn(int life) {
    if (life() == life) {
      start();
    }
  }

  /** Blocking work is done in order, each a moment later. */
  private boolean onDisk(Runnable task) {
    int takes = timeline.random.nextInt(slowDisk ? SLOW_DISK_MILLIS_MAX : DISK_MILLIS_MAX);
    diskFreeAtMillis = Math.max(diskFreeAtMillis, timeline.nowMillis()) + takes;
    int now = life();
    timeline.after(diskFreeAtMillis - timeline.nowMillis(), () -> act(now, task));
    return true;
  }

  ShardCopy copy() {
    return copy;
  }

  /** The newest image that the copy has. */
  ClusterMap view() {
    return view;
  }

  /** Whether it answers commands now, of which at most one copy of a shard may. */
  boolean isServing() {
    return isRunning() && copy.isServing() && copy.shard().successor() == null;
  }

  // ---- misfortunes

  /** The process dies: what it had not yet handed to its disk is lost. */
  void kill() {
    timeline.tell("%s is killed", name);
    die();
    volume.kill();
  }

  /** The machine dies: what was not forced is lost, or a part of it. */
  void losePower() {
    timeline.tell("%s loses power", name);
    die();
    volume.crash();
  }

  void loseDisk() {
    timeline.tell("%s loses its disk", name);
    die();
    lostDisk = true;
    volume = new MemoryVolume(new Random(timeline.random.nextLong()));
    fillDisk(diskFull);
  }

  /** Whether it is down, and will know nothing of its former starts. */
  boolean hasLostDisk() {
    return lostDisk;
  }

  void fillDisk(boolean full) {
    timeline.tell("%s: disk full: %s", name, full);
    diskFull = full;
    volume.failWrites(full ? NO_SPACE : null);
  }

  void slowDisk(boolean slow) {
    slowDisk = slow;
  }

  // ---- what it does by itself

  private void tick() {
    later(TICK_MILLIS, this::tick);
    copy.tickFollowing();
    copy.tickLeading();
    gateways.tick(monotonicMillis());
  }

  private void beat() {
    later(Rules.HEARTBEAT_MILLIS, this::beat);
    CopyReport report = copy.report();
    NodeReport said =
        new NodeReport(
            identity,
            copy.incarnation(),
            view.version(),
            heard,
            report == null ? List.of() : List.of(report));
    long sentMillis = monotonicMillis();
    int now = life();
    cluster.ask(
        name,
        rebalancer -> {
          HeartbeatAnswer answer = rebalancer.heartbeat(said);
          cluster.network.send(
              rebalancer.name, name, () -> act(now, () -> answered(answer, sentMillis)));
        });
  }

  private void answered(HeartbeatAnswer answer, long sentMillis) {
    heard = answer.stamp();
    if (answer.mapVersion() > view.version()) {
      cluster.pull(this, this::see);
    }
    for (Lease lease : answer.leases()) {
      copy.leaseGranted(lease.shard(), lease.epoch(), sentMillis, lease.leaseMillis());
    }
  }

  /** Takes a newer image. */
  void see(ClusterMap map) {
    if (map.version() > view.version()) {
      view = map;
      copy.mapChanged(map);
    }
  }

  private void propose(MapChange change, MapProposals.Answer answer) {
    int now = life();
    boolean[] answered = {false};
    later(
        ANSWER_MILLIS_MAX,
        () -> {
          if (!answered[0]) {
            answered[0] = true;
            answer.decided(MapProposals.Fate.UNKNOWN, 0);
          }
        });
    cluster.ask(
        name,
        rebalancer ->
            rebalancer.change(
                change,
                told ->
                    cluster.network.sendOnce(
                        rebalancer.name,
                        name,
                        () ->
                            act(
                                now,
                                () -> {
                                  if (!answered[0]) {
                                    answered[0] = true;
                                    decide(told, answer);
                                  }
                                }))));
  }

  private static void decide(ChangeAnswer told, MapProposals.Answer answer) {
    switch (told) {
      case ChangeAnswer.Accepted(long version) ->
          answer.decided(MapProposals.Fate.ACCEPTED, version);
      case ChangeAnswer.Refused(long version, _) ->
          answer.decided(MapProposals.Fate.REFUSED, version);
      case ChangeAnswer.Unknown _ -> answer.decided(MapProposals.Fate.UNKNOWN, 0);
    }
  }

  @Override
  void acted() {
    if (logged) {
      logged = false;
      copy.flush();
    }
    cluster.invariants.look(this);
  }

  // ---- what comes from others

  /** A frame of another copy, or of a gateway. */
  void received(byte[] frame) {
    WireReader in = new WireReader(frame);
    FrameKind kind = FrameKind.of(in.u8());
    if (kind == FrameKind.COMMANDS) {
      cluster.rules.arrives(frame);
      gateways.received(in, monotonicMillis());
    } else {
      copy.received(kind, in);
    }
    logged = true;
  }
}
