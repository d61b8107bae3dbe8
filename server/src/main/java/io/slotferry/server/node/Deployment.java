package io.slotferry.server.node;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * A service on an event loop that we choose: Vert.x, asked to deploy, would give each its own.
 *
 * <p>Thread: any.
 */
final class Deployment {
  private final Context context;
  private final Deployable service;
  private boolean deployed;

  Deployment(Context context, Deployable service) {
    this.context = context;
    this.service = service;
  }

  Future<Void> start() {
    return onContext(() -> {
      deployed = true;
      return service.deploy(context);
    });
  }

  /** Also when it has not started, or could not. */
  Future<Void> stop() {
    return onContext(() -> deployed ? service.undeploy(context) : Future.succeededFuture());
  }

  private Future<Void> onContext(Step step) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(_ -> {
      try {
        step.run().<Void>mapEmpty().onComplete(done);
      } catch (Exception e) {
        done.fail(e);
      }
    });
    return done.future();
  }

  private interface Step {
    Future<?> run() throws Exception;
  }
}
