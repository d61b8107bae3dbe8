package io.slotferry.server.simulation;

import io.slotferry.rebalancer.AutomationSettings;
import io.slotferry.rebalancer.ControlSettings;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Outcome;

/**
 * The rules that the cluster lives by, as far as the world around the cores can break them. The
 * ones here break none.
 */
class Rules {
  static final int HEARTBEAT_MILLIS = 200;
  static final int LEASE_MILLIS = 1_000;
  static final int LEASE_MARGIN_MILLIS = 100;
  private static final int SILENCE_MILLIS = 500;
  private static final int GRACE_MILLIS = 1_000;
  private static final int CREATE_MILLIS = 10_000;
  private static final int HANDOVER_MILLIS = 2_000;

  /** So long as no seed's trouble: the nodes of a simulation are never replaced. */
  private static final int NODE_LOST_MILLIS = 600_000;

  ControlSettings settings() {
    return settings(LEASE_MARGIN_MILLIS);
  }

  /** Leases are short and silences shorter, so that leaders are suspected often, and wrongly. */
  static ControlSettings settings(int leaseMarginMillis) {
    return new ControlSettings(
        SimulatedCluster.SHARDS,
        SimulatedCluster.COPIES - 1,
        LEASE_MILLIS,
        leaseMarginMillis,
        SILENCE_MILLIS,
        GRACE_MILLIS,
        CREATE_MILLIS,
        HANDOVER_MILLIS,
        NODE_LOST_MILLIS,
        NODE_LOST_MILLIS,
        AutomationSettings.OFF);
  }

  /** What becomes of a change of the map. */
  Outcome decided(MapChange change, ClusterMap map) {
    return map.apply(change);
  }

  /** What a rebalancer takes for the map. */
  ClusterMap seenByRebalancer(ClusterMap map) {
    return map;
  }

  /** Whether a frame to or from a copy is carried; it may be changed. */
  boolean carries(String from, String to, byte[] frame) {
    return true;
  }

  /** A frame of a gateway has come to a copy; it may be changed. */
  void arrives(byte[] frame) {}

  /** Whether a write of unknown fate is sent again. */
  boolean repeatsUncertain() {
    return false;
  }
}
