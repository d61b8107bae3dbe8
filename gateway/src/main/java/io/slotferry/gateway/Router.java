package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.command.Routing;
import io.slotferry.protocol.frame.CommandFrameWriter;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.topology.ClusterMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Brings commands to the shards: command → key → partition → shard → its leader, which is called in
 * place when it lives on this loop and through a {@link ShardLink} otherwise. Reads that may be a
 * little old go to a {@link ReplicaRoutes replica}, and to the leader if that one does not answer.
 *
 * <p>A call that no shard took is kept, in the order in which the calls came: one that a shard
 * refused (it does not lead, the partition has moved) until a newer map comes or {@link
 * #RETRY_MILLIS} have passed, one that found no room on its link until there is some; for {@link
 * #WAIT_MILLIS_MAX} at most. A call whose fate is unknown is routed again if it only reads, and
 * else answered with {@code -UNCERTAIN}.
 *
 * <p>Thread: one gateway loop.
 */
final class Router implements Rerouting {
  /** Between two tries of a call that no shard took. */
  static final long RETRY_MILLIS = 20;

  /** How long a call waits to be taken before it is given up. */
  static final long WAIT_MILLIS_MAX = 10_000;

  /** Calls that wait on one loop; one more is given up at once. */
  static final int WAITING_MAX = 1 << 16;

  private static final Comparator<Call> AS_THEY_CAME = Comparator.comparingLong(Call::number);

  private static final byte[] CLUSTER_DOWN = ascii("-CLUSTERDOWN Hash slot not served\r\n");
  private static final byte[] UNCERTAIN =
      ascii("-UNCERTAIN the write may or may not have been executed\r\n");

  private final GatewayLoop loop;
  private final RequestBatch batch;
  private final GatewayCounters counters;
  private final MapSource maps;
  private final ScriptBodies scripts;
  private final ShardRoutes routes;
  private final ReplicaRoutes replicas;
  private final Standbys standbys;
  private final LaterCalls laterCalls = new LaterCalls(this);
  private final ArrayDeque<Call> waiting = new ArrayDeque<>();
  private final ShardCall shardCall = new ShardCall();
  private final BatchPlace batchPlace = new BatchPlace();
  private final Unheard unheard = new Unheard(this);
  private final ScriptReports reports;

  // Reused between commands; each is in use at one depth of the routing only.
  private final Request keptRequest = new Request();
  private final ReplyWriter keptReply = new ReplyWriter();
  private final Request partRequest = new Request();
  private final ReplyWriter partReply = new ReplyWriter();
  private final WireReader wireReader = new WireReader(new byte[0]);
  private final CommandFrameWriter keptCommand = new CommandFrameWriter();

  private ClusterMap map = ClusterMap.EMPTY;
  private int shardCount;
  private int stalenessMillisMax =
      (int) ClusterMap.EMPTY.settings().number("replica-max-staleness-millis");
  private long calls;
  private boolean waitingOutOfOrder;
  private boolean retryScheduled;
  private boolean routeAtEndOfTurn;
  private boolean closed;

  Router(GatewayLoop loop, Gateway gateway) {
    this.loop = loop;
    this.batch = loop.requests();
    this.reports = new ScriptReports(loop);
    this.counters = gateway.counters();
    this.maps = gateway.maps();
    this.scripts = gateway.scripts();
    this.routes = new ShardRoutes(loop, gateway.copies(), laterCalls);
    this.replicas =
        new ReplicaRoutes(loop, gateway.copies(), gateway.options().nodeId().hashCode());
    this.standbys = new Standbys(loop, gateway.copies());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  ClusterMap map() {
    return map;
  }

  /** Replies of parts and steps are written here, one at a time. */
  ReplyWriter partReply() {
    return partReply;
  }

  /** The view through which parts of a command are given to their shards, one at a time. */
  Request partRequest() {
    return partRequest;
  }

  GatewayLoop loop() {
    return loop;
  }

  // ---- batches

  /** Tells the shards on this loop what the commands of a batch will look up. */
  void beginBatch(Caller caller) {
    if (batch.count() < 2) {
      return;
    }
    batch.beginPlaces(caller.keyspace());
    for (int i = 0; i < batch.count(); i++) {
      Command command = batch.command(i);
      Request request = batch.request(i);
      int key = command == null || command.is(CommandFlags.MOVABLE_KEYS) ? 0 : command.firstKey();
      if (0 < key && key < request.count()) {
        int partition = partitionOf(caller, request, key);
        batch.place(i, partition, expect(caller, request, key, partition));
      } else {
        batch.place(i, ClusterMap.NO_PARTITION, 0);
      }
    }
    routes.beginBatch();
  }

  private int expect(Caller caller, Request request, int key, int partition) {
    ShardRoute route = partition < 0 ? null : routes.of(map.shardOf(partition));
    return route == null || route.executor() == null
        ? 0
        : route
            .executor()
            .expect(
                caller.keyspace(),
                partition,
                request.buffer(),
                request.start(key),
                request.length(key));
  }

  void endBatch() {
    routes.endBatch();
  }

  // ---- commands

  /**
   * Routes one command that is not the gateway's own.
   *
   * @param request valid only during the call
   * @return true when the reply was appended to {@code reply}; else nothing was, and the caller's
   *     target gets it later
   */
  boolean execute(Caller caller, Command command, Request request, ReplyWriter reply) {
    return switch (command.routing()) {
      case ONE_SLOT -> toOnePlace(caller, command, request, reply);
      case ONE_SHARD -> toOnlyShard(caller, command, request, reply);
      case BATCH, SCRIPT_CALL -> forUser(caller, command, request, reply);
      case SPLIT_SUM, SPLIT_ARRAY, SPLIT_OK -> split(caller, command, request, reply);
      case ALL_SUM, ALL_OK, ALL_JOIN, ALL_MIN -> toAll(caller, command, request, reply);
      case ANY_KEY -> new RandomKeyWalk(this, caller, command, request).start(reply);
      case CURSOR -> new ScanWalk(this, caller, command, request).start(reply);
      case ORDERED -> new KeyRangeWalk(this, caller, command, request).start(reply);
      case BY_SUBCOMMAND -> new DebugWalk(this, caller, command, request).start(reply);
      case GATEWAY -> throw new IllegalArgumentException(command + " is the gateway's own");
    };
  }

  /** Whether a command runs others, which its user may not be allowed to run. */
  static boolean needsUser(Command command) {
    return command.routing() == Routing.BATCH || command.routing() == Routing.SCRIPT_CALL;
  }

  private boolean forUser(Caller caller, Command command, Request request, ReplyWriter reply) {
    shardCall.user = caller.restrictedUser();
    shardCall.monitored = wantsCommands(caller);
    try {
      if (command.routing() == Routing.BATCH) {
        return toOnePlaceTogether(caller, command, request, reply);
      }
      int start = reply.size();
      boolean replied = script(caller, command, request, reply);
      if (replied) {
        reports.take(caller, reply, start);
      }
      return replied;
    } finally {
      shardCall.user = null;
      shardCall.monitored = false;
    }
  }

  /** Whether a script of this caller is to report its commands. */
  boolean wantsCommands(Caller caller) {
    return loop.gateway().monitors().isActive() || caller.trackedRead() != null;
  }

  /** Takes what scripts report ahead of their replies. */
  ScriptReports reports() {
    return reports;
  }

  /** A shard has replied to a call that was not answered in place. */
  void replied(Call call, byte[] bytes, int offset, int length) {
    boolean isScript = call.command.routing() == Routing.SCRIPT_CALL;
    int report = isScript ? reports.take(call, bytes, offset, length) : 0;
    call.replied(bytes, offset + report, length - report);
  }

  /**
   * Scripts by name go through an {@link EvalshaCall}, unless this is one on its way already. The
   * body of one that comes with its body is remembered.
   */
  private boolean script(Caller caller, Command command, Request request, ReplyWriter reply) {
    boolean named = command == Command.EVALSHA || command == Command.EVALSHA_RO;
    if (!named || caller instanceof Call) {
      boolean hasBody = command == Command.EVAL || command == Command.EVAL_RO;
      if (hasBody && hasValidKeys(command, request)) {
        scripts.remember(request);
      }
      return toOnePlace(caller, command, request, reply);
    }
    int start = reply.size();
    EvalshaCall call = new EvalshaCall(this, scripts, caller, command, request);
    if (!toOnePlace(call, command, request, reply)) {
      return false;
    }
    if (!EvalshaCall.isNoScript(reply.bytes(), start, reply.size() - start)) {
      return true;
    }
    reply.truncate(start);
    return call.proceed(reply);
  }

  /** Redis keeps no script whose keys are counted wrongly. */
  private static boolean hasValidKeys(Command command, Request request) {
    return request.is(2, "0") || KeyPositions.count(command, request) > 0;
  }

  private boolean toOnePlace(Caller caller, Command command, Request request, ReplyWriter reply) {
    int keys = KeyPositions.count(command, request);
    if (keys == 0) {
      return toAnyShard(caller, command, request, reply);
    }
    int partition = partitionOfFirst(caller, command, request);
    if (partition < 0) {
      return withoutKeyspace(caller, command, request, reply);
    }
    if (shardCount > 1) {
      for (int i = 1; i < keys; i++) {
        if (partitionOf(caller, request, KeyPositions.position(command, request, i)) != partition) {
          return refuse(reply, BatchPlace.CROSS_SLOT);
        }
      }
      if (command == Command.SORT || command == Command.SORT_RO) {
        String refusal = SortPatterns.refusal(request, partition);
        if (refusal != null) {
          return refuse(reply, refusal);
        }
      }
    }
    return dispatch(caller, command, request, map.shardOf(partition), partition, reply);
  }

  /** A transaction. */
  private boolean toOnePlaceTogether(
      Caller caller, Command command, Request batch, ReplyWriter reply) {
    if (shardCount == 0) {
      keep(caller, command, batch, ClusterMap.NO_SHARD);
      return false;
    }
    String refusal = batchPlace.find(batch, map);
    if (refusal != null) {
      return refuse(reply, refusal);
    }
    int partition = batchPlace.partition();
    return partition == ShardCall.ALL_PARTITIONS
        ? toAnyShard(caller, command, batch, reply)
        : dispatch(caller, command, batch, map.shardOf(partition), partition, reply);
  }

  /** Gives a command to a shard; nobody waits for the answer. */
  void tell(int shard, Command command, Request request) {
    dispatch(unheard, command, request, shard, ShardCall.ALL_PARTITIONS, new ReplyWriter(16));
  }

  /**
   * Has a shard end the wait of a call; nothing happens when the call has left the shard, or the
   * way there has no room: whoever wants it asks again.
   */
  void unblock(Call call, String how) {
    ShardRoute route = routes.of(call.shard);
    if (route == null || !call.isSentBy(route.link())) {
      return;
    }
    if (route.link() == null || route.link().hasRoom()) {
      tell(call.shard, Command.UNBLOCK, Request.of("!unblock", Long.toString(call.ticket()), how));
    }
  }

  /** A command whose arguments name no key, because they are wrong: a shard says how. */
  private boolean toAnyShard(Caller caller, Command command, Request request, ReplyWriter reply) {
    int shard = nextShard(0);
    return dispatch(caller, command, request, shard, ShardCall.ALL_PARTITIONS, reply);
  }

  private boolean toOnlyShard(Caller caller, Command command, Request request, ReplyWriter reply) {
    if (shardCount > 1) {
      return refuse(
          reply, "ERR " + command.name() + " is not allowed in a cluster of several shards");
    }
    return toAnyShard(caller, command, request, reply);
  }

  private boolean withoutKeyspace(
      Caller caller, Command command, Request request, ReplyWriter reply) {
    if (shardCount == 0) {
      keep(caller, command, request, ClusterMap.NO_SHARD);
      return false;
    }
    return refuse(reply, "ERR keyspace " + caller.keyspace() + " does not exist");
  }

  private boolean refuse(ReplyWriter reply, String error) {
    reply.error(error);
    return true;
  }

  int partitionOf(Caller caller, Request request, int argument) {
    return map.partitionOf(
        caller.keyspace(), request.buffer(), request.start(argument), request.length(argument));
  }

  /** The partition of a command's first key, which the batch may know. */
  private int partitionOfFirst(Caller caller, Command command, Request request) {
    return batch.isPlaced(request, caller.keyspace())
        ? batch.partition()
        : partitionOf(caller, request, KeyPositions.position(command, request, 0));
  }

  private boolean split(Caller caller, Command command, Request request, ReplyWriter reply) {
    int keys = KeyPositions.count(command, request);
    if ((request.count() - command.firstKey()) % command.keyStep() != 0) {
      return refuse(reply, CommandGate.wrongArity(command));
    }
    int partition = partitionOfFirst(caller, command, request);
    if (partition < 0) {
      return withoutKeyspace(caller, command, request, reply);
    }
    int shard = map.shardOf(partition);
    for (int i = 1; i < keys && shardCount > 1; i++) {
      int other = partitionOf(caller, request, KeyPositions.position(command, request, i));
      if (map.shardOf(other) != shard) {
        return new ReplyMerge(this, caller, command).split(request, keys, reply);
      }
    }
    return dispatch(caller, command, request, shard, partition, reply);
  }

  private boolean toAll(Caller caller, Command command, Request request, ReplyWriter reply) {
    if (shardCount > 1) {
      return new ReplyMerge(this, caller, command).fanOut(request, shardCount, reply);
    }
    return toAnyShard(caller, command, request, reply);
  }

  /** The lowest shard id above {@code shard}, or NO_SHARD. */
  int nextShard(int shard) {
    int next = ClusterMap.NO_SHARD;
    for (var candidate : map.shards()) {
      int id = candidate.id();
      if (id > shard && (next == ClusterMap.NO_SHARD || id < next)) {
        next = id;
      }
    }
    return next;
  }

  /**
   * What even the gateway's own commands are answered while a script runs for too long: in a
   * cluster of one shard, which is as one Redis.
   */
  @Nullable String busy() {
    ShardRoute route = shardCount == 1 ? routes.of(nextShard(0)) : null;
    return route == null || route.executor() == null ? null : route.executor().busy();
  }

  /** The error of commands that would need memory, while there is none; as {@link #busy}. */
  @Nullable String outOfMemory() {
    ShardRoute route = shardCount == 1 ? routes.of(nextShard(0)) : null;
    return route == null || route.executor() == null ? null : route.executor().outOfMemory();
  }

  int shardCount() {
    return shardCount;
  }

  /** How old the data may be that replicas answer from, for who says nothing of it. */
  int stalenessMillisMax() {
    return stalenessMillisMax;
  }

  // ---- one shard

  /** Gives a command to a shard's leader; the result is that of {@link #execute}. */
  boolean dispatch(
      Caller caller,
      Command command,
      Request request,
      int shard,
      int partition,
      ReplyWriter reply) {
    if (caller.stalenessMillisMax() != 0 && mayAskReplica(caller, command)) {
      ShardRoute replica = replicas.of(shard, loop.nowMillis());
      if (replica != null && (replica.link() == null || replica.link().hasRoom())) {
        return askReplica(replica, caller, command, request, partition, reply);
      }
    }
    ShardRoute route = routes.of(shard);
    if (route == null) {
      keep(caller, command, request, shard);
      return false;
    }
    if (command.isWrite()) {
      caller.written().wrote(shard, map.version());
    } else if (isWait(command) && caller.written().mayBeLost(shard, route.since())) {
      reply.useProtocol(caller.respVersion());
      if (command == Command.WAITAOF) {
        reply.array(2);
        reply.integer(0);
      }
      reply.integer(0);
      return true;
    }
    if (route.executor() != null) {
      return call(route.executor(), caller, command, request, shard, partition, 0, reply);
    }
    ShardLink link = route.link();
    if (link == null || !link.hasRoom()) {
      keep(caller, command, request, shard);
      return false;
    }
    link.send(callOf(caller, command, request, shard), request, partition, map.version());
    loop.endTurnLater();
    return false;
  }

  /** What is sync tells of nothing that could be lost; a replica cannot know what could. */
  private boolean mayAskReplica(Caller caller, Command command) {
    return command.replicaMayAnswer() && !caller.sync() && !map.isSync(caller.keyspace());
  }

  private boolean askReplica(
      ShardRoute replica,
      Caller caller,
      Command command,
      Request request,
      int partition,
      ReplyWriter reply) {
    counters.addReplicaRead();
    int shard = replica.shard().id();
    int staleness = caller.stalenessMillisMax();
    if (replica.executor() != null) {
      return call(replica.executor(), caller, command, request, shard, partition, staleness, reply);
    }
    if (replica.link() != null) {
      Call call = callOf(caller, command, request, shard);
      call.asksReplica(staleness);
      replica.link().send(call, request, partition, map.version());
      loop.endTurnLater();
    }
    return false;
  }

  private static boolean isWait(Command command) {
    return command == Command.WAIT || command == Command.WAITAOF;
  }

  /**
   * Calls a copy on this loop.
   *
   * @param staleness what a replica goes by, milliseconds; 0: the leader
   */
  private boolean call(
      ShardExecutor executor,
      Caller caller,
      Command command,
      Request request,
      int shard,
      int partition,
      int staleness,
      ReplyWriter reply) {
    if (laterCalls.isFull()) {
      keep(caller, command, request, shard);
      return false;
    }
    shardCall.command = command;
    shardCall.keyspace = caller.keyspace();
    shardCall.partition = partition;
    shardCall.keyHash = batch.isPlaced(request, shardCall.keyspace) ? batch.keyHash() : 0;
    shardCall.respVersion = caller.respVersion();
    shardCall.mapVersion = map.version();
    shardCall.sync = caller.sync();
    shardCall.stalenessMillisMax = staleness;
    shardCall.client = caller.markedClient();
    shardCall.noTouch = caller.noTouch();
    shardCall.ticket = laterCalls.nextTicket();
    reply.useProtocol(shardCall.respVersion);
    ShardExecutor.Outcome outcome = executor.execute(shardCall, request, reply, laterCalls);
    return switch (outcome) {
      case REPLIED -> true;
      case LATER, WAITING -> {
        Call call = kept(callOf(caller, command, request, shard), request);
        call.asksReplica(staleness);
        call.sentBy(map.version());
        laterCalls.add(call);
        if (outcome == ShardExecutor.Outcome.WAITING) {
          call.waits();
        }
        yield false;
      }
      case NOT_HERE -> {
        Call call = kept(callOf(caller, command, request, shard), request);
        call.asksReplica(staleness);
        refused(call, map.version());
        yield false;
      }
    };
  }

  /**
   * {@link #keptRequest} holds the arguments of a call on its second way, and then it is the
   * caller.
   */
  private Call callOf(Caller caller, Command command, Request request, int shard) {
    if (request != keptRequest) {
      return new Call(caller, command, shard, ++calls);
    }
    Call call = (Call) caller;
    call.shard = shard;
    return call;
  }

  private Call kept(Call call, Request request) {
    if (request != keptRequest) {
      keptCommand.begin(0, 0, 0, 0, shardCall.ticket, 0);
      call.commandAt(keptCommand.size());
      keptCommand.add(shardCall, request);
      call.commandIn(Arrays.copyOf(keptCommand.bytes(), keptCommand.size()));
    }
    return call;
  }

  // ---- calls that nobody took

  private void keep(Caller caller, Command command, Request request, int shard) {
    keep(kept(callOf(caller, command, request, shard), request));
  }

  /** A shard did not take a call that went by the map of this version. */
  void refused(Call call, long mapVersion) {
    boolean byReplica = call.replicaStalenessMillisMax() != 0;
    if (keep(call) && !byReplica) {
      call.target.refused(mapVersion);
    }
  }

  /**
   * Keeps a call until there is room, a newer map comes, or the next try; one that a replica did
   * not answer only until the end of this turn of the loop. False when it is given up.
   */
  boolean keep(Call call) {
    call.ended();
    if (closed || waiting.size() == WAITING_MAX) {
      giveUp(call);
      return false;
    }
    boolean byReplica = call.replicaStalenessMillisMax() != 0;
    if (byReplica) {
      counters.addReplicaRefusal();
      replicas.refused(call.shard, loop.nowMillis());
      call.asksReplica(0);
    } else {
      counters.addReroute();
    }
    if (call.command.is(CommandFlags.BLOCKING)) {
      // Its patience is its client's affair.
      call.waitsAnew();
    }
    call.waitsSince(loop.nowMillis());
    call.target.waits(true);
    addWaiting(call);
    if (byReplica) {
      roomAgain();
    }
    if (!retryScheduled) {
      retryScheduled = true;
      if (!byReplica) {
        maps.refresh(map.version() + 1);
      }
      loop.schedule(this::retry, RETRY_MILLIS);
    }
    return true;
  }

  private void retry() {
    retryScheduled = false;
    for (Call call : waiting) {
      call.target.mayRetry();
    }
    for (var shard : map.shards()) {
      routes.reopen(shard.id());
    }
    routeWaiting();
  }

  /**
   * One that was sent earlier may be refused later than another found no room: it was first, and is
   * routed first.
   */
  private void addWaiting(Call call) {
    Call last = waiting.peekLast();
    waitingOutOfOrder |= last != null && last.number() > call.number();
    waiting.add(call);
  }

  private Call[] takeWaiting() {
    Call[] all = waiting.toArray(Call[]::new);
    waiting.clear();
    if (waitingOutOfOrder) {
      waitingOutOfOrder = false;
      Arrays.sort(all, AS_THEY_CAME);
    }
    return all;
  }

  /** Routes all that waits again, in order; what finds no way once more waits on. */
  void routeWaiting() {
    long giveUpBefore = loop.nowMillis() - WAIT_MILLIS_MAX;
    for (Call call : takeWaiting()) {
      boolean tooLong = call.waitingSinceMillis() < giveUpBefore;
      if (!tooLong && !call.target.mayGoBy(map.version())) {
        addWaiting(call);
        continue;
      }
      call.target.waits(false);
      if (tooLong) {
        giveUp(call);
      } else {
        routeAgain(call);
      }
    }
  }

  private void routeAgain(Call call) {
    call.read(wireReader, keptRequest);
    keptReply.clear();
    if (call.rerouting().again(call, keptRequest, keptReply)) {
      call.replied(keptReply.bytes(), 0, keptReply.size());
    }
  }

  @Override
  public boolean again(Call call, Request request, ReplyWriter reply) {
    return execute(call, call.command, request, reply);
  }

  private void giveUp(Call call) {
    counters.addShardError(call.shard, false);
    call.replied(CLUSTER_DOWN, 0, CLUSTER_DOWN.length);
  }

  /** The call was sent to a leader that may or may not have executed it. */
  void uncertain(Call call) {
    if (!call.command.isWrite() || call.isWaiting()) {
      keep(call);
      return;
    }
    counters.addShardError(call.shard, true);
    call.replied(UNCERTAIN, 0, UNCERTAIN.length);
  }

  // ---- the map, the loop

  void useMap(ClusterMap newer) {
    batch.forgetPlaces();
    loop.keyFeed().mapChanges(map, newer);
    if (newer.settings() != map.settings()) {
      stalenessMillisMax = (int) newer.settings().number("replica-max-staleness-millis");
    }
    map = newer;
    shardCount = newer.shards().size();
    routes.useMap(newer);
    replicas.useMap(newer);
    standbys.useMap(newer);
    routeWaiting();
  }

  /** What the link would have brought is lost; who listens needs a new one, call or no call. */
  void linkBroken(int shard) {
    loop.keyFeed().lost();
    if (loop.keyFeed().watched() != 0) {
      loop.schedule(() -> routes.reopen(shard), RETRY_MILLIS);
    }
  }

  /** The key events that this loop wants to be told of are others now. */
  void watch() {
    routes.watch();
  }

  /** Whatever has happened to keys of this loop's shards is told before this returns. */
  void hear() {
    routes.hear();
  }

  /** Somebody knows a map of this version: a newer one than ours is asked for. */
  void mapIsAt(long version) {
    if (version > map.version()) {
      maps.refresh(version);
    }
  }

  /** A link that had no room has some: what waits is tried at the end of this turn of the loop. */
  void roomAgain() {
    if (!waiting.isEmpty()) {
      routeAtEndOfTurn = true;
      loop.endTurnLater();
    }
  }

  void endTurn() {
    if (routeAtEndOfTurn) {
      routeAtEndOfTurn = false;
      routeWaiting();
    }
    routes.flush();
    replicas.flush();
  }

  /** Ends everything: what waits is given up. */
  void close() {
    closed = true;
    routes.close();
    replicas.close();
    standbys.close();
    Call call;
    while ((call = waiting.poll()) != null) {
      call.target.waits(false);
      giveUp(call);
    }
  }
}
