package io.slotferry.gateway;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import io.slotferry.gateway.access.Users;
import io.slotferry.gateway.pubsub.PubSub;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.ClusterSettings;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One event loop of a gateway: its router, the arrays that its connections share, and the end of
 * its turn. Everything that several events of a turn can do together (the batch for a shard, the
 * write to a connection that got several late replies) is done once, in a task that runs after
 * those events.
 *
 * <p>Thread: its event loop, but for the constructor and {@link #execute}.
 */
final class GatewayLoop {
  private static final int INPUT_BYTES = 64 << 10;

  /** A larger array than this is not kept for the next read. */
  private static final int INPUT_RETAINED_BYTES_MAX = 1 << 20;

  private static final long IDLE_CHECK_MILLIS = 1_000;

  private final Gateway gateway;
  private final ContextInternal context;
  private final EventLoop eventLoop;
  private final Ticker ticker;
  private final RemoteLinks links;
  private final Router router;
  private final PubSub pubSub;
  private final KeyFeed keyFeed;
  private final CommandMeter meter;
  private final Runnable mapListener = this::mapChanged;
  private final Runnable endOfTurn = this::endTurn;
  private final ArrayDeque<RespConnection> touched = new ArrayDeque<>();
  private final List<VersionWait> versionWaits = new ArrayList<>();
  private final RequestBatch requests = new RequestBatch();
  private final ReplyWriter output = ReplyWriter.sharing();
  private final ReplyWriter queuedReply = new ReplyWriter();
  private byte[] input = new byte[INPUT_BYTES];
  private @Nullable RespConnection reading;
  private @Nullable Users users;
  private boolean endOfTurnScheduled;
  private ClientLimits limits = ClientLimits.of(ClusterSettings.INITIAL);
  private boolean looksForIdle;

  /** One loop samples the rates of the whole gateway. */
  private final boolean samplesRates;

  private long ratesTimer;

  private record VersionWait(long version, Runnable action) {}

  /**
   * All time that the loop's calls and links go by is that of its event loop.
   *
   * @param index tells the loops of one gateway apart
   * @param bus to shard copies in other processes
   * @param ids draws the ids of links
   */
  GatewayLoop(
      Gateway gateway, ContextInternal context, int index, FrameBus bus, RandomGenerator ids) {
    this.gateway = gateway;
    this.context = context;
    this.eventLoop = context.nettyEventLoop();
    this.ticker = eventLoop.ticker();
    this.samplesRates = index == 0;
    String name = gateway.options().nodeId() + '.' + index;
    this.links = new RemoteLinks(name, bus, ids);
    this.router = new Router(this, gateway);
    this.keyFeed = new KeyFeed(this);
    this.pubSub = new PubSub(context, name, this::endTurnLater, keyFeed::update);
    this.meter = new CommandMeter(gateway);
  }

  Future<?> start() {
    return links.open().compose(opened -> pubSub.open()).onSuccess(opened -> opened());
  }

  /** Its ways in are open: it goes by the map from now on. */
  void opened() {
    useMaps();
    if (samplesRates) {
      ratesTimer =
          context
              .owner()
              .setPeriodic(Rates.SAMPLE_MILLIS, tick -> gateway.rates().sample(System.nanoTime()));
    }
  }

  private void useMaps() {
    gateway.maps().addListener(mapListener);
    mapChanged();
  }

  Future<?> close() {
    gateway.maps().removeListener(mapListener);
    if (samplesRates) {
      context.owner().cancelTimer(ratesTimer);
    }
    router.close();
    endTurn();
    return pubSub.close().eventually(links::close);
  }

  Gateway gateway() {
    return gateway;
  }

  ContextInternal context() {
    return context;
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  Router router() {
    return router;
  }

  CommandMeter meter() {
    return meter;
  }

  RemoteLinks links() {
    return links;
  }

  PubSub pubSub() {
    return pubSub;
  }

  KeyFeed keyFeed() {
    return keyFeed;
  }

  // ---- arrays

  /** An array for a read of {@code length} bytes. */
  byte[] input(int length) {
    if (input.length < length || input.length > INPUT_RETAINED_BYTES_MAX) {
      input = new byte[Math.max(length, INPUT_BYTES)];
    }
    return input;
  }

  /** The commands of the connection that is reading now. */
  RequestBatch requests() {
    return requests;
  }

  /** Replies of the connection that is reading now. */
  ReplyWriter output() {
    return output;
  }

  /** A reply that is to wait for others before it; empty between commands. */
  ReplyWriter queuedReply() {
    return queuedReply;
  }

  void beginReading(RespConnection connection) {
    reading = connection;
  }

  void endReading() {
    reading = null;
  }

  boolean isReading(RespConnection connection) {
    return reading == connection;
  }

  // ---- turns

  /** Something happened to a connection that its {@link RespConnection#settle} has to look at. */
  void touch(RespConnection connection) {
    if (connection.touch()) {
      touched.add(connection);
      endTurnLater();
    }
  }

  /** Has the turn's end done once, after the events that the loop has at hand. */
  void endTurnLater() {
    if (!endOfTurnScheduled) {
      endOfTurnScheduled = true;
      eventLoop.execute(endOfTurn);
    }
  }

  private void endTurn() {
    keyFeed.endTurn();
    for (int left = touched.size(); left > 0; left--) {
      touched.remove().settle();
    }
    router.endTurn();
    pubSub.endTurn();
    endOfTurnScheduled = false;
    if (!touched.isEmpty()) {
      endTurnLater();
    }
  }

  /** What clients of this loop are bounded by. */
  ClientLimits limits() {
    return limits;
  }

  /** The settings of the cluster, as this loop knows them. */
  ClusterSettings settings() {
    return router.map().settings();
  }

  /** The loop's clock: monotonic. */
  long nowMillis() {
    return ticker.nanoTime() / 1_000_000;
  }

  void execute(Runnable task) {
    eventLoop.execute(task);
  }

  void schedule(Runnable task, long delayMillis) {
    var _ = eventLoop.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
  }

  /** As {@link #schedule}, for what may be called off. */
  ScheduledFuture<?> timer(Runnable task, long delayMillis) {
    return eventLoop.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
  }

  void closed(RespConnection connection) {
    connection.closed();
    gateway.clients().remove(connection);
  }

  // ---- the map

  private void mapChanged() {
    if (!eventLoop.inEventLoop()) {
      eventLoop.execute(this::mapChanged);
      return;
    }
    ClusterMap newer = gateway.maps().current();
    if (newer.version() > router.map().version()) {
      boolean isSet = newer.settings() != router.map().settings();
      useUsers(gateway.access().users());
      router.useMap(newer);
      if (isSet) {
        use(newer.settings());
      }
      keyFeed.update();
      runVersionWaits(newer.version());
    }
  }

  private void use(ClusterSettings settings) {
    meter.use(settings);
    ClientLimits newer = ClientLimits.of(settings);
    if (!newer.equals(limits)) {
      limits = newer;
      forEachClient(RespConnection::limitsChanged);
      endIdleLater();
    }
  }

  private void useUsers(Users newer) {
    if (newer != users) {
      users = newer;
      forEachClient(client -> client.usersChanged(newer));
    }
  }

  private void forEachClient(Consumer<RespConnection> action) {
    gateway
        .clients()
        .forEach(client -> {
          if (client.loop == this) {
            action.accept(client);
          }
        });
  }

  // ---- idle clients

  private void endIdleLater() {
    if (limits.idleSecondsMax() > 0 && !looksForIdle) {
      looksForIdle = true;
      schedule(this::endIdle, IDLE_CHECK_MILLIS);
    }
  }

  private void endIdle() {
    looksForIdle = false;
    if (limits.idleSecondsMax() > 0) {
      long since = System.currentTimeMillis() - limits.idleSecondsMax() * 1_000;
      forEachClient(client -> {
        if (client.isIdleSince(since)) {
          client.kill();
        }
      });
      endIdleLater();
    }
  }

  /** Runs {@code action} once the map is at {@code version}, or did not get there in time. */
  void whenMapIsAt(long version, Runnable action) {
    if (router.map().version() >= version) {
      action.run();
      return;
    }
    VersionWait wait = new VersionWait(version, action);
    versionWaits.add(wait);
    gateway.maps().refresh(version);
    schedule(() -> endWait(wait), Router.WAIT_MILLIS_MAX);
  }

  private void endWait(VersionWait wait) {
    if (versionWaits.remove(wait)) {
      wait.action().run();
    }
  }

  private void runVersionWaits(long version) {
    for (VersionWait wait : List.copyOf(versionWaits)) {
      if (wait.version() <= version) {
        endWait(wait);
      }
    }
  }
}
