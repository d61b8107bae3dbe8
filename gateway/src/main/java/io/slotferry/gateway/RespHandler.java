package io.slotferry.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.RequestParser;
import io.slotferry.protocol.command.Command;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channel's edge of a connection: reads, cuts into commands, and decides when to read on. It is
 * the last handler, and passes nothing on.
 *
 * <p>A read is copied once, into an array of the loop, and parsed there; only what is left of an
 * unfinished command, or of commands that may not be executed yet, is kept by the connection. While
 * it may not go on (a client that does not read its replies, too much owed, a command that waits)
 * the socket is not read either, so that the client is pushed back by TCP.
 *
 * <p>Thread: the connection's loop.
 */
final class RespHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(RespHandler.class);

  /** Replies are handed to the channel in pieces of about this size, bytes. */
  private static final int WRITE_BYTES = 64 << 10;

  /** A larger array is made aside, so that clearing and copying it keeps nobody waiting, bytes. */
  private static final int MADE_ASIDE_BYTES_MIN = 4 << 20;

  /** Room for what is still read while a larger array is made, bytes. */
  private static final int MEANWHILE_BYTES = 256 << 10;

  /**
   * What is read at once, bytes. By itself Netty goes down to what small commands take, and those
   * of a kilobyte then come in two parts, with a system call and an array more.
   */
  private static final int READ_BYTES_MIN = 4 << 10;

  private static final int READ_BYTES_MAX = 64 << 10;

  private static final byte[] NOTHING = new byte[0];

  private final GatewayLoop loop;
  private final RequestParser parser = new RequestParser();
  private final Channel channel;
  private @Nullable RespConnection connection;
  private boolean stalled;
  private boolean growing;

  // What has arrived and is not executed: kept[keptFrom, keptTo).
  private byte[] kept = NOTHING;
  private int keptFrom;
  private int keptTo;

  /** A command has taken the array for itself: the rest has to stand in another one. */
  private boolean keptGiven;

  /** Counts the arrays that {@link #kept} has been. */
  private int keptArrays;

  RespHandler(GatewayLoop loop, Channel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /** Takes the channel over. */
  RespConnection open(long id) {
    channel.pipeline().addLast("resp", this);
    ChannelHandlerContext context = channel.pipeline().context(this);
    int high = RespConnection.OUTPUT_BYTES_MAX;
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(high / 4, high));
    channel
        .config()
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES_MIN, READ_BYTES_MAX));
    connection = new RespConnection(loop, id, context, this);
    parser.authenticated(connection.authenticated);
    use(loop.limits());
    return connection;
  }

  private RespConnection connection() {
    if (connection == null) {
      throw new IllegalStateException("not open");
    }
    return connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf buffer = (ByteBuf) message;
    try {
      int length = buffer.readableBytes();
      loop.gateway().counters().addInputBytes(length);
      int missing = missingOfLarge();
      if (0 < missing && missing < length) {
        // The array is as long as the command: what follows it would need another one.
        take(buffer, missing);
      }
      take(buffer, buffer.readableBytes());
    } finally {
      buffer.release();
    }
    if (queryBytes() > loop.limits().queryBytesMax()) {
      loop.gateway().counters().addQueryLimitReached();
      connection().kill();
    }
    connection().countMemory();
  }

  /** What has come and is not executed. */
  int queryBytes() {
    return keptTo - keptFrom;
  }

  /** What of that is understood, of a command that has not come completely. */
  int argumentBytes() {
    return stalled ? 0 : Math.min(parser.bytesParsed(), queryBytes());
  }

  int queryBytesFree() {
    return kept.length - keptTo;
  }

  void use(ClientLimits limits) {
    parser.bulkBytesMax(limits.argumentBytesMax());
  }

  private void take(ByteBuf buffer, int length) {
    if (keptTo > keptFrom) {
      makeRoom(length);
      buffer.readBytes(kept, keptTo, length);
      keptTo += length;
      if (!stalled) {
        runKept();
      }
      growAside();
    } else {
      byte[] input = loop.input(length);
      buffer.readBytes(input, 0, length);
      keep(input, run(input, 0, length, false), length);
    }
  }

  /** How much of a large unfinished command has not come; 0 when there is no such command. */
  private int missingOfLarge() {
    int arrived = keptTo - keptFrom;
    return arrived < MADE_ASIDE_BYTES_MIN || stalled ? 0 : parser.bytesWanted() - arrived;
  }

  private void runKept() {
    keptFrom = run(kept, keptFrom, keptTo, true);
    if (keptFrom == keptTo) {
      useKept(NOTHING, 0);
    } else if (keptGiven) {
      keep(kept, keptFrom, keptTo);
    }
    keptGiven = false;
  }

  private void makeRoom(int length) {
    int arrived = keptTo - keptFrom;
    if (kept.length - keptTo >= length) {
      return;
    }
    int needed = arrived + length;
    byte[] target =
        kept.length >= needed ? kept : new byte[Math.max(needed, parser.capacityWanted(needed))];
    System.arraycopy(kept, keptFrom, target, 0, arrived);
    useKept(target, arrived);
  }

  /**
   * Has a larger array made by another thread when this one is nearly full; meanwhile nothing is
   * read.
   */
  private void growAside() {
    byte[] source = kept;
    int array = keptArrays;
    int from = keptFrom;
    int to = keptTo;
    int arrived = to - from;
    if (arrived < MADE_ASIDE_BYTES_MIN
        || source.length - to >= MEANWHILE_BYTES
        || source.length - from >= parser.bytesWanted()
        || growing
        || stalled) {
      return;
    }
    growing = true;
    channel.config().setAutoRead(false);
    int capacity = parser.capacityWanted(arrived);
    loop.context()
        .<byte[]>executeBlocking(() -> grown(source, from, arrived, capacity), false)
        .onComplete(made -> {
          growing = false;
          if (made.succeeded() && array == keptArrays && from == keptFrom) {
            System.arraycopy(source, to, made.result(), arrived, keptTo - to);
            useKept(made.result(), keptTo - from);
          }
          if (channel.isActive()) {
            readOn();
          }
        });
  }

  private static byte[] grown(byte[] source, int from, int length, int capacity) {
    byte[] larger = new byte[capacity];
    System.arraycopy(source, from, larger, 0, length);
    return larger;
  }

  private void useKept(byte[] bytes, int length) {
    kept = bytes;
    keptFrom = 0;
    keptTo = length;
    keptArrays++;
  }

  private void readOn() {
    if (!stalled && !growing) {
      channel.config().setAutoRead(true);
    }
  }

  private void keep(byte[] input, int from, int to) {
    if (from < to) {
      useKept(Arrays.copyOfRange(input, from, to), to - from);
    }
  }

  /**
   * Executes what is complete and allowed; returns where the rest begins.
   *
   * @param own whether the array is this connection's, so that a command may have it
   */
  private int run(byte[] bytes, int from, int to, boolean own) {
    RespConnection connection = connection();
    boolean offered = own && to - from >= Request.LARGE_BYTES;
    connection.lastActiveMillis = System.currentTimeMillis();
    loop.beginReading(connection);
    try {
      while (true) {
        if (!connection.mayExecute()) {
          stall();
          return from;
        }
        int next = loop.requests().fill(parser, bytes, from, to, commandsMax(connection));
        if (offered) {
          loop.requests().offerBuffer();
        }
        from = execute(connection, from);
        if (offered) {
          keptGiven |= loop.requests().release();
        }
        if (stalled) {
          // What was parsed behind the command that has to wait is parsed again after it.
          parser.rewind();
          return from;
        }
        if (next < 0) {
          return ended(connection, next, to);
        }
      }
    } finally {
      connection.writeFromLoop();
      loop.endReading();
      connection.flush();
    }
  }

  /** What the parser lets pass depends on a command before, as long as there may be an AUTH. */
  private static int commandsMax(RespConnection connection) {
    return connection.authenticated ? RequestBatch.COMMANDS_MAX : 1;
  }

  /** Executes the loop's batch, or the part that is allowed; returns where the rest begins. */
  private int execute(RespConnection connection, int from) {
    RequestBatch batch = loop.requests();
    int count = batch.count();
    int executed = 0;
    loop.router().beginBatch(connection);
    try {
      while (executed < count) {
        batch.executes(executed);
        if (!connection.mayExecute()
            || !execute(connection, batch.command(executed), batch.request(executed))) {
          stall();
          break;
        }
        executed++;
        if (loop.output().size() >= WRITE_BYTES || loop.output().hasShared()) {
          connection.writeFromLoop();
        }
      }
    } finally {
      loop.router().endBatch();
    }
    loop.gateway().counters().addCommands(executed);
    return executed == 0 ? from : batch.end(executed - 1);
  }

  private int ended(RespConnection connection, int result, int to) {
    if (result == RequestParser.INCOMPLETE) {
      return Math.min(parser.commandStart(), to);
    }
    connection.protocolError(parser.error());
    stall();
    return to;
  }

  /** False when CLIENT PAUSE holds the command back. */
  private boolean execute(RespConnection connection, @Nullable Command command, Request request) {
    if (command != null && loop.gateway().pause().holds(command, request, connection)) {
      loop.gateway().pause().remind(connection);
      connection.heldByPause(true);
      return false;
    }
    connection.execute(command, request);
    parser.authenticated(connection.authenticated);
    return true;
  }

  private void stall() {
    if (!stalled) {
      stalled = true;
      channel.config().setAutoRead(false);
      if (!connection().mayExecute()) {
        // What is written to the socket at the end of this turn may be room for more.
        loop.touch(connection());
      }
    }
  }

  /** Goes on after a stall, if that is allowed now. */
  void resume() {
    if (!stalled || !connection().mayExecute()) {
      return;
    }
    stalled = false;
    connection().heldByPause(false);
    if (keptTo > keptFrom) {
      runKept();
    }
    readOn();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    // Nothing was passed on, so that there is nothing to complete.
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (connection != null) {
      connection.writable(context.channel().isWritable());
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop.closed(connection());
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A client that resets its connection is no event; anything else is a bug of ours.
    if (!(cause instanceof IOException)) {
      LOG.error("The connection of {} ends by a failure", connection().remoteAddress(), cause);
    }
    var _ = context.close();
  }
}
