package io.slotferry.gateway;

import io.slotferry.gateway.access.Users;
import io.slotferry.gateway.pubsub.Space;
import io.slotferry.gateway.pubsub.Subscriptions;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.topology.Durability;
import org.jspecify.annotations.Nullable;

/**
 * What a client has said of itself and chosen: keyspace, protocol version, name, and the like. One
 * for each connection, and one for each command of a caller in this process.
 *
 * <p>Thread: its gateway loop; {@code CLIENT LIST} reads it from others, and may see an older
 * value.
 */
abstract class Session implements Caller {
  /** What {@code CLIENT REPLY} has chosen. */
  enum ReplyMode {
    ON,
    OFF,
    /** The next command's reply is left out. */
    SKIP
  }

  private static final ClientMemory.Held NO_MEMORY = new ClientMemory.Held(0, 0, 0, 0, 0, 0);
  final GatewayLoop loop;
  final Gateway gateway;
  final long id;
  final long createdMillis = System.currentTimeMillis();

  int keyspace;
  int respVersion = 2;
  boolean authenticated;

  /** Whether it may do everything: nobody needs to ask. */
  boolean trusted;

  String name = "";
  String libraryName = "";
  String libraryVersion = "";
  boolean noEvict;
  boolean noTouch;

  /** What {@code READONLY} has chosen: replicas may answer reads. */
  boolean readOnly;

  ReplyMode replyMode = ReplyMode.ON;

  /** Whether the reply of the command being executed is left out. */
  boolean silent;

  /** What {@code CLIENT DURABILITY} has chosen; null: the keyspace's default. */
  @Nullable Durability durability;

  /** Null before the first SUBSCRIBE. */
  @Nullable Subscriptions subscriptions;

  /** Null unless CLIENT TRACKING is on. */
  @Nullable ClientTracking tracking;

  /** The read that is being executed, if it is tracked. */
  @Nullable TrackedRead trackedRead;

  /** What is queued since MULTI; null outside of a transaction. */
  @Nullable Transaction transaction;

  /** Gets what is answered later while EXEC executes; null otherwise. */
  @Nullable ReplyTarget collector;

  /** The command that waits for a key; null when none does. */
  @Nullable BlockingCall blocked;

  private @Nullable Watches watches;
  private AclUser user;
  private WrittenShards written = new WrittenShards();

  String lastCommand = "NULL";
  long lastActiveMillis = createdMillis;

  Session(GatewayLoop loop, long id) {
    this.loop = loop;
    this.gateway = loop.gateway();
    this.id = id;
    this.user = gateway.access().users().defaultUser();
    begin();
  }

  /** As the default user, if that one needs no password. */
  private void begin() {
    user = gateway.access().users().defaultUser();
    authenticated = user.isEnabled() && user.isWithoutPassword();
    trusted = authenticated && user.allowsAll();
  }

  /** Who it is; the default user before it has logged in. */
  final AclUser user() {
    return user;
  }

  final void logIn(AclUser asUser) {
    user = asUser;
    authenticated = true;
    trusted = asUser.allowsAll();
  }

  /** Goes by the rules that its user has now; false when there is no such user any more. */
  final boolean reloadUser(Users users) {
    AclUser now = users.find(user.name());
    if (now == null) {
      user = users.defaultUser();
      authenticated = false;
      trusted = false;
      return false;
    }
    user = now;
    trusted = authenticated && now.allowsAll();
    return true;
  }

  /** Where its commands come from, as ACL LOG calls it. */
  String context() {
    return transaction == null ? "toplevel" : "multi";
  }

  /** Whether it is subscribed to anything. */
  final boolean isSubscribed() {
    return subscriptions != null && !subscriptions.isEmpty();
  }

  /** Whether its user may be subscribed to what it is subscribed to. */
  final boolean mayListen() {
    if (trusted || subscriptions == null) {
      return true;
    }
    for (Space space : Space.values()) {
      for (String name : subscriptions.names(space)) {
        if (!user.allowsChannel(name, space == Space.PATTERN)) {
          return false;
        }
      }
    }
    return true;
  }

  /** As {@code CLIENT LIST TYPE} names it. */
  final String type() {
    return isSubscribed() ? "pubsub" : "normal";
  }

  /** The connection that can get messages; null for a caller in this process. */
  abstract @Nullable RespConnection connection();

  /** Whether commands of it are under way: what comes now stands behind them. */
  boolean isOwedReplies() {
    return false;
  }

  /** It stands for a larger one during one command. */
  final void take(RequestSession whole) {
    durability = whole.durability();
    written = whole.written;
    watches = whole.watches;
    transaction = whole.transaction;
  }

  final void giveBack(RequestSession whole) {
    whole.watches = watches;
    whole.transaction = transaction;
  }

  /** RESET: everything but the connection itself. */
  final void reset() {
    endPushes();
    keyspace = 0;
    respVersion = 2;
    begin();
    name = "";
    noEvict = false;
    noTouch = false;
    readOnly = false;
    replyMode = ReplyMode.ON;
    silent = false;
    durability = null;
    transaction = null;
    unwatch();
  }

  // ---- WATCH

  final Watches demandWatches() {
    if (watches == null) {
      watches = new Watches();
    }
    return watches;
  }

  /** What is watched, for EXEC; nothing is from now on. */
  final Watches takeWatches() {
    Watches taken = demandWatches();
    watches = null;
    return taken;
  }

  final int watchedKeys() {
    return watches == null ? 0 : watches.size();
  }

  /** Nothing is watched any more. */
  final void unwatch() {
    if (watches != null) {
      watches.forget(loop.router());
      watches = null;
    }
  }

  /** The command that was executed just now is answered later: that is told to {@code measured}. */
  void endsLater(CommandMeter.Answered measured) {}

  /** What it holds of the gateway's memory. */
  ClientMemory.Held memory() {
    return NO_MEMORY;
  }

  /** The client's address, {@code host:port}. */
  abstract String remoteAddress();

  /** The gateway's address that it has connected to. */
  abstract String localAddress();

  /** Closes the connection once all replies, those of this command included, are on their way. */
  abstract void closeAfterReplies();

  /** Commands that follow wait until {@link #release}. */
  abstract void hold();

  abstract void release();

  /** Ends all subscriptions, silently, the tracking, and MONITOR. */
  final void endPushes() {
    RespConnection connection = connection();
    if (subscriptions != null && connection != null) {
      loop.pubSub().unsubscribeAll(connection, subscriptions);
    }
    if (tracking != null && connection != null) {
      loop.keyFeed().tracking().stop(connection);
    }
    if (connection != null && gateway.monitors().isActive()) {
      gateway.monitors().remove(connection);
    }
  }

  @Override
  public final int keyspace() {
    return keyspace;
  }

  @Override
  public final int respVersion() {
    return respVersion;
  }

  @Override
  public final WrittenShards written() {
    return written;
  }

  @Override
  public final boolean sync() {
    Durability chosen = durability;
    return chosen == null ? loop.router().map().isSync(keyspace) : chosen == Durability.SYNC;
  }

  /** What is tracked is told by the leader: a replica may be behind the news of a change. */
  @Override
  public int stalenessMillisMax() {
    return readOnly && tracking == null ? loop.router().stalenessMillisMax() : 0;
  }

  @Override
  public final long markedClient() {
    return tracking != null && tracking.options.noLoop() ? id : 0;
  }

  @Override
  public final Session session() {
    return this;
  }

  @Override
  public final @Nullable TrackedRead trackedRead() {
    return trackedRead;
  }

  @Override
  public final boolean noTouch() {
    return noTouch;
  }

  @Override
  public final @Nullable AclUser restrictedUser() {
    return trusted ? null : user;
  }

  @Override
  public final Rerouting rerouting() {
    return loop.router();
  }

  @Override
  public final long waitingSinceMillis() {
    return 0;
  }
}
