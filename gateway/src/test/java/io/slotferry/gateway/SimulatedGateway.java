package io.slotferry.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A whole gateway with one loop, for the simulation of clusters: all of it is real but the event
 * loop, which runs when it is told to and by the time that it is told, the sockets, and the bus. It
 * knows no other gateways: publish and subscribe end at this one.
 *
 * <p>Thread: whoever calls, one at a time.
 */
public final class SimulatedGateway {
  private static final long NEVER = -1;

  /** Contexts are made of it, over loops that are not its own: nothing ever runs in it. */
  private static final VertxInternal VERTX = (VertxInternal) Vertx.vertx();

  private static final int NODE_AT = RemoteLinks.copyAddress("").length();

  private final EmbeddedChannel runner;
  private final Bus bus;
  private final Gateway gateway;
  private final GatewayLoop loop;

  /**
   * @param nanoTime its clock, monotonic
   * @param copies takes frames for the copies on other nodes: the node's name, and the frame
   * @param ids draws the ids of links
   */
  public SimulatedGateway(
      String name,
      MapSource maps,
      LongSupplier nanoTime,
      BiConsumer<String, byte[]> copies,
      RandomGenerator ids) {
    runner = EmbeddedChannel.builder().ticker(new Clock(nanoTime)).build();
    ContextInternal context = VERTX.contextBuilder().withEventLoop(runner.eventLoop()).build();
    bus = new Bus(copies);
    gateway =
        new Gateway(
            VERTX, new GatewayOptions(name, "", 0), maps, LocalCopies.NONE, ShardStatus.UNKNOWN);
    // Not the first loop of its gateway: that one samples rates by the clock on the wall.
    loop = new GatewayLoop(gateway, context, 1, bus, ids);
    var _ = loop.links().open();
    loop.opened();
  }

  private record Clock(LongSupplier nanos) implements Ticker {
    @Override
    public long initialNanoTime() {
      return 0;
    }

    @Override
    public long nanoTime() {
      return nanos.getAsLong();
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
      throw new UnsupportedOperationException("nothing sleeps in a simulation");
    }
  }

  private static final class Bus implements FrameBus {
    private final BiConsumer<String, byte[]> copies;
    private String address = "";
    private Consumer<byte[]> receiver = _ -> {};

    Bus(BiConsumer<String, byte[]> copies) {
      this.copies = copies;
    }

    @Override
    public Future<Void> open(String address, Consumer<byte[]> receiver) {
      this.address = address;
      this.receiver = receiver;
      return Future.succeededFuture();
    }

    @Override
    public void send(String address, byte[] frame) {
      copies.accept(address.substring(NODE_AT), frame);
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }

  /** Where it takes frames on the bus. */
  public String address() {
    return bus.address;
  }

  /** A frame has come for its address. */
  public void receive(byte[] frame) {
    bus.receiver.accept(frame);
  }

  /**
   * Runs what its loop has to do by now, the end of the turn included.
   *
   * @return how long after this it has to do something again, nanoseconds; Long.MAX_VALUE when it
   *     has nothing to do
   */
  public long run() {
    do {
      runner.runPendingTasks();
      runner.checkException();
    } while (runner.hasPendingTasks());
    long nanos = runner.runScheduledPendingTasks();
    return nanos == NEVER ? Long.MAX_VALUE : nanos;
  }

  /** A client connects. */
  public Connection connect() {
    return new Connection();
  }

  /** The gateway's end of a client's connection. */
  public final class Connection {
    private final EmbeddedChannel channel = new EmbeddedChannel();

    private Connection() {
      Clients clients = gateway.clients();
      clients.add(new RespHandler(loop, channel).open(clients.nextId()));
    }

    /** Bytes of the client have come. */
    public void receive(byte[] bytes) {
      channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    /** What goes to the client; to be taken after {@link #run}. */
    public byte[] take() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
        byte[] part = new byte[next.readableBytes()];
        next.readBytes(part);
        next.release();
        bytes.writeBytes(part);
      }
      return bytes.toByteArray();
    }

    /** Whether neither end has closed it. */
    public boolean isOpen() {
      return channel.isOpen();
    }

    /** The client has closed it. */
    public void close() {
      var _ = channel.close();
    }
  }
}
