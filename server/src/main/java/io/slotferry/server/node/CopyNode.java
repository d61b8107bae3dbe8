package io.slotferry.server.node;

import io.netty.channel.EventLoop;
import io.slotferry.gateway.LocalCopies;
import io.slotferry.replica.ReplicaService;
import io.slotferry.replication.CopyDisk;
import io.slotferry.replication.LoopTurns;
import io.slotferry.replication.MapProposals;
import io.slotferry.replication.ShardCopy;
import io.slotferry.replication.TimeSource;
import io.slotferry.replication.bus.CopyBus;
import io.slotferry.shard.ShardService;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.Addresses;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.LoadCodec;
import io.slotferry.topology.message.LoadReport;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roles shard and replica: one shard copy with both services around it, for which of them has
 * something to do is the map's affair, and changes.
 *
 * <p>Thread: any; the copy itself belongs to its context.
 */
final class CopyNode implements NodeService, Heartbeat.LeaseHolder {
  private static final Logger LOG = LoggerFactory.getLogger(CopyNode.class);

  private final Vertx vertx;
  private final String id;
  private final Context context;
  private final EventLoop loop;
  private final MapFollower map;
  private final CopyDisks disks;
  private final Path folder;
  private final ShardCopy copy;
  private final CopyBus bus;
  private final Deployment shardService;
  private final Deployment replicaService;
  private final Runnable mapListener = this::mapChangedLater;
  private @Nullable CopyDisk disk;
  private @Nullable MessageConsumer<JsonObject> status;
  private long loadTimer;
  private boolean opened;
  private volatile boolean ready;
  private volatile @Nullable CopyReport lastReport;

  /**
   * @param context the event loop that will own the copy
   * @param folder where the copy's data is kept
   */
  CopyNode(Vertx vertx, Context context, String id, MapFollower map, CopyDisks disks, Path folder) {
    this.vertx = vertx;
    this.id = id;
    this.disks = disks;
    this.folder = folder;
    this.context = context;
    this.loop = ((ContextInternal) context).nettyEventLoop();
    this.map = map;
    this.bus = new CopyBus(vertx.eventBus(), id);
    this.copy =
        new ShardCopy(
            id,
            new SplittableRandom(new SecureRandom().nextLong()),
            TimeSource.SYSTEM,
            bus,
            this::propose,
            new Turns());
    this.shardService = new Deployment(context, new ShardService(id, copy, bus));
    this.replicaService = new Deployment(context, new ReplicaService(copy, bus));
  }

  @Override
  public Future<Void> start() {
    return disks
        .open(folder, copy.engine(), loop)
        .compose(recovered ->
            onContext(() -> {
              disk = recovered;
              copy.open(recovered);
              return Future.succeededFuture();
            }))
        .compose(_ -> Future.all(shardService.start(), replicaService.start()))
        .compose(_ -> onContext(this::join));
  }

  private Future<Void> join() {
    opened = true;
    map.addListener(mapListener);
    mapChanged();
    status = LeaderStatus.serve(vertx.eventBus(), id, copy);
    loadTimer = vertx.setPeriodic(LoadReport.INTERVAL_MILLIS, _ -> reportLoad());
    return bus.open();
  }

  @Override
  public Future<Void> stop() {
    map.removeListener(mapListener);
    return onContext(
            () -> {
              boolean wasOpened = opened;
              opened = false;
              ready = false;
              return wasOpened ? leaveBus() : Future.succeededFuture();
            })
        .eventually(replicaService::stop)
        .eventually(shardService::stop)
        .eventually(() -> onContext(this::closeDisk));
  }

  private Future<Void> leaveBus() {
    vertx.cancelTimer(loadTimer);
    MessageConsumer<JsonObject> serving = status;
    return serving == null ? bus.close() : serving.unregister().eventually(bus::close);
  }

  private Future<Void> closeDisk() {
    CopyDisk open = disk;
    disk = null;
    return open == null ? Future.succeededFuture() : disks.close(open);
  }

  /** The copy for a gateway in this process. */
  LocalCopies.Copy localCopy() {
    return new LocalCopies.Copy(context, copy);
  }

  Context context() {
    return context;
  }

  // ---- the map

  private void mapChangedLater() {
    loop.execute(this::mapChanged);
  }

  private void mapChanged() {
    if (opened && copy.mapVersion() < map.current().version()) {
      copy.mapChanged(map.current());
    }
  }

  private void propose(MapChange change, MapProposals.Answer answer) {
    map.propose(change).onSuccess(decided -> loop.execute(() -> answer(decided, answer)));
  }

  private static void answer(ChangeAnswer decided, MapProposals.Answer answer) {
    switch (decided) {
      case ChangeAnswer.Accepted(long version) ->
          answer.decided(MapProposals.Fate.ACCEPTED, version);
      case ChangeAnswer.Refused(long version, _) ->
          answer.decided(MapProposals.Fate.REFUSED, version);
      case ChangeAnswer.Unknown _ -> answer.decided(MapProposals.Fate.UNKNOWN, 0);
    }
  }

  // ---- turns of the loop

  /** What a loop turn logs goes out once, at its end; moves go on in turns of their own. */
  private final class Turns implements LoopTurns {
    private static final long MOVE_ON_NANOS = 1_000_000;

    private boolean flushScheduled;
    private boolean moveScheduled;
    private long moveDueNanos;

    @Override
    public void flushLater() {
      if (!flushScheduled) {
        flushScheduled = true;
        loop.execute(this::flush);
      }
    }

    private void flush() {
      flushScheduled = false;
      if (opened) {
        copy.flush();
      }
    }

    @Override
    public void moveOnLater() {
      if (!moveScheduled) {
        moveScheduled = true;
        moveDueNanos = System.nanoTime() + MOVE_ON_NANOS;
        var _ = loop.schedule(this::moveOn, MOVE_ON_NANOS, TimeUnit.NANOSECONDS);
      }
    }

    private void moveOn() {
      moveScheduled = false;
      if (opened) {
        copy.moveOn(System.nanoTime() - moveDueNanos);
      }
    }
  }

  // ---- heartbeats; on the context

  private void reportLoad() {
    LoadReport report = copy.measureLoad();
    if (report != null) {
      vertx.eventBus().send(Addresses.LOAD, LoadCodec.encode(report));
    }
  }

  long incarnation() {
    return copy.incarnation();
  }

  List<CopyReport> report() {
    CopyReport report = copy.report();
    lastReport = report;
    Shard shard = copy.shard();
    ready =
        report != null
            && shard != null
            && shard.epoch() > 0
            && (copy.isServing() || (!copy.isLeading() && report.offset() >= 0));
    return report == null ? List.of() : List.of(report);
  }

  /** What the last heartbeat said; null for a spare copy. Any thread. */
  @Nullable CopyReport lastReport() {
    return lastReport;
  }

  @Override
  public boolean isUrgent() {
    return copy.hasHandedOver() || (copy.isLeading() && !copy.isServing());
  }

  @Override
  public boolean isHandingOver() {
    return copy.isLeading() && copy.isHandingOver();
  }

  @Override
  public void granted(Lease lease, long sentMillis) {
    boolean served = copy.isServing();
    copy.leaseGranted(lease.shard(), lease.epoch(), sentMillis, lease.leaseMillis());
    if (copy.isServing()) {
      ready = true;
      if (!served && lease.epoch() > 1) { // The first epoch is the cluster's beginning.
        LOG.info("serving shard={} epoch={}", lease.shard(), lease.epoch());
      }
    }
  }

  /** It is ready when it serves as a leader, or follows one and lacks nothing. */
  @Override
  public @Nullable String unreadyReason() {
    return ready ? null : id + " carries no complete copy of a shard";
  }

  /**
   * Has another copy lead, if this one does and another can; to be called before the node stops.
   */
  Future<Void> handOver() {
    return onContext(
        () -> opened ? new Handover(vertx, context, map).of(copy) : Future.succeededFuture());
  }

  private Future<Void> onContext(Step step) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(_ -> {
      try {
        step.run().onComplete(done);
      } catch (RuntimeException e) {
        done.fail(e);
      }
    });
    return done.future();
  }

  private interface Step {
    Future<Void> run();
  }
}
