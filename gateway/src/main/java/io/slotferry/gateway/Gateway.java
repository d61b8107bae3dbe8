package io.slotferry.gateway;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.Request;
import io.slotferry.topology.ClusterMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A gateway node: what all its loops share, and the way in for callers of this process. Deploy one
 * {@link RespServer} for each event loop that serves clients; on few cores one, on the loop that
 * owns the shards, so that those are called in place.
 *
 * <p>Thread: any.
 */
public final class Gateway {
  private final Vertx vertx;
  private final GatewayOptions options;
  private final MapSource maps;
  private final LocalCopies copies;
  private final ShardStatus status;
  private final GatewayCounters counters = new GatewayCounters();
  private final Rates rates = new Rates(counters);
  private final Settings settings;
  private final Access access;
  private final SlowLog slowLog = new SlowLog();
  private final Latencies latencies = new Latencies();
  private final ScriptBodies scripts = new ScriptBodies();
  private final Clients clients = new Clients(counters);
  private final ClientMemory clientMemory = new ClientMemory(clients, counters);
  private final Monitors monitors = new Monitors();
  private final ClientPause pause = new ClientPause(clients);
  private final List<GatewayLoop> loops = new CopyOnWriteArrayList<>();
  private final AtomicInteger loopsOpened = new AtomicInteger();
  private volatile int respPort;

  /**
   * @param copies the shard copies in this process, {@link LocalCopies#NONE} if there are none
   * @param status what INFO and ROLE tell of the replication
   */
  public Gateway(
      Vertx vertx, GatewayOptions options, MapSource maps, LocalCopies copies, ShardStatus status) {
    this.vertx = vertx;
    this.options = options;
    this.maps = maps;
    this.copies = copies;
    this.status = status;
    this.settings = new Settings(options);
    this.access = new Access(settings);
    this.respPort = options.respPort();
    // Before the loops: when a loop has a map, what all loops share goes by it.
    maps.addListener(this::mapChanged);
    mapChanged();
  }

  private void mapChanged() {
    ClusterMap map = maps.current();
    settings.mapChanged(map);
    access.mapChanged(map);
  }

  public GatewayOptions options() {
    return options;
  }

  public GatewayCounters counters() {
    return counters;
  }

  Rates rates() {
    return rates;
  }

  public MapSource maps() {
    return maps;
  }

  /** The port that RESP is served on, once a {@link RespServer} is deployed. */
  public int respPort() {
    return respPort;
  }

  /**
   * Executes one command as a client with the right password would: on the loop of the caller if
   * that is one of the gateway's, else on the gateway's first.
   *
   * @param request not to be changed until the future is done
   * @param respVersion the protocol of the reply, 2 or 3
   * @param session what it has in common with other commands
   * @return the reply, RESP; errors of the command are replies. Done on the caller's context. Fails
   *     only when the gateway is not deployed
   */
  public Future<byte[]> submit(
      int keyspace, Request request, int respVersion, RequestSession session) {
    GatewayLoop loop = loopOfCaller();
    return loop == null
        ? Future.failedFuture("no event loop of the gateway " + options.nodeId() + " is up")
        : submit(loop, keyspace, request, respVersion, session);
  }

  /** {@link #submit} of RESP3, with the reply as a tree. */
  public Future<Reply> execute(int keyspace, Request request) {
    return submit(keyspace, request, 3, new RequestSession(null)).map(Gateway::tree);
  }

  private static Reply tree(byte[] resp) {
    Reply reply = new ReplyReader(resp, 0, resp.length).read();
    if (reply == null) {
      throw new IllegalStateException("a shard's reply is cut off");
    }
    return reply;
  }

  private Future<byte[]> submit(
      GatewayLoop loop, int keyspace, Request request, int respVersion, RequestSession session) {
    Promise<byte[]> promise = ((VertxInternal) vertx).getOrCreateContext().promise();
    SubmittedCommand command = new SubmittedCommand(loop, keyspace, respVersion, session, promise);
    if (loop.eventLoop().inEventLoop()) {
      command.execute(request);
    } else {
      loop.execute(() -> command.execute(request));
    }
    return promise.future();
  }

  private @Nullable GatewayLoop loopOfCaller() {
    GatewayLoop first = null;
    for (GatewayLoop loop : loops) {
      if (loop.eventLoop().inEventLoop()) {
        return loop;
      }
      first = first == null ? loop : first;
    }
    return first;
  }

  // ---- what the loops share

  /** Brings a loop up; done on it. */
  Future<GatewayLoop> open(ContextInternal context) {
    FrameBus bus = new VertxFrameBus(vertx.eventBus());
    int index = loopsOpened.getAndIncrement();
    GatewayLoop loop = new GatewayLoop(this, context, index, bus, new SecureRandom());
    return loop.start().map(started -> loop).onSuccess(loops::add);
  }

  Future<?> close(GatewayLoop loop) {
    loops.remove(loop);
    return loop.close();
  }

  void servesRespAt(int port) {
    respPort = port;
  }

  /** Done when all its loops have a map of {@code version}, or do not get it. */
  Future<?> loopsAreAt(long version) {
    List<Future<Void>> there = new ArrayList<>();
    for (GatewayLoop loop : loops) {
      Promise<Void> isThere = Promise.promise();
      loop.execute(() -> loop.whenMapIsAt(version, isThere::complete));
      there.add(isThere.future());
    }
    return Future.join(there);
  }

  /** Other gateway loops, of this and other processes, that its first loop knows. */
  int peerCount() {
    return loops.isEmpty() ? 0 : loops.getFirst().pubSub().peerCount();
  }

  LocalCopies copies() {
    return copies;
  }

  ShardStatus status() {
    return status;
  }

  Settings settings() {
    return settings;
  }

  SlowLog slowLog() {
    return slowLog;
  }

  Latencies latencies() {
    return latencies;
  }

  /** What all loops have counted, by the commands' full names. */
  Map<String, CommandMeter.Counter> commandCounters() {
    Map<String, CommandMeter.Counter> sums = new TreeMap<>();
    for (GatewayLoop loop : loops) {
      loop.meter()
          .forEach((name, counter) ->
              sums.computeIfAbsent(name, first -> new CommandMeter.Counter(false)).addAll(counter));
    }
    return sums;
  }

  /** CONFIG RESETSTAT. */
  void resetStatistics() {
    counters.reset();
    access.log().resetCounts();
    loops.forEach(loop -> loop.meter().reset());
  }

  Access access() {
    return access;
  }

  ScriptBodies scripts() {
    return scripts;
  }

  Clients clients() {
    return clients;
  }

  ClientMemory clientMemory() {
    return clientMemory;
  }

  Monitors monitors() {
    return monitors;
  }

  ClientPause pause() {
    return pause;
  }
}
