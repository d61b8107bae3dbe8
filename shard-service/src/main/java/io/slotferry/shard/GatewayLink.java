package io.slotferry.shard;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.FrameDoor;
import io.slotferry.protocol.shard.ShardExecutor;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * The copy's end of a gateway's link: commands come in order and once, answers go the same way. It
 * takes no more commands while the gateway does not take the answers. Thread: the copy's loop.
 */
final class GatewayLink {
  /** A gateway gives a sign of life every other second. */
  static final long SILENCE_MILLIS_MAX = 10_000;

  private final FrameLink frames;
  private final FrameDoor door;
  private long nowMillis;
  private long heardMillis;
  private boolean gone;

  /**
   * @param id the link's, drawn by the gateway
   * @param end this end's, random
   * @param gateway the bus address of the gateway loop
   * @param copyAddress this node's id, which the gateway skips
   * @param bus sends a frame to an address
   */
  GatewayLink(
      long id,
      long end,
      String gateway,
      String copyAddress,
      ShardExecutor executor,
      Executor loop,
      BiConsumer<String, byte[]> bus) {
    this.frames = new FrameLink(id, end, envelope(copyAddress), new Events(gateway, bus));
    this.door = new FrameDoor(executor, loop, new Replies());
  }

  static byte[] envelope(String copyAddress) {
    WireWriter envelope = new WireWriter(64);
    envelope.u8(FrameKind.REPLIES.code());
    envelope.text(copyAddress);
    return envelope.toByteArray();
  }

  /** What the door sends. A gateway that does not keep up misses events, and is told so. */
  private final class Replies implements FrameDoor.Answers {
    @Override
    public void take(int servedBytes, byte[] replies) {
      frames.send(replies, 0, replies.length, nowMillis);
    }

    @Override
    public boolean takesEvents() {
      return frames.writable();
    }
  }

  void receive(WireReader in, long nowMillis) {
    this.nowMillis = nowMillis;
    heardMillis = nowMillis;
    gone = false;
    frames.receive(in, nowMillis);
    resume();
  }

  void tick(long nowMillis) {
    this.nowMillis = nowMillis;
    frames.tick(nowMillis);
    resume();
    boolean isGone = isBroken() || nowMillis - heardMillis > SILENCE_MILLIS_MAX;
    if (isGone && !gone) {
      gone = true;
      door.gatewayIsGone();
    }
  }

  private void resume() {
    if (frames.writable()) {
      frames.resume(nowMillis);
    }
  }

  long heardMillis() {
    return heardMillis;
  }

  boolean isBroken() {
    return frames.isBroken();
  }

  /** What the link does to the world around it. */
  private final class Events implements FrameLink.Events {
    private final String gateway;
    private final BiConsumer<String, byte[]> bus;

    Events(String gateway, BiConsumer<String, byte[]> bus) {
      this.gateway = gateway;
      this.bus = bus;
    }

    @Override
    public void transmit(byte[] frame) {
      bus.accept(gateway, frame);
    }

    @Override
    public boolean hasRoom() {
      return frames.writable();
    }

    @Override
    public void deliver(byte[] bytes, int offset, int length) {
      door.serve(bytes, offset, length);
    }

    @Override
    public void broken(String reason) {
      // The link stays for a while, to refuse what may still come for it.
      door.close();
    }
  }
}
