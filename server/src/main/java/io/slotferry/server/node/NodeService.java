package io.slotferry.server.node;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** One of the things that a node does, by one of its roles. */
interface NodeService {
  /**
   * Fails with a {@link io.slotferry.server.StartRefusedException} where the user can do something.
   */
  Future<Void> start();

  /** Also after a start that failed. */
  Future<Void> stop();

  /**
   * Why it does not do its work, in one sentence; null when it does. Asked on any thread, now and
   * then.
   */
  @Nullable String unreadyReason();
}
