package io.slotferry.gateway.http;

import io.slotferry.gateway.MapSource;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/** Has the cluster map changed, and waits until this gateway's own image shows it. */
final class MapChanges {
  /** A change is here some milliseconds after it was made, unless the rebalancer went away. */
  private static final long IMAGE_WAIT_MILLIS_MAX = 5_000;

  private final Context context;
  private final MapSource maps;

  /**
   * @param context the server's; futures are done on it
   */
  MapChanges(Context context, MapSource maps) {
    this.context = context;
    this.maps = maps;
  }

  ClusterMap map() {
    return maps.current();
  }

  /**
   * The version of the map that has the change. Fails with a problem: 409 when it was refused, 504
   * when nobody knows, or when this gateway did not get to see it.
   */
  Future<Long> make(MapChange change) {
    Promise<MapSource.Answer> answered = Promise.promise();
    maps.propose(change)
        .onComplete(
            answer -> context.runOnContext(_ -> answered.complete(answer)),
            failure -> context.runOnContext(_ -> answered.fail(unknownFate(failure))));
    return answered.future().compose(answer -> seen(answer.version()).map(_ -> accepted(answer)));
  }

  private static long accepted(MapSource.Answer answer) {
    if (answer.refusal() != null) {
      throw new ProblemException(Problem.refused(answer.refusal()));
    }
    return answer.version();
  }

  private static ProblemException unknownFate(Throwable failure) {
    return new ProblemException(
        new Problem(
            504,
            "unknown-fate",
            "the change may or may not have been made: " + failure.getMessage()));
  }

  /** Done when the image is at {@code version}. */
  private Future<Void> seen(long version) {
    Promise<Void> seen = Promise.promise();
    Runnable listener =
        () -> {
          if (maps.current().version() >= version) {
            context.runOnContext(_ -> seen.tryComplete());
          }
        };
    maps.addListener(listener);
    maps.refresh(version);
    listener.run();
    long timer =
        context.owner().setTimer(IMAGE_WAIT_MILLIS_MAX, _ -> seen.tryFail(notSeen(version)));
    return seen.future()
        .onComplete(_ -> {
          maps.removeListener(listener);
          context.owner().cancelTimer(timer);
        });
  }

  private static ProblemException notSeen(long version) {
    return new ProblemException(
        new Problem(
            504,
            "not-seen-yet",
            "the map got to version " + version + ", which this gateway has not received yet"));
  }
}
