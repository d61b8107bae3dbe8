package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes to propose now, in order, and the map as it will be when they are accepted: each
 * decision of a tick sees those before it, and nothing is proposed that would be refused.
 */
final class Agenda {
  /** Bound of the changes proposed at once; the next tick goes on. */
  static final int CHANGES_MAX = 256;

  private final List<MapChange> changes = new ArrayList<>();
  private ClusterMap map;

  Agenda(ClusterMap map) {
    this.map = map;
  }

  ClusterMap map() {
    return map;
  }

  List<MapChange> changes() {
    return changes;
  }

  /** Returns whether the change is proposed. */
  boolean propose(MapChange change) {
    if (changes.size() < CHANGES_MAX && map.apply(change) instanceof Outcome.Accepted accepted) {
      changes.add(change);
      map = accepted.map();
      return true;
    }
    return false;
  }
}
