package io.slotferry.gateway;

import io.slotferry.protocol.frame.CommandFrameReader;
import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.FrameDoor;
import io.slotferry.protocol.shard.ShardExecutor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The copy's end of the links that gateways open over the event bus: what the shard service does,
 * as far as the gateway can see. Thread: the loop that it was made on.
 */
final class BusCopy {
  private final Vertx vertx;
  private final String address;
  private final ShardExecutor executor;
  private final Map<Long, Link> links = new HashMap<>();
  int dropped;
  int toDrop;
  int framesOfCommands;
  boolean dead;

  /** Frames that it sends are kept while this is set, see {@link #letGo}. */
  boolean keepsFrames;

  private final Queue<Runnable> keptFrames = new ArrayDeque<>();

  BusCopy(Vertx vertx, String node, ShardExecutor executor) {
    this.vertx = vertx;
    this.address = "slotferry.copy." + node;
    this.executor = executor;
    vertx.eventBus().consumer(address, this::receive);
  }

  /** Forgets all links, as a process that was killed and started again. */
  void restart() {
    links.clear();
  }

  boolean isLinked() {
    return !links.isEmpty();
  }

  /** Sends the oldest frame that was kept, and returns how many are left. */
  int letGo() {
    keptFrames.remove().run();
    return keptFrames();
  }

  int keptFrames() {
    return keptFrames.size();
  }

  private void receive(Message<byte[]> message) {
    if (dead) {
      return;
    }
    if (toDrop > 0) {
      toDrop--;
      dropped++;
      return;
    }
    byte[] frame = message.body();
    WireReader in = new WireReader(frame);
    if (FrameKind.of(in.u8()) != FrameKind.COMMANDS) {
      throw new AssertionError("a gateway sends commands only");
    }
    String gateway = in.text();
    long id = FrameLink.idIn(in);
    Link link = links.computeIfAbsent(id, opened -> new Link(id, gateway));
    link.frames.receive(in, nowMillis());
    link.tickLater();
  }

  private static long nowMillis() {
    return System.nanoTime() / 1_000_000;
  }

  private final class Link implements FrameLink.Events {
    private final String gateway;
    private final FrameLink frames;
    private final FrameDoor door;
    private boolean tickScheduled;

    Link(long id, String gateway) {
      this.gateway = gateway;
      WireWriter envelope = new WireWriter();
      envelope.u8(FrameKind.REPLIES.code());
      envelope.text(address);
      frames =
          new FrameLink(id, ThreadLocalRandom.current().nextLong(), envelope.toByteArray(), this);
      Context context = vertx.getOrCreateContext();
      door = new FrameDoor(executor, task -> context.runOnContext(run -> task.run()), this::answer);
    }

    @Override
    public void transmit(byte[] frame) {
      if (keepsFrames) {
        keptFrames.add(() -> vertx.eventBus().send(gateway, frame));
      } else if (!dead) {
        vertx.eventBus().send(gateway, frame);
      }
    }

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void deliver(byte[] bytes, int offset, int length) {
      CommandFrameReader commands = new CommandFrameReader();
      commands.reset(bytes, offset, length);
      framesOfCommands += commands.count() > 0 ? 1 : 0;
      door.serve(bytes, offset, length);
    }

    private void answer(int servedBytes, byte[] replies) {
      frames.send(replies, 0, replies.length, nowMillis());
      tickLater();
    }

    void tickLater() {
      if (!tickScheduled && frames.nextTickMillis() != Long.MAX_VALUE) {
        tickScheduled = true;
        vertx.setTimer(
            10,
            timer -> {
              tickScheduled = false;
              frames.tick(nowMillis());
              tickLater();
            });
      }
    }

    @Override
    public void broken(String reason) {
      links.values().remove(this);
    }
  }
}
