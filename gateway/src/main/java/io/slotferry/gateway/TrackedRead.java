package io.slotferry.gateway;

import java.util.List;

/**
 * A read of a client that caches, from when it is sent until the client has the reply. Its keys are
 * remembered at once. A change that comes meanwhile may be older or newer than what the reply says:
 * the client is told at once, and once more after the reply. Thread: a gateway loop.
 */
final class TrackedRead {
  private final RespConnection connection;
  private final List<String> keys;
  private boolean overtaken;

  TrackedRead(RespConnection connection, List<String> keys) {
    this.connection = connection;
    this.keys = keys;
  }

  /** One of the keys, or all, were declared invalid before the reply has come. */
  void overtakenBy(String key) {
    overtaken |= keys.contains(key);
  }

  void overtaken() {
    overtaken = true;
  }

  /** The reply has gone out. */
  void replied() {
    ClientTracking tracking = connection.tracking;
    if (tracking != null && tracking.underWay.remove(this) && overtaken) {
      connection.loop.keyFeed().tracking().invalidate(connection, keys);
    }
  }
}
