package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.message.MapAnswer;
import io.slotferry.topology.message.MapDelta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The newest changes of the map, for readers that are a little behind. */
final class MapHistory {
  static final int BYTES_MAX = 1 << 20;

  private final ArrayDeque<MapDelta> deltas = new ArrayDeque<>();
  private int bytes;

  /** Versions follow each other without a gap. */
  void add(MapDelta delta) {
    deltas.addLast(delta);
    bytes += delta.change().length;
    while (deltas.size() > MapAnswer.Changes.COUNT_MAX || bytes > BYTES_MAX) {
      bytes -= deltas.removeFirst().change().length;
    }
  }

  void clear() {
    deltas.clear();
    bytes = 0;
  }

  /**
   * @param map what the history leads up to
   * @return the changes after {@code version}, none if the asker has all; else the whole map
   */
  MapAnswer since(long version, ClusterMap map) {
    if (version < map.version() - deltas.size()) {
      return new MapAnswer.Image(MapCodec.encode(map));
    }
    List<byte[]> changes = new ArrayList<>();
    for (MapDelta delta : deltas) {
      if (delta.version() > version) {
        changes.add(delta.change());
      }
    }
    return new MapAnswer.Changes(version, changes);
  }
}
