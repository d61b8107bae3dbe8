package io.slotferry.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.slotferry.gateway.access.Users;
import io.slotferry.gateway.pubsub.Subscriber;
import io.slotferry.gateway.pubsub.Subscriptions;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: its session, the order of its replies, and what it may do now. A command
 * that is answered in place with nothing owed before it is encoded straight into the loop's array;
 * all others take a place in the {@link ReplyQueue}.
 *
 * <p>Commands in flight are all routed by one version of the map: when the map changes, those are
 * answered first. That, and that nothing overtakes a command which waits for a newer map, keeps the
 * client's order on each key whatever moves.
 *
 * <p>Thread: its gateway loop.
 */
final class RespConnection extends Session implements Subscriber {
  /**
   * Replies that the client has not read, bytes; a connection that has as many is not served on,
   * unless {@link ClientLimits} end it for that.
   */
  static final int OUTPUT_BYTES_MAX = 1 << 20;

  private static final long GIVEN_BACK = -1;

  private final ChannelHandlerContext context;
  private final RespHandler handler;
  private final ReplyQueue queue = new ReplyQueue(this);
  private final LargeOutput largeOutput = new LargeOutput();
  private @Nullable ByteBuf output;
  private int holds;

  /** It ends when its replies are out. Other loops look at it, too. */
  private volatile boolean closing;

  private boolean closed;
  private boolean writable = true;
  private boolean touched;

  /** The command that is being executed is of this connection. */
  private boolean executing;

  /** Pushes that came during a command: they follow its reply. */
  private @Nullable ReplyWriter pushed;

  /** CLIENT PAUSE holds its next command. */
  private boolean paused;

  /** A reply that pushes may not overtake is in the queue. */
  private boolean pushesQueue;

  private final OutputLimit outputLimit = new OutputLimit();
  private final AtomicLong countedBytes = new AtomicLong();

  RespConnection(GatewayLoop loop, long id, ChannelHandlerContext context, RespHandler handler) {
    super(loop, id);
    this.context = context;
    this.handler = handler;
  }

  // ---- commands

  /** Whether the next command may be executed now. */
  boolean mayExecute() {
    return holds == 0
        && !closing
        && ((writable && largeOutput.isEmpty() && queue.heldBytes() < OUTPUT_BYTES_MAX)
            || isEndedByOutput())
        && queue.waiting() == 0
        && queue.size() < ReplyQueue.REPLIES_MAX
        && queue.mayGoBy(loop.router().map().version());
  }

  /**
   * Whether a limit ends it if it does not read: it is served until then, as a client that shall go
   * would otherwise stay, and wait for ever.
   */
  private boolean isEndedByOutput() {
    ClientLimits limits = loop.limits();
    long hardBytes = isSubscribed() ? 0 : limits.replies().hardBytes();
    long allBytesMax = noEvict ? 0 : limits.allBytesMax();
    return (hardBytes > 0 || allBytesMax > 0)
        && (hardBytes == 0 || pendingBytes() < hardBytes)
        && (allBytesMax == 0 || memory().total() <= allBytesMax);
  }

  /** Whether the channel takes more output now. */
  void writable(boolean writable) {
    this.writable = writable;
    if (writable) {
      loop.touch(this);
    }
  }

  /** CLIENT PAUSE holds its next command, or no longer does: such a client counts as blocked. */
  void heldByPause(boolean held) {
    if (held != paused) {
      paused = held;
      gateway.counters().addBlocked(held ? 1 : -1);
    }
  }

  /** Executes one command; {@code command} is null when there is none of that name. */
  void execute(@Nullable Command command, Request request) {
    if (tracking != null) {
      loop.keyFeed().tracking().hear();
    }
    boolean direct = queue.isEmpty();
    ReplyWriter reply = direct ? loop.output() : loop.queuedReply();
    int start = reply.size();
    silent = replyMode != ReplyMode.ON;
    if (replyMode == ReplyMode.SKIP) {
      replyMode = ReplyMode.ON;
    }
    reply.useProtocol(respVersion);
    executing = true;
    boolean replied = CommandGate.execute(this, command, request, reply);
    executing = false;
    if (replied) {
      if (silent) {
        reply.truncate(start);
      } else if (!direct) {
        queue.addReplied(reply.bytes(), reply.size());
      }
      if (!direct) {
        reply.clear();
      }
    }
    if (pushed != null) {
      pushDeferred(pushed);
    }
  }

  @Override
  public ReplyTarget later() {
    if (collector != null) {
      return collector;
    }
    PendingReply reply = queue.add(silent);
    reply.trackedRead = trackedRead;
    return reply;
  }

  @Override
  void endsLater(CommandMeter.Answered measured) {
    queue.measureLast(measured);
  }

  /** The client does not speak the protocol: the last that it hears. */
  void protocolError(String error) {
    if (queue.isEmpty()) {
      loop.output().error(error);
    } else {
      ReplyWriter reply = loop.queuedReply();
      reply.error(error);
      queue.addReplied(reply.bytes(), reply.size());
      reply.clear();
    }
    closing = true;
  }

  // ---- pushes

  /**
   * Sends what is no reply. RESP3 tells it from replies, so that it goes out at once; in RESP2 it
   * takes its place behind the replies that are owed.
   */
  @Override
  public void push(byte[] bytes, int length) {
    if (closed) {
      return;
    }
    if (executing) {
      if (pushed == null) {
        pushed = new ReplyWriter(length);
      }
      pushed.raw(bytes, 0, length);
      return;
    }
    pushesQueue &= !queue.isEmpty();
    if (queue.isEmpty() || (respVersion == 3 && !pushesQueue)) {
      emit(bytes, 0, length);
    } else {
      queue.addReplied(bytes, length);
    }
    outputLimit.pushed();
    loop.touch(this);
  }

  private void pushDeferred(ReplyWriter deferred) {
    pushed = null;
    push(deferred.bytes(), deferred.size());
  }

  /** Pushes wait for the replies that are owed now, whatever the protocol. */
  void keepPushesBehindReplies() {
    pushesQueue = true;
  }

  /** What waits for the client to read it, bytes. */
  private long pendingBytes() {
    var buffer = context.channel().unsafe().outboundBuffer();
    ByteBuf late = output;
    return (buffer == null ? 0 : buffer.totalPendingWriteBytes())
        + largeOutput.bytes()
        + (late == null ? 0 : late.readableBytes())
        + queue.heldBytes();
  }

  /** Disconnects a client that lets too much wait, before it gets any more of it. */
  private boolean exceeds(ClientLimits.Output limits) {
    boolean exceeded = outputLimit.isExceeded(limits, pendingBytes(), this::lookAgain);
    if (exceeded && !closed) {
      gateway.counters().addOutputLimitReached();
      kill();
    }
    return exceeded;
  }

  private void lookAgain(long delayMillis) {
    loop.schedule(() -> loop.touch(this), delayMillis);
  }

  // ---- memory

  @Override
  ClientMemory.Held memory() {
    Transaction queued = transaction;
    Subscriptions names = subscriptions;
    ClientTracking tracked = tracking;
    return new ClientMemory.Held(
        handler.argumentBytes(),
        handler.queryBytes() - handler.argumentBytes(),
        handler.queryBytesFree(),
        queued == null ? 0 : queued.bytes(),
        pendingBytes(),
        watchedKeys()
            + (names == null ? 0 : names.count())
            + (tracked == null ? 0 : tracked.prefixes.size()));
  }

  /** Tells what it holds, if that is bounded. */
  void countMemory() {
    long bytesMax = loop.limits().allBytesMax();
    if (bytesMax == 0) {
      return;
    }
    long before = countedBytes.get();
    long now = memory().total();
    if (before != GIVEN_BACK && countedBytes.compareAndSet(before, now)) {
      gateway.clientMemory().changed(now - before, bytesMax);
    }
  }

  /** What it has told to hold. Thread: any. */
  long countedBytes() {
    return countedBytes.get();
  }

  /** It is to go: what it has told to hold counts no more, now or later. Thread: any. */
  long giveBackCounted() {
    return Math.max(0, countedBytes.getAndSet(GIVEN_BACK));
  }

  /** The settings have changed. */
  void limitsChanged() {
    handler.use(loop.limits());
    countMemory();
  }

  /** Whether it does nothing, and waits for nothing, for longer than a client may. */
  boolean isIdleSince(long millis) {
    return lastActiveMillis < millis
        && blocked == null
        && !isSubscribed()
        && !gateway.monitors().contains(this);
  }

  // ---- output

  /** Appends a reply whose turn has come. */
  void emit(byte[] bytes, int offset, int length) {
    if (closed) {
      return;
    }
    if (loop.isReading(this)) {
      loop.output().raw(bytes, offset, length);
      return;
    }
    if (output == null) {
      output = context.alloc().buffer(Math.max(length, 512));
    }
    output.writeBytes(bytes, offset, length);
  }

  /** Writes what stands in the loop's array, behind what came earlier in this turn. */
  void writeFromLoop() {
    ReplyWriter bytes = loop.output();
    int size = bytes.size();
    if (size > 0) {
      writeOutput();
      if (bytes.hasShared()) {
        writeShared(bytes);
      } else {
        write(context.alloc().buffer(size).writeBytes(bytes.bytes(), 0, size));
      }
      bytes.clear();
    }
  }

  private void writeOutput() {
    if (output != null) {
      ByteBuf written = output;
      output = null;
      write(written);
    }
  }

  private void writeShared(ReplyWriter bytes) {
    gateway.counters().addOutputBytes(bytes.totalSize());
    bytes.pieces(largeOutput::add);
    largeOutput.pump(context);
  }

  private void write(ByteBuf buffer) {
    gateway.counters().addOutputBytes(buffer.readableBytes());
    if (largeOutput.isEmpty()) {
      var _ = context.write(buffer, context.voidPromise());
    } else {
      largeOutput.add(buffer);
    }
  }

  void flush() {
    ClientLimits.Output limits = loop.limits().replies();
    if (limits.isBounded() && !isSubscribed() && exceeds(limits)) {
      return;
    }
    context.flush();
    if (closing && queue.isEmpty() && largeOutput.isEmpty()) {
      context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** At the end of a turn of the loop in which something happened to this connection. */
  void settle() {
    touched = false;
    writeOutput();
    largeOutput.pump(context);
    flush();
    if (outputLimit.isDue()) {
      var _ = exceeds(loop.limits().pushes());
    }
    countMemory();
    handler.resume();
  }

  /** Marks it for {@link #settle}; false when it was marked before. */
  boolean touch() {
    boolean first = !touched;
    touched = true;
    return first;
  }

  /** The channel is closed. Replies that come from now on go nowhere. */
  void closed() {
    closing = true;
    closed = true;
    gateway.clientMemory().closed(this);
    heldByPause(false);
    unwatch();
    if (blocked != null) {
      blocked.end(BlockingCall.End.TIMEOUT);
    }
    endPushes();
    if (output != null) {
      output.release();
      output = null;
    }
    largeOutput.close();
  }

  /**
   * The connection of a user that was removed, or that listens to what its user may not any more,
   * is closed; that of who has changed it is answered before.
   */
  void usersChanged(Users users) {
    if (!reloadUser(users) || !mayListen()) {
      if (holds > 0 && blocked == null) {
        closeAfterReplies();
      } else {
        kill();
      }
    } else if (blocked != null) {
      blocked.rulesChanged();
    }
  }

  // ---- session

  @Override
  RespConnection connection() {
    return this;
  }

  @Override
  boolean isOwedReplies() {
    return !queue.isEmpty();
  }

  /** Whether it is about to end. Thread: any. */
  boolean isClosing() {
    return closing;
  }

  @Override
  void closeAfterReplies() {
    closing = true;
    loop.touch(this);
  }

  /**
   * Closes at once, unread replies or not: past Vert.x, which would wait. Nobody sees it any more,
   * although its loop closes it a little later. Thread: any.
   */
  void kill() {
    gateway.clients().remove(this);
    var _ = context.close();
  }

  @Override
  void hold() {
    holds++;
  }

  @Override
  void release() {
    holds--;
    loop.touch(this);
  }

  @Override
  String remoteAddress() {
    return text(context.channel().remoteAddress());
  }

  @Override
  String localAddress() {
    return text(context.channel().localAddress());
  }

  private static String text(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress() + ':' + inet.getPort()
        : "";
  }
}
