package io.slotferry.server.node;

import io.vertx.core.Future;

/** One of the things that a node does, by one of its roles. */
interface NodeService {
  /**
   * Fails with a {@link io.slotferry.server.StartRefusedException} where the user can do something.
   */
  Future<Void> start();

  /** Also after a start that failed. */
  Future<Void> stop();

  /** Whether it does its work. Asked on any thread, now and then. */
  boolean isReady();
}
