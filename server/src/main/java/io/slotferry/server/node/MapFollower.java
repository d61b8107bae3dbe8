package io.slotferry.server.node;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.message.Addresses;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.LoadCodec;
import io.slotferry.topology.message.MapAnswer;
import io.slotferry.topology.message.MapDelta;
import io.slotferry.topology.message.MapRequest;
import io.slotferry.topology.message.MessageCodec;
import io.slotferry.topology.message.PlanAnswer;
import io.slotferry.topology.message.PlanRequest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process' image of the cluster map. Deltas from the rebalancer bring it forward; where one is
 * missing, or somebody has heard of a newer version, it asks for what it lacks, again and again
 * until it has it.
 *
 * <p>Thread: any, but for its own state, which belongs to its context.
 */
public final class MapFollower {
  private static final Logger LOG = LoggerFactory.getLogger(MapFollower.class);
  private static final long PULL_TIMEOUT_MILLIS = 1_000;
  private static final long PULL_RETRY_MILLIS = 100;
  private static final long PROPOSE_TIMEOUT_MILLIS = 3_000;

  /** A change that found no rebalancer is safe to propose again, so long. */
  private static final long PROPOSE_RETRY_MILLIS_MAX = 5_000;

  private final Vertx vertx;
  private final Context context;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile ClusterMap current = ClusterMap.EMPTY;

  private @Nullable MessageConsumer<byte[]> deltas;
  private long wantedVersion;
  private boolean pulling;
  private boolean fromScratch;
  private boolean stopped;

  /**
   * @param context the event loop that it works on
   */
  public MapFollower(Vertx vertx, Context context) {
    this.vertx = vertx;
    this.context = context;
  }

  /** Begins to follow, and asks for the map there is. */
  public Future<Void> start() {
    Promise<Void> started = Promise.promise();
    context.runOnContext(_ -> {
      MessageConsumer<byte[]> consumer =
          vertx.eventBus().consumer(Addresses.MAP_DELTA, this::delta);
      deltas = consumer;
      want(1);
      consumer.completion().onComplete(started);
    });
    return started.future();
  }

  public void stop() {
    context.runOnContext(_ -> {
      stopped = true;
      if (deltas != null) {
        deltas.unregister();
      }
    });
  }

  /** The newest image that is here; never waits. */
  public ClusterMap current() {
    return current;
  }

  /**
   * Calls {@code changed} after each change of the image, perhaps once for several, on the loop of
   * this follower: a listener that lives elsewhere goes there by itself.
   */
  public void addListener(Runnable changed) {
    listeners.add(changed);
  }

  public void removeListener(Runnable changed) {
    listeners.remove(changed);
  }

  /** Asks for an image of at least {@code version}, unless it is here already. */
  public void refresh(long version) {
    if (current.version() < version) {
      context.runOnContext(_ -> want(version));
    }
  }

  /** Asks the rebalancer for a change; the future never fails. */
  public Future<ChangeAnswer> propose(MapChange change) {
    Promise<ChangeAnswer> answer = Promise.promise();
    byte[] bytes = MapCodec.encode(change);
    context.runOnContext(
        _ -> propose(bytes, System.nanoTime() / 1_000_000 + PROPOSE_RETRY_MILLIS_MAX, answer));
    return answer.future();
  }

  private void propose(byte[] change, long retryUntilMillis, Promise<ChangeAnswer> answer) {
    vertx
        .eventBus()
        .<byte[]>request(Addresses.CHANGE, change, timeout(PROPOSE_TIMEOUT_MILLIS))
        .onComplete(
            message -> {
              ChangeAnswer decided = MessageCodec.decodeChangeAnswer(message.body());
              if (decided instanceof ChangeAnswer.Accepted(long version)) {
                want(version);
              }
              answer.complete(decided);
            },
            failure -> {
              if (!stopped
                  && wasNotDelivered(failure)
                  && System.nanoTime() / 1_000_000 < retryUntilMillis) {
                vertx.setTimer(PULL_RETRY_MILLIS, _ -> propose(change, retryUntilMillis, answer));
                return;
              }
              answer.complete(
                  new ChangeAnswer.Unknown("no rebalancer answers: " + failure.getMessage()));
            });
  }

  /** What a rebalance would do now; fails when no rebalancer answers. Any thread. */
  public Future<PlanAnswer> plan(Objective objective) {
    Promise<PlanAnswer> answer = Promise.promise();
    byte[] request = LoadCodec.encode(new PlanRequest(objective));
    context.runOnContext(_ ->
        vertx
            .eventBus()
            .<byte[]>request(Addresses.PLAN, request, timeout(PROPOSE_TIMEOUT_MILLIS))
            .map(message -> LoadCodec.decodePlanAnswer(message.body()))
            .onComplete(answer));
    return answer.future();
  }

  private static boolean wasNotDelivered(Throwable failure) {
    return failure instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.NO_HANDLERS;
  }

  private void delta(Message<byte[]> message) {
    MapDelta delta = MessageCodec.decodeMapDelta(message.body());
    long version = current.version();
    if (delta.version() == version + 1) {
      if (apply(delta.change())) {
        changed();
      }
    } else if (delta.version() > version) {
      want(delta.version());
    }
  }

  private void want(long version) {
    wantedVersion = Math.max(wantedVersion, version);
    if (current.version() < wantedVersion && !pulling && !stopped) {
      pulling = true;
      pull();
    }
  }

  private void pull() {
    long have = fromScratch ? 0 : current.version();
    vertx
        .eventBus()
        .<byte[]>request(
            Addresses.MAP, MessageCodec.encode(new MapRequest(have)), timeout(PULL_TIMEOUT_MILLIS))
        .onComplete(message -> pulled(message.body()), _ -> pullLater());
  }

  private void pulled(byte[] bytes) {
    long before = current.version();
    switch (MessageCodec.decodeMapAnswer(bytes)) {
      case MapAnswer.Image(byte[] map) -> {
        ClusterMap image = MapCodec.decodeMap(map);
        fromScratch = false;
        if (image.version() > before) {
          current = image;
        }
      }
      case MapAnswer.Changes(long fromVersion, List<byte[]> changes) -> {
        // Deltas may have brought some of them in the meantime.
        for (long at = before - fromVersion; at >= 0 && at < changes.size(); at++) {
          if (!apply(changes.get((int) at))) {
            break;
          }
        }
      }
    }
    if (current.version() > before) {
      changed();
    }
    if (current.version() >= wantedVersion) {
      pulling = false;
    } else if (current.version() > before) {
      pull();
    } else {
      pullLater();
    }
  }

  private void pullLater() {
    if (stopped) {
      pulling = false;
    } else {
      vertx.setTimer(PULL_RETRY_MILLIS, _ -> pull());
    }
  }

  /** Applies an accepted change to the image. False when that cannot be: the images differ. */
  private boolean apply(byte[] change) {
    return switch (current.apply(MapCodec.decodeChange(change))) {
      case Outcome.Accepted(ClusterMap map) -> {
        current = map;
        yield true;
      }
      case Outcome.Refused(String reason) -> {
        LOG.error("image of the map differs, asking for all of it reason={}", reason);
        fromScratch = true;
        want(current.version() + 1);
        yield false;
      }
    };
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  private static DeliveryOptions timeout(long millis) {
    return new DeliveryOptions().setSendTimeout(millis);
  }
}
