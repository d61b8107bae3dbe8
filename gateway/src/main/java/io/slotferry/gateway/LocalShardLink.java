package io.slotferry.gateway;

import io.netty.channel.EventLoop;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.shard.FrameDoor;
import io.slotferry.topology.Shard;
import io.vertx.core.internal.ContextInternal;

/**
 * The link to a shard copy in this process that another event loop owns: frames are handed over by
 * reference, as tasks of the other loop. Nothing gets lost on that way, so that nothing is
 * numbered.
 */
final class LocalShardLink extends FramedShardLink {
  private final LocalCopies.Copy copy;
  private final EventLoop copyLoop;
  private final FrameDoor door;
  private long unservedBytes;
  private boolean retired;

  static LocalShardLink toLeader(GatewayLoop loop, Shard shard, LocalCopies.Copy copy) {
    return new LocalShardLink(loop, shard, copy, false);
  }

  static LocalShardLink toReplica(GatewayLoop loop, Shard shard, LocalCopies.Copy copy) {
    return new LocalShardLink(loop, shard, copy, true);
  }

  private LocalShardLink(GatewayLoop loop, Shard shard, LocalCopies.Copy copy, boolean toReplica) {
    super(loop, shard.id(), shard.epoch(), toReplica);
    this.copy = copy;
    this.copyLoop = ((ContextInternal) copy.context()).nettyEventLoop();
    this.door = new FrameDoor(copy.executor(), copyLoop, this::answered);
  }

  LocalCopies.Copy copy() {
    return copy;
  }

  @Override
  public boolean hasRoom() {
    return !retired && super.hasRoom() && unservedBytes + collectedBytes() < FrameLink.WINDOW_BYTES;
  }

  @Override
  boolean isAllServed() {
    return unservedBytes == 0;
  }

  @Override
  void transmit(byte[] frame) {
    unservedBytes += frame.length;
    copyLoop.execute(() -> door.serve(frame, 0, frame.length));
  }

  /** Called by the copy's loop, after each frame and whenever later replies have come. */
  private void answered(int servedBytes, byte[] replies) {
    loop.execute(() -> {
      unservedBytes -= servedBytes;
      deliver(replies, 0, replies.length);
      loop.router().roomAgain();
    });
  }

  /** What is under way is still answered: a copy answers every call, whatever becomes of it. */
  @Override
  public void retire() {
    flush();
    retired = true;
    copyLoop.execute(door::close);
  }

  @Override
  public void close() {
    retired = true;
    copyLoop.execute(door::close);
    abandon();
  }
}
