package io.slotferry.replication;

import io.slotferry.engine.Effect;
import io.slotferry.engine.EffectSink;
import io.slotferry.engine.Engine;
import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.store.PartitionState;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.command.Routing;
import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.protocol.shard.TransactionBatch;
import io.slotferry.replication.log.LogRecords;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.replication.walk.WalkPosition;
import io.slotferry.replication.walk.WalkReceiver;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.ClusterSettings;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.Library;
import io.slotferry.topology.Move;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.LoadReport;
import io.slotferry.topology.message.MoveTally;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a shard: its data, its log and its role. The role follows the cluster map, and
 * nothing else: a copy always starts as a follower, and leads when the map says so about this very
 * start of its node.
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
  /** How often {@link #tickLeading} and {@link #tickFollowing} want to be called. */
  public static final long TICK_MILLIS = 20;

  /** A replica that keeps replies waiting for this long is no longer in sync. */
  static final long REPLICA_LATE_MILLIS_MAX = 1_000;

  /** Active expiry runs this often, as Redis' (hz 10), and looks at so many keys. */
  private static final long EXPIRY_MILLIS = 100;

  private static final String NO_REPLICAS = "NOREPLICAS Not enough good replicas to write.";

  private static final int EXPIRY_KEYS_MAX = 2_000;

  /** Kept until the map comes; the source of one that is not asks again. */
  private static final int EARLY_OPENS_MAX = 64;

  /** A transaction rests no longer: its shard serves nobody meanwhile. */
  static final long REST_MILLIS_MAX = 10_000;

  /** Each role and each move numbers its attempts from a block of its own. */
  private static final long SESSIONS_PER_ROLE = 1 << 16;

  /** A node's sessions carry its start number above these bits. */
  private static final int SESSION_BITS = 32;

  private final String node;
  private final TimeSource time;
  private final Outbox outbox;
  private final MapProposals proposals;
  private final LoopTurns turns;
  private final Engine engine;
  private final PartitionStore store;
  private final Ownership ownership;
  private final KeyFeeds feeds;
  private final HeldCalls held = new HeldCalls();
  private final HeldReplies replies = new HeldReplies();
  private final Transactions transactions;
  private final WatchTable watches;
  private final BlockedCalls blocked;
  private final LongScript script;

  /** By id; whose turn it is to send comes first. */
  private final SequencedMap<Long, MoveSource> movesOut = new LinkedHashMap<>();

  private final Map<Long, MoveTarget> movesIn = new HashMap<>();

  /** Requests for moves that came before the map that has them. */
  private final List<MoveOpen> earlyOpens = new ArrayList<>();

  /** Of the moves out of this copy that have ended, by operation. */
  private final Map<Long, MoveTally> tallies = new HashMap<>();

  private final LoadMeter loadMeter = new LoadMeter();
  private final MoveBudget budget;
  private final Saves saves;
  private CopyDisk disk;
  private ReplicationLog log;
  private ClusterMap map = ClusterMap.EMPTY;
  private @Nullable Shard shard;
  private @Nullable Leader leader;
  private @Nullable Follower follower;
  private InSyncWish inSyncWish = new InSyncWish(Set.of());
  private long leaseUntilMillis = Long.MIN_VALUE;
  private long nextSession;
  private long lastExpiryMillis;

  /** What the disk had at the start may lack what this copy had acknowledged before. */
  private boolean mayLack;

  /** A newer map that came while a script was running: its changes wait for the script's end. */
  private @Nullable ClusterMap mapAfterScript;

  /** How long the transaction that is being executed wants to rest before it ends. */
  private long restMillis;

  // The time of a batch of commands; of each command by itself when there is none.
  private boolean batch;
  private long monotonicMillis;
  private long wallMillis;

  /** A write needs so many replicas that answer; 0 for none. */
  private long minReplicas;

  private long replicaLagMillisMax;

  /** The disk is so far behind that writes have to come again. */
  private boolean diskIsBehind;

  /** A sync write needs so many copies in sync, this one included. */
  private int inSyncMin;

  /**
   * A copy that holds nothing yet: recover into {@link #engine}, then {@link #open}.
   *
   * @param random for the choices of SPOP and its like
   */
  public ShardCopy(
      String node,
      RandomGenerator random,
      TimeSource time,
      Outbox outbox,
      MapProposals proposals,
      LoopTurns turns) {
    this.node = node;
    this.time = time;
    this.outbox = outbox;
    this.proposals = proposals;
    this.turns = turns;
    this.engine = new Engine(this::partitionOf, new Effects(), random, System::nanoTime);
    this.feeds = new KeyFeeds(engine, turns::flushLater);
    this.store = engine.store();
    this.script = new LongScript(engine.scripts(), held, this::answer);
    engine.scripts().mayPause();
    engine.scripts().refuseWrites(call -> leader == null ? null : writeRefusal(leader, call));
    engine.scripts().answerWait(() -> leader == null ? 0 : leader.appliedBy(log.endOffset()));
    this.ownership = new Ownership(engine, this::effect);
    engine.useOrders(code -> KeyOrder.values()[code]::compare);
    Transactions.Copy places = new Places();
    this.transactions = new Transactions(engine, places, time::wallMillis);
    this.watches = transactions.watches();
    this.blocked = new BlockedCalls(engine, places, new Serving());
    this.budget = new MoveBudget(time);
    this.disk = CopyDisk.inMemory(0);
    this.log = disk.log();
    this.saves = new Saves(time, disk);
  }

  public Engine engine() {
    return engine;
  }

  /** Goes on from what was recovered; before any other call but {@link #engine}. */
  public void open(CopyDisk disk) {
    this.disk = disk;
    this.log = disk.log();
    log.onFsync(this::forced);
    saves.use(disk);
    mayLack = !log.replicationId().isEmpty();
    // Sessions of an earlier start of this node are all smaller.
    this.nextSession = disk.incarnation() << SESSION_BITS;
  }

  /** How often this node has started with its data; a promotion is for one start. */
  public long incarnation() {
    return disk.incarnation();
  }

  // ---- the map decides the role

  /** A newer image of the cluster map. */
  public void mapChanged(ClusterMap newMap) {
    if (script.isRunning()) {
      Shard newShard = newMap.shardOn(node);
      if (newShard != null && leads(newShard.id(), newShard.epoch())) {
        mapAfterScript = newMap;
        return;
      }
      script.abandon();
    }
    long nowMillis = time.monotonicMillis();
    ClusterSettings settings = newMap.settings();
    if (settings != map.settings()) {
      engine.use(settings::text);
      budget.use(settings.number("move-bandwidth-max"), settings.number("move-turn-max-micros"));
      minReplicas = settings.number("min-replicas-to-write");
      inSyncMin = (int) settings.number("min-in-sync");
      replicaLagMillisMax = settings.number("min-replicas-max-lag") * 1_000;
      long busyMillis = settings.number("busy-reply-threshold");
      script.busyAfter(busyMillis == 0 ? Long.MAX_VALUE : busyMillis);
    }
    if (newMap.libraries().revision() != map.libraries().revision()) {
      engine.scripts().useLibraries(newMap.libraries().all().stream().map(Library::code).toList());
    }
    map = newMap;
    Shard shard = newMap.shardOn(node);
    this.shard = shard;
    if (shard == null) {
      stopLeading();
      follower = null;
      return;
    }
    if (disk.shard() != shard.id()) {
      if (disk.shard() != 0) {
        stopLeading();
        follower = null;
        store.clear();
      }
      disk.belongTo(shard.id());
    }
    boolean leads =
        shard.leader().equals(node)
            && shard.incarnation() == disk.incarnation()
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
      leader = new Leader(shard.epoch(), node, log, store, outbox, turns::flushLater, nowMillis);
      this.leader = leader;
      this.inSyncWish = new InSyncWish(shard.inSync());
      mayLack = false;
      replies.startOver();
      // An earlier leader may have promised all of it: a member that has lost its end is none.
      replies.promise(log.endOffset());
      replies.forceAll(log.forcesAll());
      replies.forcedTo(log.fsyncedOffset());
    }
    leader.keepOnly(shard.replicas());
    if (isHandingOver()) {
      // Nothing is logged any more: what is acknowledged now is all that there is.
      leader.wantAcks(log.endOffset());
      turns.flushLater();
    }
    log.followed(!shard.replicas().isEmpty());
    releaseReplies(leader);
    BitSet recut = new BitSet();
    ownership.mapIs(
        map,
        shard.id(),
        (donor, heir) -> {
          replies.inherited(donor, heir);
          recut.set(donor);
        });
    IntPredicate isHere =
        partition -> map.shardOf(partition) == shard.id() && !recut.get(partition);
    watches.keepOnly(isHere);
    blocked.keepOnly(isHere);
    updateMoves(shard, nowMillis);
  }

  private void follow(Shard shard, long nowMillis) {
    stopLeading();
    log.followed(true);
    if (follower == null) {
      follower = new Follower(shard.id(), node, nextSession, log, new FollowedData(), outbox);
      nextSession += SESSIONS_PER_ROLE;
    }
    ownership.orderTablets(map);
    boolean leaderless = shard.epoch() == 0 || shard.leader().equals(node);
    follower.leaderIs(leaderless ? null : shard.leader(), shard.epoch(), nowMillis);
  }

  private void stopLeading() {
    Leader leader = this.leader;
    if (leader != null) {
      this.leader = null;
      leader.end();
      ownership.end();
      movesOut.clear();
      tallies.clear();
      movesIn.clear();
      earlyOpens.clear();
      watches.clear();
      blocked.refuseAll();
      held.refuseAll();
      replies.startOver();
      saves.refuseAll();
      leaseUntilMillis = Long.MIN_VALUE;
    }
  }

  private void updateMoves(Shard shard, long nowMillis) {
    for (Iterator<MoveSource> all = movesOut.values().iterator(); all.hasNext(); ) {
      MoveSource source = all.next();
      if (map.move(source.id()) == null) {
        all.remove();
        tally(source.tally(nowMillis).over());
      }
    }
    tallies.keySet().removeIf(operation -> map.operation(operation) == null);
    movesIn.keySet().removeIf(id -> map.move(id) == null);
    for (Move move : map.moves()) {
      if (move.from() == shard.id() && !movesOut.containsKey(move.id())) {
        movesOut.put(move.id(), newMoveSource(move));
      }
    }
    for (MoveSource source : movesOut.values()) {
      source.mapIs(map, nowMillis);
    }
    List<MoveOpen> opens = List.copyOf(earlyOpens);
    earlyOpens.clear();
    for (MoveOpen open : opens) {
      openMove(open, nowMillis);
    }
    // Whatever waited for a move that has ended finds its partition here, or elsewhere, now.
    held.release(this);
  }

  private void tally(MoveTally ended) {
    tallies.merge(ended.operation(), ended, MoveTally::plus);
  }

  /** What the moves out of this copy have come to, by operation, as long as the map has that. */
  public List<MoveTally> moveTallies() {
    Map<Long, MoveTally> all = new TreeMap<>(tallies);
    long nowMillis = time.monotonicMillis();
    for (MoveSource source : movesOut.values()) {
      MoveTally tally = source.tally(nowMillis);
      all.merge(tally.operation(), tally, MoveTally::plus);
    }
    return List.copyOf(all.values());
  }

  private MoveSource newMoveSource(Move move) {
    long firstSession = nextSession;
    nextSession += SESSIONS_PER_ROLE;
    return new MoveSource(
        move,
        node,
        firstSession,
        store,
        outbox,
        proposals,
        budget,
        turns,
        () -> held.release(this));
  }

  // ---- executing

  @Override
  public int expect(int keyspace, int partition, byte[] buffer, int start, int length) {
    return engine.lookahead().add(keyspace, partition, buffer, start, length);
  }

  @Override
  public void beginBatch() {
    engine.lookahead().fetch();
    readClocks();
    batch = true;
  }

  @Override
  public void endBatch() {
    batch = false;
  }

  private void readClocks() {
    monotonicMillis = time.monotonicMillis();
    wallMillis = time.wallMillis();
  }

  @Override
  public Outcome execute(ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
    if (call.command.firstKey() == 0) {
      // It may take long (EXEC, EVAL, DEBUG SLEEP): the commands after it have times of their own.
      batch = false;
    }
    if (!batch) {
      readClocks();
    }
    Leader leader = this.leader;
    if (leader == null || monotonicMillis >= leaseUntilMillis) {
      return call.stalenessMillisMax > 0 ? readAsReplica(call, request, reply) : Outcome.NOT_HERE;
    }
    if (script.isRunning()) {
      Outcome outcome = script.execute(call, request, reply, later);
      scriptMayHaveEnded();
      return outcome;
    }
    if (call.command.is(CommandFlags.OF_COPY)) {
      return executeOwn(leader, call, request, reply, later);
    }
    if (call.command.routing() == Routing.SCRIPT_CALL) {
      if (call.mapVersion > map.version()) {
        return Outcome.NOT_HERE; // It may be about a library that has not come here yet.
      }
    }
    Place place = placeOf(call, request);
    if (place == Place.ELSEWHERE) {
      return Outcome.NOT_HERE;
    }
    if (place == Place.HELD) {
      return held.hold(call, request, later) ? Outcome.LATER : Outcome.NOT_HERE;
    }
    boolean guarded = call.sync || replies.isGuarding();
    if ((guarded && replies.isFull()) || (diskIsBehind && call.command.isWrite())) {
      return Outcome.NOT_HERE;
    }
    // A script is refused when it begins to write.
    boolean isScript = call.command.routing() == Routing.SCRIPT_CALL;
    String refusal = call.command.isWrite() && !isScript ? writeRefusal(leader, call) : null;
    if (refusal != null) {
      reply.error(refusal);
    } else {
      int start = reply.size();
      if (guarded) {
        replies.begin(call);
      }
      boolean watched = feeds.isOn();
      if (watched) {
        feeds.begin(later, call.client);
      }
      engine.execute(call, request, reply, wallMillis);
      if (watched) {
        feeds.end();
      }
      if (engine.scripts().isPaused()) {
        return script.begin(call, later, monotonicMillis, time.monotonicMillis());
      }
      if (engine.waits()) {
        replies.cancel();
        return blocked.block(call, reply, start, later) ? Outcome.WAITING : Outcome.REPLIED;
      }
      if (guarded && holds(leader, call, seenIn(call, request), reply, start, later)) {
        serveBlocked();
        return Outcome.LATER;
      }
      serveBlocked();
    }
    return Outcome.REPLIED;
  }

  /** A read that need not see the newest writes, if it is certain that it sees all but those. */
  private Outcome readAsReplica(ShardCall call, Request request, ReplyWriter reply) {
    Follower follower = this.follower;
    boolean served =
        follower != null
            && follower.isFresh(call.stalenessMillisMax, map.version(), monotonicMillis)
            && ownership.shows(map, shard, call, request)
            && engine.read(call, request, reply, wallMillis);
    return served ? Outcome.REPLIED : Outcome.NOT_HERE;
  }

  /** Whether the reply from {@code start} on has to wait; it is taken back then. */
  private boolean holds(
      Leader leader,
      ShardCall call,
      int partition,
      ReplyWriter reply,
      int start,
      LaterReply later) {
    releaseReplies(leader);
    boolean holds =
        replies.end(call, partition, reply, start, later, log.endOffset(), time.monotonicMillis());
    if (holds) {
      turns.flushLater();
    }
    return holds;
  }

  /** The partition that the reply tells of, or all of them. */
  private static int seenIn(ShardCall call, Request request) {
    boolean oneKey =
        call.command.routing() == Routing.ONE_SLOT
            && KeyPositions.count(call.command, request) == 1;
    return oneKey ? call.partition : ShardCall.ALL_PARTITIONS;
  }

  /** The reply of a call that has waited, for a key or for its script's end. */
  private void answer(ShardCall call, ReplyWriter reply, LaterReply later) {
    Leader leader = this.leader;
    boolean guarded = call.sync || replies.isGuarding();
    boolean holds =
        guarded && leader != null && holds(leader, call, ShardCall.ALL_PARTITIONS, reply, 0, later);
    if (!holds) {
      later.replied(call.ticket, reply);
    }
  }

  /** Gives the replies that are safe now. */
  private void releaseReplies(Leader leader) {
    Shard shard = this.shard;
    if (shard != null) {
      Set<String> inSync = inSyncPossible(shard);
      replies.replicatedTo(leader.appliedByAll(inSync), shard.inSync().size(), inSyncMin);
    }
  }

  private Set<String> inSyncPossible(Shard shard) {
    return inSyncWish.possible(shard.inSync(), shard.inSyncRevision());
  }

  /** Keys may have got what others wait for. */
  private void serveBlocked() {
    if (blocked.hasReady()) {
      blocked.serve(time.wallMillis());
    }
  }

  /** What concerns more than the data: WAIT and the disk, and transactions. */
  private Outcome executeOwn(
      Leader leader, ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
    if (call.command == Command.UNBLOCK) {
      reply.integer(blocked.unblock(request, later));
      return Outcome.REPLIED;
    }
    boolean isBatch = call.command.routing() == Routing.BATCH;
    Place place = isBatch ? transactions.placeOf(request) : placeOf(call, request);
    if (place == Place.ELSEWHERE) {
      return Outcome.NOT_HERE;
    }
    if (place == Place.HELD) {
      return held.hold(call, request, later) ? Outcome.LATER : Outcome.NOT_HERE;
    }
    long nowMillis = time.wallMillis();
    switch (call.command) {
      case WAIT, WAITAOF, SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE -> {
        return isAnswered(leader, call, request, true, reply, later)
            ? Outcome.REPLIED
            : Outcome.LATER;
      }
      case WATCH_KEYS -> transactions.watch(call, request, reply, later, nowMillis);
      case FORGET_WATCHER -> transactions.unwatch(request, reply);
      case EXECUTE_BATCH, QUERY_BATCH -> {
        return transact(leader, call, request, reply, later, nowMillis);
      }
      default -> throw new IllegalArgumentException(call.command + " is the engine's");
    }
    serveBlocked();
    return Outcome.REPLIED;
  }

  /** Executes what concerns replicas and the disk; false when it is answered later. */
  private boolean isAnswered(
      Leader leader,
      ShardCall call,
      Request request,
      boolean mayWait,
      ReplyWriter reply,
      LaterReply later) {
    switch (call.command) {
      case WAIT, WAITAOF -> {
        return await(leader, call, request, mayWait, reply, later);
      }
      case SAVE -> {
        return !saves.foreground(call, reply, later);
      }
      case BGSAVE -> saves.background(request, reply);
      case BGREWRITEAOF -> saves.rewrite(reply);
      case LASTSAVE -> reply.integer(saves.savedSeconds());
      case REST -> {
        restMillis += Math.min(longOf(request, 1), REST_MILLIS_MAX - restMillis);
        reply.ok();
      }
      default -> throw new IllegalArgumentException(call.command + " is the engine's");
    }
    return true;
  }

  private Outcome transact(
      Leader leader,
      ShardCall call,
      Request batch,
      ReplyWriter reply,
      LaterReply later,
      long nowMillis) {
    boolean guarded = call.sync || replies.isGuarding();
    if ((guarded && replies.isFull()) || (diskIsBehind && call.command.isWrite())) {
      return Outcome.NOT_HERE;
    }
    String refusal = call.command.isWrite() ? writeRefusal(leader, call) : null;
    if (refusal != null) {
      reply.error(TransactionBatch.refused(refusal));
      return Outcome.REPLIED;
    }
    if (guarded) {
      replies.begin(call);
    }
    int start = reply.size();
    feeds.begin(later, call.client);
    restMillis = 0;
    transactions.execute(
        call,
        batch,
        reply,
        (own, request) -> isAnswered(leader, own, request, false, reply, later),
        nowMillis);
    feeds.end();
    if (restMillis > 0) {
      return script.rest(call, reply, start, later, time.monotonicMillis() + restMillis);
    }
    boolean holds = guarded && holds(leader, call, ShardCall.ALL_PARTITIONS, reply, start, later);
    serveBlocked();
    return holds ? Outcome.LATER : Outcome.REPLIED;
  }

  @Override
  public void forget(LaterReply later) {
    watches.forgetVia(later);
    blocked.refuseVia(later);
  }

  private @Nullable String writeRefusal(Leader leader, ShardCall call) {
    boolean tooFew =
        (minReplicas > 0 && goodReplicas(leader) < minReplicas)
            || (call.sync && shard != null && shard.inSync().size() < inSyncMin);
    return tooFew ? NO_REPLICAS : log.refusal();
  }

  private long goodReplicas(Leader leader) {
    return leader.followers(time.monotonicMillis()).stream()
        .filter(follower -> follower.streaming() && follower.silentMillis() <= replicaLagMillisMax)
        .count();
  }

  @Override
  public void watch(KeyWatcher watcher, int events) {
    feeds.watch(watcher, events);
  }

  @Override
  public void tellWatchers() {
    if (!script.isRunning()) {
      feeds.flush();
    }
  }

  @Override
  public boolean leads(int ofShard, long epoch) {
    Shard shard = this.shard;
    return leader != null && shard != null && shard.id() == ofShard && shard.epoch() == epoch;
  }

  @Override
  public @Nullable String busy() {
    return script.isOverdue() ? engine.scripts().busy() : null;
  }

  @Override
  public @Nullable String outOfMemory() {
    return script.isRunning() ? null : engine.outOfMemory(time.wallMillis());
  }

  @Override
  public long mapVersion() {
    return map.version();
  }

  private Place placeOf(ShardCall call, Request request) {
    if (isHandingOver()) {
      return Place.HELD;
    }
    if (call.partition == ShardCall.ALL_PARTITIONS) {
      return call.command.isWrite() && isHoldingAny() ? Place.HELD : Place.HERE;
    }
    Command command = call.command;
    int keys = KeyPositions.count(command, request);
    if (keys == 0) {
      // A scan by an older map would take a part of a tablet for the whole.
      boolean stale = call.mapVersion < map.version() && call.partition >= PartitionStore.SLOTS;
      return stale ? Place.ELSEWHERE : placeOf(call.partition);
    }
    if (call.mapVersion != map.version()) {
      // The caller's map may be older: a tablet may have been split since.
      call.partition =
          partitionOf(call.keyspace, request, KeyPositions.position(command, request, 0));
    }
    Place place = placeOf(call.partition);
    for (int i = 1; i < keys; i++) {
      Place ofKey =
          placeOf(partitionOf(call.keyspace, request, KeyPositions.position(command, request, i)));
      place = place.worse(ofKey);
    }
    return place;
  }

  /** This copy as its transactions ask it. */
  private final class Places implements Transactions.Copy {
    @Override
    public Place placeOf(ShardCall call, Request request) {
      return ShardCopy.this.placeOf(call, request);
    }

    @Override
    public int partitionOf(int keyspace, Request request, int argument) {
      return ShardCopy.this.partitionOf(keyspace, request, argument);
    }
  }

  /** This copy as it serves the calls that have waited for a key. */
  private final class Serving implements BlockedCalls.Serving {
    @Override
    public boolean execute(ShardCall call, Request request, ReplyWriter reply, long nowMillis) {
      replies.begin(call);
      engine.execute(call, request, reply, nowMillis);
      if (engine.waits()) {
        replies.cancel();
      }
      return !engine.waits();
    }

    @Override
    public void answer(ShardCall call, ReplyWriter reply, LaterReply later) {
      ShardCopy.this.answer(call, reply, later);
    }
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

  /**
   * WAIT numreplicas timeout, and WAITAOF numlocal numreplicas timeout: for everything that is in
   * the log now.
   */
  private boolean await(
      Leader leader,
      ShardCall call,
      Request request,
      boolean mayWait,
      ReplyWriter reply,
      LaterReply later) {
    boolean onDisk = call.command == Command.WAITAOF;
    int replicasAt = onDisk ? 2 : 1;
    for (int i = 1; i <= replicasAt + 1; i++) {
      if (!isLong(request, i)) {
        String what = i > replicasAt ? "timeout" : "value";
        reply.error("ERR " + what + " is not an integer or out of range");
        return true;
      }
    }
    long leaders = onDisk ? longOf(request, 1) : 0;
    long replicas = longOf(request, replicasAt);
    long timeoutMillis = longOf(request, replicasAt + 1);
    String refusal = waitRefusal(leaders, replicas, timeoutMillis, onDisk);
    if (refusal != null) {
      reply.error(refusal);
      return true;
    }
    long nowMillis = time.monotonicMillis();
    long deadline =
        timeoutMillis == 0 || timeoutMillis > Long.MAX_VALUE - nowMillis
            ? Long.MAX_VALUE
            : nowMillis + timeoutMillis;
    ReplicaWait wait =
        new ReplicaWait(
            log.endOffset(),
            onDisk,
            (int) leaders,
            (int) Math.min(replicas, Integer.MAX_VALUE),
            deadline,
            call.ticket,
            call.respVersion,
            later);
    return leader.answers(wait, mayWait, reply, nowMillis);
  }

  private @Nullable String waitRefusal(
      long leaders, long replicas, long timeoutMillis, boolean onDisk) {
    if (leaders < 0 || leaders > 1) {
      return "ERR value is out of range, value must between 0 and 1";
    }
    if (onDisk && replicas < 0) {
      return "ERR value is out of range, must be positive";
    }
    if (timeoutMillis < 0) {
      return "ERR timeout is negative";
    }
    return leaders == 1 && !disk.state().kept()
        ? "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."
        : null;
  }

  private static boolean isLong(Request request, int argument) {
    return Decimal.isLong(request.buffer(), request.start(argument), request.length(argument));
  }

  private static long longOf(Request request, int argument) {
    return Decimal.toLong(request.buffer(), request.start(argument), request.length(argument));
  }

  // ---- effects

  /**
   * Takes the effects of the engine: the log first, then the moves that their keys take part in.
   */
  private void effect(int keyspace, int partition, Request effect) {
    log.effect(keyspace, partition, effect);
    if (replies.isCollecting()) {
      replies.wrote(partition);
    }
    if (!blocked.isEmpty()) {
      blocked.changed(keyspace, partition, effect);
    }
    if (!watches.isEmpty()) {
      watches.changed(keyspace, partition, effect);
    }
    if (!movesOut.isEmpty()) {
      for (MoveSource move : movesOut.values()) {
        if (move.concerns(partition)) {
          move.effect(keyspace, partition, Effect.keyHash(effect), effect);
        }
      }
    }
    turns.flushLater();
  }

  /** Groups concern the log alone: a move sends all effects before the target serves any. */
  private final class Effects implements EffectSink {
    @Override
    public void effect(int keyspace, int partition, Request effect) {
      ShardCopy.this.effect(keyspace, partition, effect);
    }

    @Override
    public void beginGroup() {
      log.beginGroup();
    }

    @Override
    public void endGroup() {
      log.endGroup();
    }
  }

  /** For commands inside others, whose keys nobody has placed yet: -1 is nowhere here. */
  private int partitionOf(int keyspace, byte[] buffer, int start, int length) {
    int partition = map.partitionOf(keyspace, buffer, start, length);
    return partition >= 0 && isHolding(partition) ? ClusterMap.NO_PARTITION : partition;
  }

  /** Sends what this loop turn has logged, to the followers and to the disk. */
  public void flush() {
    if (script.isRunning()) {
      return;
    }
    long nowMillis = time.monotonicMillis();
    disk.flush();
    diskIsBehind = log.backlogged();
    feeds.flush();
    if (leader != null) {
      leader.wantAcks(replies.replicatedWanted());
      leader.pump(nowMillis);
    }
  }

  /**
   * Sends what the moves out of this copy may send now.
   *
   * @param lateNanos how much later than asked for the loop has come to this: moves wait for as
   *     long, so that whatever keeps it busy gets done
   */
  public void moveOn(long lateNanos) {
    budget.late(lateNanos);
    if (!script.isRunning()) {
      long nowMillis = time.monotonicMillis();
      for (MoveSource move : movesOut.values()) {
        move.pump(nowMillis);
      }
      budget.endTurn();
      // The first may have taken all that the budget gives.
      Map.Entry<Long, MoveSource> first = movesOut.pollFirstEntry();
      if (first != null) {
        movesOut.putLast(first.getKey(), first.getValue());
      }
    }
  }

  // ---- frames of other copies

  /** A frame for this copy; {@code in} stands behind the kind. */
  public void received(FrameKind kind, WireReader in) {
    if (script.isRunning()) {
      return; // As good as lost on the way: it is sent again.
    }
    long nowMillis = time.monotonicMillis();
    switch (kind) {
      case FOLLOW -> {
        FollowRequest request = FollowRequest.read(in);
        if (leader != null && shard != null && shard.id() == request.shard()) {
          leader.follow(request, nowMillis);
          releaseReplies(leader);
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
      if (log.backlogged()) {
        return; // As good as lost on the way: it is sent again when the disk has caught up.
      }
      follower.received(envelope.sender(), envelope.session(), in, nowMillis);
    } else if (kind == FrameKind.STREAM_BACK && leader != null) {
      leader.received(envelope.sender(), envelope.session(), in, nowMillis);
      if (isServing() && !isHandingOver() && !isHoldingAny()) {
        leader.answerFreshness(map.version(), nowMillis);
      }
      releaseReplies(leader);
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
    if (open.mapVersion() > map.version()) {
      if (earlyOpens.size() < EARLY_OPENS_MAX) {
        earlyOpens.add(open);
      }
      return;
    }
    Move move = map.move(open.move());
    Shard shard = this.shard;
    if (leader == null || shard == null || move == null) {
      return;
    }
    Shard source = map.shard(move.from());
    boolean current =
        move.to() == shard.id()
            && open.toEpoch() == shard.epoch()
            && source != null
            && open.fromEpoch() == source.epoch();
    if (current && isNewAttempt(open)) {
      for (int partition : move.partitions()) {
        ownership.empty(partition);
      }
      movesIn.put(
          open.move(), new MoveTarget(open, node, new MovedData(leader, shard), outbox, nowMillis));
    }
  }

  private boolean isNewAttempt(MoveOpen open) {
    MoveTarget known = movesIn.get(open.move());
    return known == null
        || known.open().session() < open.session()
        || !known.open().node().equals(open.node());
  }

  /**
   * The node is about to stop. A replica leaves the in-sync set first, and acknowledges until then:
   * stop it when {@link #isInSync} says no more.
   */
  public void leave() {
    Follower follower = this.follower;
    if (follower != null) {
      follower.leave(time.monotonicMillis());
    }
  }

  /** Whether the map has this copy as a replica in the in-sync set: writes may wait for it. */
  public boolean isInSync() {
    Shard shard = this.shard;
    return shard != null && follower != null && shard.inSync().contains(node);
  }

  // ---- time

  /** Retransmission and timeouts of the follower's role; every {@link #TICK_MILLIS}. */
  public void tickFollowing() {
    Follower follower = this.follower;
    if (follower != null) {
      long nowMillis = time.monotonicMillis();
      follower.tick(nowMillis);
      disk.tick(nowMillis);
      store.carryOn();
    }
  }

  /** Retransmission, timeouts, expiry and cleaning up of a leader; every {@link #TICK_MILLIS}. */
  public void tickLeading() {
    Leader leader = this.leader;
    if (leader == null) {
      return;
    }
    long nowMillis = time.monotonicMillis();
    if (script.isRunning()) {
      script.tick(nowMillis);
      scriptMayHaveEnded();
      return;
    }
    disk.tick(nowMillis);
    saves.tick();
    leader.tick(nowMillis);
    replies.tick(nowMillis);
    for (MoveSource move : movesOut.values()) {
      move.tick(nowMillis);
    }
    budget.endTurn();
    for (MoveTarget move : movesIn.values()) {
      move.tick(nowMillis);
    }
    if (nowMillis < leaseUntilMillis && !isHandingOver()) {
      if (nowMillis - lastExpiryMillis >= EXPIRY_MILLIS) {
        lastExpiryMillis = nowMillis;
        engine.expireCycle(time.wallMillis(), EXPIRY_KEYS_MAX);
        serveBlocked();
      }
      if (engine.isOverMemory()) {
        engine.makeRoom(time.wallMillis());
      }
      ownership.dropGarbage();
    }
    store.carryOn();
  }

  private void scriptMayHaveEnded() {
    ClusterMap newMap = mapAfterScript;
    if (script.isRunning()) {
      return;
    }
    mapAfterScript = null;
    if (newMap != null) {
      mapChanged(newMap);
    }
    serveBlocked();
    held.release(this);
    turns.flushLater();
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
    long offset = isComplete(shard) ? log.endOffset() : -1;
    Leader leader = this.leader;
    if (leader == null) {
      long epoch = log.isCutShort() ? 0 : log.epoch();
      return new CopyReport(
          shard.id(), epoch, false, log.replicationId(), offset, Set.of(), 0, 0, mayLack);
    }
    if (!script.isRunning()) {
      findInSync(leader, shard, time.monotonicMillis());
    }
    return new CopyReport(
        shard.id(),
        shard.epoch(),
        true,
        log.replicationId(),
        offset,
        inSyncWish.asked(shard.inSync()),
        inSyncWish.revision(),
        handover(leader, shard),
        mayLack);
  }

  /** What its partitions hold and do; null while it does not serve as a leader. */
  public @Nullable LoadReport measureLoad() {
    Shard shard = this.shard;
    if (shard == null || !isServing() || script.isRunning()) {
      return null;
    }
    return new LoadReport(
        shard.id(), shard.epoch(), loadMeter.measure(store, map, time.monotonicMillis()));
  }

  private void findInSync(Leader leader, Shard shard, long nowMillis) {
    long promised = replies.replicatedPromised();
    long overdue = replies.overdueSince(REPLICA_LATE_MILLIS_MAX, nowMillis);
    List<String> replicas = shard.replicas();
    Set<String> inSync = leader.inSync(replicas, shard.inSync(), promised, overdue, nowMillis);
    inSyncWish.found(inSync, leader.joining(replicas, inSync, overdue, nowMillis));
  }

  /**
   * The handover that is complete: nothing is served here, all are answered, and the successor has
   * everything.
   */
  private long handover(Leader leader, Shard shard) {
    String successor = shard.successor();
    boolean complete =
        successor != null
            && replies.isEmpty()
            && leader.appliedByAll(Set.of(successor)) == log.endOffset();
    return complete ? shard.handover() : 0;
  }

  /** Whether the map names another copy that is to lead: nothing is served here. */
  public boolean isHandingOver() {
    return shard != null && shard.successor() != null;
  }

  /** Whether that copy has everything, and only the map is left to change. */
  public boolean hasHandedOver() {
    Leader leader = this.leader;
    Shard shard = this.shard;
    return leader != null && shard != null && handover(leader, shard) != 0;
  }

  /**
   * Whether this copy may be preferred to another. An unfinished sync is worth nothing; nor is the
   * empty copy of a node that has lost its disk, once the shard has had a leader.
   */
  private boolean isComplete(Shard shard) {
    boolean syncing = follower != null && follower.isSyncing();
    boolean lost = shard.epoch() > 0 && log.replicationId().isEmpty();
    return !syncing && !lost;
  }

  /** The disk has more of the log. */
  private void forced(long offset) {
    replies.forcedTo(offset);
    if (leader != null) {
      leader.settleWaits(time.monotonicMillis());
    }
  }

  // ---- what others may know

  /** The copy's snapshots and its disk. */
  public Saves saves() {
    return saves;
  }

  /** How many scripts EVALSHA knows by their names. */
  public int cachedScripts() {
    return engine.scripts().cachedScripts();
  }

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

  /** The followers that have asked for its log; none when it does not lead. */
  public List<FollowerStatus> followers() {
    Leader leader = this.leader;
    return leader == null ? List.of() : leader.followers(time.monotonicMillis());
  }

  public @Nullable Leader leader() {
    return leader;
  }

  /** Keys that are watched. */
  int watching() {
    return watches.size();
  }

  /** Calls that wait for a key. */
  public int blocked() {
    return blocked.size();
  }

  /** Of these, the ones that a call waits for which is served when the key goes, too. */
  public int awaitedKeysOnNoKey() {
    return blocked.keysOnNoKey();
  }

  public ReplicationLog log() {
    return log;
  }

  /** Keys that clients wait for. */
  public int awaitedKeys() {
    return blocked.keys();
  }

  public PartitionStore store() {
    return store;
  }

  /**
   * The follower's data: what comes in the stream goes to the log and, if covered, to the engine.
   */
  private final class FollowedData implements Follower.Data, WalkReceiver.Target {
    private final LogRecords records = new LogRecords();
    private @Nullable WalkReceiver sync;

    @Override
    public WalkPosition beginSync(String replicationId, long offset) {
      store.clear();
      Shard shard = ShardCopy.this.shard;
      log.reset(replicationId, offset, shard == null ? 0 : shard.epoch());
      WalkReceiver sync = new WalkReceiver(store, this);
      this.sync = sync;
      return sync.position();
    }

    @Override
    public void resumeSync(int partition, int hash) {
      if (sync != null) {
        sync.resume(partition, hash);
      }
    }

    @Override
    public void apply(WireReader in) {
      int start = in.position();
      int length = in.remaining();
      in.skip(length);
      log.append(in.buffer(), start, length);
      records.reset(in.buffer(), start, length);
      while (records.next()) {
        if (sync == null) {
          engine.apply(records.keyspace(), records.partition(), records.effect());
        } else {
          sync.effect(records.keyspace(), records.partition(), records.effect());
        }
      }
      turns.flushLater();
    }

    @Override
    public void applyChunk(WireReader chunk) {
      if (sync != null) {
        sync.readChunk(chunk);
      }
    }

    @Override
    public void begin(int partition) {
      store.create(partition).clear();
    }

    @Override
    public void expect(int partition, int keyspace, int keys) {
      store.create(partition).expect(keyspace, keys);
    }

    @Override
    public void read(int partition, ChunkReader chunks, WireReader in) {
      chunks.read(store.create(partition), in, null);
    }

    @Override
    public void apply(int keyspace, int partition, Request effect) {
      engine.apply(keyspace, partition, effect);
    }

    @Override
    public void endSync() {
      sync = null;
      disk.syncComplete();
    }

    @Override
    public void inSync() {
      mayLack = false;
    }
  }

  /** The data of partitions that move here: through the own log, so that the replicas have it. */
  private final class MovedData implements MoveTarget.Data, WalkReceiver.Target {
    private final LogRecords records = new LogRecords();
    private final WalkReceiver received = new WalkReceiver(store, this);
    private final Leader leader;
    private final Shard shard;

    MovedData(Leader leader, Shard shard) {
      this.leader = leader;
      this.shard = shard;
    }

    @Override
    public void applyMovedChunk(WireReader chunk) {
      received.readChunk(chunk);
    }

    @Override
    public void applyMovedEffects(WireReader in) {
      records.reset(in.buffer(), in.position(), in.remaining());
      in.skip(in.remaining());
      while (records.next()) {
        received.sentEffect(records.keyspace(), records.partition(), records.effect());
      }
    }

    @Override
    public void begin(int partition) {
      // It was emptied, here and on the replicas, when the move was opened.
      store.create(partition).become(PartitionState.INCOMING);
    }

    @Override
    public void expect(int partition, int keyspace, int keys) {
      apply(keyspace, partition, Request.of(Effect.expect(keys)));
    }

    @Override
    public void read(int partition, ChunkReader chunks, WireReader in) {
      chunks.read(store.create(partition), in, engine.adopted(partition));
    }

    @Override
    public void apply(int keyspace, int partition, Request effect) {
      ShardCopy.this.effect(keyspace, partition, effect);
      engine.apply(keyspace, partition, effect);
    }

    @Override
    public long logEnd() {
      return log.endOffset();
    }

    @Override
    public boolean isReplicated(long offset) {
      Shard now = ShardCopy.this.shard;
      boolean replicated = leader.appliedByAll(inSyncPossible(now == null ? shard : now)) >= offset;
      if (replicated) {
        replies.promise(offset);
      } else {
        leader.wantAcks(offset);
      }
      return replicated;
    }
  }
}
