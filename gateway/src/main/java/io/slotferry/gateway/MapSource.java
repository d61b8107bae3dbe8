package io.slotferry.gateway;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Where the gateway gets the cluster map from, and where it asks for changes of it.
 *
 * <p>Thread: any.
 */
public interface MapSource {
  /** The newest image that this process has. */
  ClusterMap current();

  /** Asks for a newer image than the present one, at least of {@code version}; does not wait. */
  void refresh(long version);

  /** Calls {@code listener} after each change of {@link #current}, on any thread. */
  void addListener(Runnable listener);

  void removeListener(Runnable listener);

  /** Asks the rebalancer for a change. The future fails when the rebalancer does not answer. */
  Future<Answer> propose(MapChange change);

  /**
   * What became of a proposed change.
   *
   * @param version the version of the map that has it, or that refused it
   * @param refusal why it was refused, null when it was accepted
   */
  record Answer(long version, @Nullable String refusal) {}
}
