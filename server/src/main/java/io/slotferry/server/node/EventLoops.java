package io.slotferry.server.node;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;

/**
 * The event loops of a process, and what runs on which. A call between loops costs as much as the
 * command itself, so connections and the copies that they call share one; what merely follows stays
 * out of its way on the other.
 *
 * @param data the gateway's connections, and the copies that lead from the start
 * @param background replicas, the rebalancer, the image of the map; the same loop as {@code data}
 *     in a process that has one loop only
 */
record EventLoops(Context data, Context background) {
  /** How many loops a process with all the roles has. */
  static final int EMBEDDED_COUNT = 2;

  /** How many loops a process with one role has: nothing of it is worth another thread. */
  static final int NODE_COUNT = 1;

  /** Contexts are given to the loops in turn. */
  static EventLoops of(Vertx vertx) {
    VertxInternal vertxInternal = (VertxInternal) vertx;
    return new EventLoops(
        vertxInternal.createEventLoopContext(), vertxInternal.createEventLoopContext());
  }
}
