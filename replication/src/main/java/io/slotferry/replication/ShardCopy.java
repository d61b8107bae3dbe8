package io.slotferry.replication;

import io.slotferry.engine.Engine;
import io.slotferry.engine.KeyLocator;
import io.slotferry.engine.store.KeyHash;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.replication.log.LogRecords;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.replication.storage.CopyStorage;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Move;
import io.slotferry.topology.Shard;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a shard: its data, its log and its role. The role follows the cluster map, and nothing
 * else: a copy always starts as a follower, and leads when the map says so about this very start of
 * its node.
 *
 * <pre>
 *                 the map: a replica of shard s, or its leader before a promotion
 *   SPARE ─────────────────────────────────────────────────────────────► FOLLOWING
 *     ▲                                                                   │      ▲
 *     │ the map: no copy here                   promoted in a new epoch   ▼      │ another leads
 *     └──────────────────────────────────────────────────────────────── LEADING ─┘
 * </pre>
 *
 * A leader executes commands only while its lease runs by its own monotonic clock. Thread: all
 * methods belong to the one event loop that owns the copy.
 */
public final class ShardCopy implements ShardExecutor {
  /** How often {@link #tick} wants to be called. */
  public static final long TICK_MILLIS = 20;

  static final int WAITS_MAX = 100_000;
  private static final int EXPIRED_KEYS_PER_TICK_MAX = 500;
  private static final int GARBAGE_PARTITIONS_PER_TICK = 64;
  private static final int NOTHING_DROPPED = -1;
  private static final int ALL_DROPPED = Integer.MAX_VALUE;

  /** Each role and each move numbers its attempts from a block of its own. */
  private static final long SESSIONS_PER_ROLE = 1 << 16;

  private final String node;
  private final TimeSource time;
  private final Outbox outbox;
  private final MapProposals proposals;
  private final Runnable logged;
  private final CopyStorage storage;
  private final ReplicationLog log;
  private final Engine engine;
  private final PartitionStore store;
  private final HeldCalls held = new HeldCalls();
  private final Map<Long, MoveSource> movesOut = new HashMap<>();
  private final Map<Long, MoveTarget> movesIn = new HashMap<>();
  private ClusterMap map = ClusterMap.EMPTY;
  private @Nullable Shard shard;
  private @Nullable Leader leader;
  private @Nullable Follower follower;
  private long leaseUntilMillis = Long.MIN_VALUE;
  private long nextSession;
  private int garbageFrom = ALL_DROPPED;

  /**
   * @param storage recovered: its data is in {@code engine} already
   * @param logged called (often) when the log has grown: the edge then calls {@link #flush} once at
   *     the end of this loop turn
   */
  public ShardCopy(
      String node,
      Engine engine,
      CopyStorage storage,
      TimeSource time,
      Outbox outbox,
      MapProposals proposals,
      Runnable logged) {
    this.node = node;
    this.engine = engine;
    this.store = engine.store();
    this.storage = storage;
    this.log = storage.log();
    this.time = time;
    this.outbox = outbox;
    this.proposals = proposals;
    this.logged = logged;
    // Sessions of an earlier start of this node are all smaller.
    this.nextSession = storage.incarnation() << 32;
  }

  // ---- the map decides the role

  /** A newer image of the cluster map. */
  public void mapChanged(ClusterMap newMap) {
    long nowMillis = time.monotonicMillis();
    map = newMap;
    Shard shard = newMap.shardOn(node);
    this.shard = shard;
    if (shard == null) {
      stopLeading();
      follower = null;
      return;
    }
    storage.belongTo(shard.id());
    boolean leads =
        shard.leader().equals(node)
            && shard.incarnation() == storage.incarnation()
            && shard.epoch() > 0;
    if (leads) {
      lead(shard, nowMillis);
    } else {
      follow(shard, nowMillis);
    }
  }

  private void lead(Shard shard, long nowMillis) {
    Leader leader = this.leader;
    if (leader == null || leader.epoch() != shard.epoch()) {
      stopLeading();
      follower = null;
      log.beginEpoch(shard.epoch(), ReplicationId.random());
      leader = new Leader(shard.id(), shard.epoch(), node, log, store, outbox);
      this.leader = leader;
    }
    leader.keepOnly(shard.replicas());
    tablets.reconcile(map, shard.id());
    updateMoves(shard, nowMillis);
    garbageFrom = NOTHING_DROPPED;
  }

  private void follow(Shard shard, long nowMillis) {
    stopLeading();
    if (follower == null) {
      follower =
          new Follower(shard.id(), node, nextSession, log, new FollowedData(), outbox);
      nextSession += SESSIONS_PER_ROLE;
    }
    boolean leaderless = shard.epoch() == 0 || shard.leader().equals(node);
    follower.leaderIs(leaderless ? null : shard.leader(), shard.epoch(), nowMillis);
  }

  private void stopLeading() {
    Leader leader = this.leader;
    if (leader != null) {
      this.leader = null;
      leader.end();
      movesOut.clear();
      movesIn.clear();
      held.refuseAll();
      leaseUntilMillis = Long.MIN_VALUE;
    }
  }

  private void updateMoves(Shard shard, long nowMillis) {
    movesOut.keySet().removeIf(id -> map.move(id) == null);
    movesIn.keySet().removeIf(id -> map.move(id) == null);
    for (Move move : map.moves()) {
      if (move.from() == shard.id() && !movesOut.containsKey(move.id())) {
        movesOut.put(move.id(), newMoveSource(move));
      }
    }
    for (MoveSource source : movesOut.values()) {
      source.mapIs(map, nowMillis);
    }
    // Whatever waited for a move that has ended finds its partition here, or elsewhere, now.
    held.release(this);
  }

  private MoveSource newMoveSource(Move move) {
    long firstSession = nextSession;
    nextSession += SESSIONS_PER_ROLE;
    return new MoveSource(
        move, node, firstSession, store, outbox, proposals, () -> held.release(this));
  }

  // ---- executing

  @Override
  public Outcome execute(
      ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
    Leader leader = this.leader;
    if (leader == null || time.monotonicMillis() >= leaseUntilMillis) {
      return Outcome.NOT_HERE;
    }
    if (call.command == Command.WAIT) {
      return await(leader, call, request, reply, later);
    }
    Place place = placeOf(call, request);
    if (place == Place.ELSEWHERE) {
      return Outcome.NOT_HERE;
    }
    if (place == Place.HELD) {
      return held.hold(call, request, later) ? Outcome.LATER : Outcome.NOT_HERE;
    }
    String refusal = call.command.isWrite() ? log.refusal() : null;
    if (refusal != null) {
      reply.error(refusal);
    } else {
      engine.execute(call, request, reply, time.wallMillis());
    }
    return Outcome.REPLIED;
  }

  /** Where the partitions of a call are. */
  private enum Place {
    HERE,
    HELD,
    ELSEWHERE
  }

  private Place placeOf(ShardCall call, Request request) {
    if (call.partition == ShardCall.ALL_PARTITIONS) {
      return call.command.isWrite() && isHoldingAny() ? Place.HELD : Place.HERE;
    }
    Command command = call.command;
    int keys = KeyPositions.count(command, request);
    if (keys == 0) {
      return placeOf(call.partition);
    }
    Place place = Place.HERE;
    for (int i = 0; i < keys; i++) {
      int argument = KeyPositions.position(command, i);
      int partition = partitionOf(call.keyspace, request, argument);
      if (i == 0) {
        // The caller's map may be older: a tablet may have been split since.
        call.partition = partition;
      }
      Place ofKey = placeOf(partition);
      if (ofKey.compareTo(place) > 0) {
        place = ofKey;
      }
    }
    return place;
  }

  private int partitionOf(int keyspace, Request request, int argument) {
    return map.partitionOf(
        keyspace, request.buffer(), request.start(argument), request.length(argument));
  }

  private Place placeOf(int partition) {
    Shard shard = this.shard;
    if (shard == null || partition < 0 || map.shardOf(partition) != shard.id()) {
      return Place.ELSEWHERE;
    }
    return isHolding(partition) ? Place.HELD : Place.HERE;
  }

  private boolean isHolding(int partition) {
    if (!movesOut.isEmpty()) {
      for (MoveSource move : movesOut.values()) {
        if (move.concerns(partition) && move.isHolding()) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isHoldingAny() {
    for (MoveSource move : movesOut.values()) {
      if (move.isHolding()) {
        return true;
      }
    }
    return false;
  }

  /** WAIT numreplicas timeout: for everything that is in the log now. */
  private Outcome await(
      Leader leader, ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
    if (!isLong(request, 1) || !isLong(request, 2)) {
      reply.error("ERR value is not an integer or out of range");
      return Outcome.REPLIED;
    }
    long replicas = longOf(request, 1);
    long timeoutMillis = longOf(request, 2);
    if (timeoutMillis < 0) {
      reply.error("ERR timeout is negative");
      return Outcome.REPLIED;
    }
    long offset = log.endOffset();
    int applied = leader.appliedBy(offset);
    if (applied >= replicas || leader.waiting() >= WAITS_MAX) {
      reply.integer(applied);
      return Outcome.REPLIED;
    }
    long nowMillis = time.monotonicMillis();
    long deadline =
        timeoutMillis == 0 || timeoutMillis > Long.MAX_VALUE - nowMillis
            ? Long.MAX_VALUE
            : nowMillis + timeoutMillis;
    int wanted = (int) Math.min(replicas, Integer.MAX_VALUE);
    leader.await(
        new ReplicaWait(offset, wanted, deadline, call.ticket, call.respVersion, later),
        nowMillis);
    return Outcome.LATER;
  }

  private static boolean isLong(Request request, int argument) {
    return Decimal.isLong(request.buffer(), request.start(argument), request.length(argument));
  }

  private static long longOf(Request request, int argument) {
    return Decimal.toLong(request.buffer(), request.start(argument), request.length(argument));
  }

  // ---- effects

  /** Takes the effects of the engine: the log first, then the moves that their keys take part in. */
  private void effect(int keyspace, int partition, Request effect) {
    log.effect(keyspace, partition, effect);
    if (!movesOut.isEmpty()) {
      for (MoveSource move : movesOut.values()) {
        if (move.concerns(partition)) {
          move.effect(keyspace, partition, Engine.keyHashOf(effect), effect);
        }
      }
    }
    logged.run();
  }

  /** Sends what this loop turn has logged, to the followers and to the disk. */
  public void flush() {
    long nowMillis = time.monotonicMillis();
    storage.flush();
    if (leader != null) {
      leader.pump(nowMillis);
      for (MoveSource move : movesOut.values()) {
        move.pump(nowMillis);
      }
    }
  }

  // ---- frames of other copies

  /** A frame for this copy; {@code in} stands behind the kind. */
  public void received(FrameKind kind, WireReader in) {
    long nowMillis = time.monotonicMillis();
    switch (kind) {
      case FOLLOW -> {
        FollowRequest request = FollowRequest.read(in);
        if (leader != null && shard != null && shard.id() == request.shard()) {
          leader.follow(request, nowMillis);
        }
      }
      case MOVE_OPEN -> openMove(MoveOpen.read(in), nowMillis);
      case STREAM, STREAM_BACK, MOVE_STREAM, MOVE_BACK -> streamed(kind, in, nowMillis);
      default -> throw new IllegalArgumentException("not a frame of a copy: " + kind);
    }
  }

  private void streamed(FrameKind kind, WireReader in, long nowMillis) {
    StreamEnvelope envelope = StreamEnvelope.read(in);
    long id = envelope.stream();
    if (kind == FrameKind.STREAM && follower != null) {
      follower.received(envelope.sender(), envelope.session(), in, nowMillis);
    } else if (kind == FrameKind.STREAM_BACK && leader != null) {
      leader.received(envelope.sender(), envelope.session(), in, nowMillis);
      for (MoveTarget move : movesIn.values()) {
        move.answerFence(nowMillis);
      }
    } else if (kind == FrameKind.MOVE_STREAM) {
      MoveTarget move = movesIn.get(id);
      if (move != null) {
        move.received(envelope.sender(), envelope.session(), in, nowMillis);
      }
    } else if (kind == FrameKind.MOVE_BACK) {
      MoveSource move = movesOut.get(id);
      if (move != null) {
        move.received(envelope.sender(), envelope.session(), in, nowMillis);
      }
    }
  }

  private void openMove(MoveOpen open, long nowMillis) {
    Move move = map.move(open.move());
    Shard shard = this.shard;
    if (leader == null || shard == null || move == null) {
      return; // The source asks again; by then the map may be here.
    }
    Shard source = map.shard(move.from());
    boolean current =
        move.to() == shard.id()
            && open.toEpoch() == shard.epoch()
            && source != null
            && open.fromEpoch() == source.epoch();
    MoveTarget known = movesIn.get(open.move());
    boolean newer = known == null || known.open().session() < open.session();
    if (current && (newer || !known.open().node().equals(open.node()))) {
      for (int partition : move.partitions()) {
        empty(partition);
      }
      movesIn.put(
          open.move(),
          new MoveTarget(open, node, new MovedData(leader, shard), outbox, nowMillis));
    }
  }

  /** Empties a partition that this shard does not own, here and on the replicas. */
  private void empty(int partition) {
    Partition content = store.partition(partition);
    if (content != null) {
      content.become(PartitionState.INCOMING);
      if (content.size() > 0) {
        engine.clearPartition(partition);
      }
    }
  }

  // ---- time

  /** Retransmissions, timeouts, expiry, and the cleaning up; every {@link #TICK_MILLIS}. */
  public void tick() {
    long nowMillis = time.monotonicMillis();
    if (follower != null) {
      follower.tick(nowMillis);
    }
    if (leader != null) {
      leader.tick(nowMillis);
      for (MoveSource move : movesOut.values()) {
        move.tick(map.version(), nowMillis);
      }
      for (MoveTarget move : movesIn.values()) {
        move.tick(nowMillis);
      }
      if (nowMillis < leaseUntilMillis) {
        engine.expireCycle(time.wallMillis(), EXPIRED_KEYS_PER_TICK_MAX);
        dropGarbage();
      }
    }
    storage.tick(nowMillis);
  }

  /** Clears what the map says is not this shard's, and not on its way here; a few at a time. */
  private void dropGarbage() {
    Shard shard = this.shard;
    if (garbageFrom == ALL_DROPPED || shard == null) {
      return;
    }
    for (int i = 0; i < GARBAGE_PARTITIONS_PER_TICK; i++) {
      Partition next = store.after(garbageFrom);
      if (next == null) {
        garbageFrom = ALL_DROPPED;
        return;
      }
      garbageFrom = next.id();
      Move move = map.moveOf(next.id());
      boolean coming = move != null && move.to() == shard.id();
      if (map.shardOf(next.id()) != shard.id() && !coming) {
        engine.clearPartition(next.id());
        store.drop(next.id());
      }
    }
  }

  // ---- lease and heartbeat

  /** The rebalancer lets this copy lead for so long from when the heartbeat was sent. */
  public void leaseGranted(int ofShard, long epoch, long heartbeatSentMillis, long leaseMillis) {
    Shard shard = this.shard;
    if (leader != null && shard != null && shard.id() == ofShard && shard.epoch() == epoch) {
      leaseUntilMillis = Math.max(leaseUntilMillis, heartbeatSentMillis + leaseMillis);
    }
  }

  /** What the next heartbeat says about this copy; null for a spare one. */
  public @Nullable CopyReport report() {
    Shard shard = this.shard;
    if (shard == null) {
      return null;
    }
    Leader leader = this.leader;
    Set<String> inSync =
        leader == null
            ? Set.of()
            : leader.inSync(shard.replicas(), shard.inSync(), time.monotonicMillis());
    // An unfinished sync is worth nothing: it must never be preferred to a complete copy.
    long offset = isSyncing() ? -1 : log.endOffset();
    return new CopyReport(
        shard.id(), shard.epoch(), leader != null, log.replicationId(), offset, inSync);
  }

  private boolean isSyncing() {
    return follower != null && follower.isSyncing();
  }

  // ---- what others may know

  public boolean isLeading() {
    return leader != null;
  }

  /** Whether it leads and its lease runs. */
  public boolean isServing() {
    return leader != null && time.monotonicMillis() < leaseUntilMillis;
  }

  public @Nullable Shard shard() {
    return shard;
  }

  public @Nullable Leader leader() {
    return leader;
  }

  public ReplicationLog log() {
    return log;
  }

  public PartitionStore store() {
    return store;
  }

  /** The follower's data: what comes in the stream goes to the log and, if covered, to the engine. */
  private final class FollowedData implements Follower.Data {
    private final LogRecords records = new LogRecords();

    @Override
    public void beginSync(String replicationId, long offset) {
      store.clear();
      Shard shard = ShardCopy.this.shard;
      log.reset(replicationId, offset, shard == null ? 0 : shard.epoch());
    }

    @Override
    public void apply(WireReader in, @Nullable WalkPosition position) {
      int start = in.position();
      int length = in.remaining();
      in.skip(length);
      log.append(in.buffer(), start, length);
      records.reset(in.buffer(), start, length);
      long wallMillis = time.wallMillis();
      while (records.next()) {
        Request effect = records.effect();
        int partition = records.partition();
        if (position == null || position.covers(partition, Engine.keyHashOf(effect))) {
          engine.apply(records.keyspace(), partition, effect, wallMillis);
        }
      }
      logged.run();
    }

    @Override
    public void applyChunk(WireReader chunk, WalkPosition position) {
      PartitionWalk.readChunk(chunk, store, position, PartitionWalk.SectionListener.NONE);
    }

    @Override
    public void endSync() {
      storage.syncComplete();
    }
  }

  /** The data of partitions that move here: through the own log, so that the replicas have it. */
  private final class MovedData implements MoveTarget.Data {
    private final LogRecords records = new LogRecords();
    private final WalkPosition position = new WalkPosition();
    private final Leader leader;
    private final Shard shard;

    MovedData(Leader leader, Shard shard) {
      this.leader = leader;
      this.shard = shard;
    }

    @Override
    public void applyMovedChunk(WireReader chunk) {
      PartitionWalk.readChunk(
          chunk,
          store,
          position,
          new PartitionWalk.SectionListener() {
            @Override
            public void begins(int partition) {
              store.create(partition).become(PartitionState.INCOMING);
            }

            @Override
            public void took(
                int keyspace, int partition, byte[] key, Value value, long expiryMillis) {
              engine.logPut(keyspace, partition, key, value, expiryMillis);
            }
          });
    }

    @Override
    public void applyMovedEffects(WireReader in) {
      records.reset(in.buffer(), in.position(), in.remaining());
      in.skip(in.remaining());
      long wallMillis = time.wallMillis();
      while (records.next()) {
        effect(records.keyspace(), records.partition(), records.effect());
        engine.apply(records.keyspace(), records.partition(), records.effect(), wallMillis);
      }
    }

    @Override
    public long logEnd() {
      return log.endOffset();
    }

    @Override
    public boolean isReplicated(long offset) {
      return leader.allApplied(inSyncNow(), offset);
    }

    private Set<String> inSyncNow() {
      Shard now = ShardCopy.this.shard;
      return now == null ? shard.inSync() : now.inSync();
    }
  }
}
