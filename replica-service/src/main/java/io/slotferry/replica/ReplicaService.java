package io.slotferry.replica;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.replication.ShardCopy;
import io.slotferry.replication.bus.CopyBus;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;

/**
 * A shard copy in the follower's role at the event bus: takes the replication stream, applies it
 * and acknowledges it. A copy that leads is sent no stream, so that this is idle then; a promotion
 * changes the copy's role and nothing here.
 *
 * <p>Thread: the event loop that owns the copy, on whose context it is deployed.
 */
public final class ReplicaService implements Deployable {
  private static final long NOT_STARTED = -1;

  private final ShardCopy copy;
  private final CopyBus bus;
  private long timer = NOT_STARTED;

  /** {@code bus} is opened by the caller, after this was deployed. */
  public ReplicaService(ShardCopy copy, CopyBus bus) {
    this.copy = copy;
    this.bus = bus;
  }

  @Override
  public Future<?> deploy(Context context) {
    bus.on(copy::received, FrameKind.STREAM);
    timer = context.owner().setPeriodic(ShardCopy.TICK_MILLIS, id -> copy.tickFollowing());
    return Future.succeededFuture();
  }

  @Override
  public Future<?> undeploy(Context context) {
    context.owner().cancelTimer(timer);
    return Future.succeededFuture();
  }
}
