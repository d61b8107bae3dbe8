package io.slotferry.shard;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.replication.ShardCopy;
import io.slotferry.replication.TimeSource;
import io.slotferry.replication.bus.CopyBus;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;

/**
 * A shard copy in the leader's role at the event bus: commands of gateways in other processes, the
 * streams to its followers, and both ends of moves. It serves whatever the copy's role is: a copy
 * that does not lead says so, and the gateway routes again.
 *
 * <p>Thread: the event loop that owns the copy, on whose context it is deployed.
 */
public final class ShardService implements Deployable {
  private static final long NOT_STARTED = -1;

  private final String node;
  private final ShardCopy copy;
  private final CopyBus bus;
  private long timer = NOT_STARTED;

  /** {@code bus} is opened by the caller, after this was deployed. */
  public ShardService(String node, ShardCopy copy, CopyBus bus) {
    this.node = node;
    this.copy = copy;
    this.bus = bus;
  }

  @Override
  public Future<?> deploy(Context context) {
    GatewayLinks gateways =
        new GatewayLinks(
            node,
            copy,
            ((ContextInternal) context).nettyEventLoop(),
            bus::sendTo,
            new SecureRandom());
    bus.on(
        (kind, in) -> gateways.received(in, TimeSource.SYSTEM.monotonicMillis()),
        FrameKind.COMMANDS);
    bus.on(
        this::stream,
        FrameKind.FOLLOW,
        FrameKind.STREAM_BACK,
        FrameKind.MOVE_OPEN,
        FrameKind.MOVE_STREAM,
        FrameKind.MOVE_BACK);
    Vertx vertx = context.owner();
    timer =
        vertx.setPeriodic(
            ShardCopy.TICK_MILLIS,
            id -> {
              copy.tickLeading();
              gateways.tick(TimeSource.SYSTEM.monotonicMillis());
            });
    return Future.succeededFuture();
  }

  private void stream(FrameKind kind, WireReader in) {
    copy.received(kind, in);
  }

  @Override
  public Future<?> undeploy(Context context) {
    context.owner().cancelTimer(timer);
    return Future.succeededFuture();
  }
}
