package io.slotferry.server.node;

import io.slotferry.replication.FollowerStatus;
import io.slotferry.replication.ShardCopy;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.ChangeAnswer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Comparator;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a copy does whose node is about to stop. A leader has another copy lead: clients notice some
 * latency instead of a failover. A replica leaves the in-sync set: no synchronous write waits for
 * it.
 *
 * <pre>
 *   leader:  name the successor (map) ──► another leads, or the successor was given up ──► linger ──► done
 *                   └── refused, nobody to name ──► done          or HANDOVER_MILLIS_MAX
 *   replica: tell the leader ──► the map has it in the in-sync set no more, or LEAVE_MILLIS_MAX ──► done
 * </pre>
 *
 * <p>Thread: the context of the copy.
 */
final class Handover {
  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

  /** Then the node stops all the same, and the shard has a failover. */
  private static final long HANDOVER_MILLIS_MAX = 3_000;

  /** Then the replica stops all the same: its leader may be gone too. */
  private static final long LEAVE_MILLIS_MAX = 1_500;

  /** What gateways sent before they knew of the new leader has to be refused, not lost. */
  private static final long LINGER_MILLIS = 500;

  /** A replica that has been silent for longer is not named. */
  private static final long SUCCESSOR_SILENT_MILLIS_MAX = 1_500;

  private final Vertx vertx;
  private final Context context;
  private final MapFollower map;
  private final Promise<Void> done = Promise.promise();
  private boolean named;

  Handover(Vertx vertx, Context context, MapFollower map) {
    this.vertx = vertx;
    this.context = context;
    this.map = map;
  }

  /** Done when the copy's node may stop; never fails. */
  Future<Void> of(ShardCopy copy) {
    return copy.isInSync() ? leave(copy) : handOver(copy);
  }

  private Future<Void> leave(ShardCopy copy) {
    copy.leave();
    Runnable listener =
        () ->
            context.runOnContext(_ -> {
              if (!copy.isInSync()) {
                done.tryComplete();
              }
            });
    return until(listener, LEAVE_MILLIS_MAX);
  }

  private Future<Void> handOver(ShardCopy copy) {
    Shard shard = copy.shard();
    Optional<String> successor =
        shard == null || !copy.isServing() ? Optional.empty() : successor(copy, shard);
    if (shard == null || successor.isEmpty()) {
      return Future.succeededFuture();
    }
    LOG.info("handing over shard={} to={}", shard.id(), successor.get());
    Future<Void> over = until(() -> context.runOnContext(_ -> look(shard)), HANDOVER_MILLIS_MAX);
    map.propose(new MapChange.SetSuccessor(shard.id(), shard.epoch(), successor.get()))
        .onSuccess(answer -> {
          if (answer instanceof ChangeAnswer.Refused) {
            done.tryComplete();
          }
        });
    return over;
  }

  /**
   * @param listener looks at each map that comes
   */
  private Future<Void> until(Runnable listener, long millisMax) {
    map.addListener(listener);
    vertx.setTimer(millisMax, _ -> done.tryComplete());
    return done.future().onComplete(_ -> map.removeListener(listener));
  }

  /** The in-sync replica that was heard last. */
  private Optional<String> successor(ShardCopy copy, Shard shard) {
    return copy.followers().stream()
        .filter(follower -> follower.streaming() && shard.inSync().contains(follower.node()))
        .filter(follower -> follower.silentMillis() <= SUCCESSOR_SILENT_MILLIS_MAX)
        .min(Comparator.comparingLong(FollowerStatus::silentMillis))
        .map(FollowerStatus::node);
  }

  private void look(Shard before) {
    ClusterMap current = map.current();
    Shard now = current.shard(before.id());
    if (now == null || now.epoch() != before.epoch()) {
      LOG.info("handed over shard={}", before.id());
      vertx.setTimer(LINGER_MILLIS, _ -> done.tryComplete());
    } else if (now.successor() != null) {
      named = true;
    } else if (named) {
      LOG.warn("the rebalancer has given up the handover shard={}", before.id());
      done.tryComplete();
    }
  }
}
