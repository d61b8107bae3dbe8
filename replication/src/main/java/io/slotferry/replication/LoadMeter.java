package io.slotferry.replication;

import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.OrderedKeys;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.Tablet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes rates of what a leader's partitions have counted, from one call to the next. The data path
 * only counts; of the time that commands take, and of their keys, it takes samples.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class LoadMeter {
  /** Fewer samples say nothing of where the load is. */
  private static final int SAMPLES_MIN = 16;

  /** What a partition had counted at the last call. */
  private record Counted(long operations, long cpuNanos) {}

  private Map<Integer, Counted> last = Map.of();
  private long lastMillis;

  /** What partitions hold, and have done since the last call; empty and idle ones are left out. */
  List<PartitionLoad> measure(PartitionStore store, ClusterMap map, long nowMillis) {
    double seconds = Math.max(1, nowMillis - lastMillis) / 1e3;
    lastMillis = nowMillis;
    Map<Integer, Counted> counted = new HashMap<>();
    List<PartitionLoad> loads = new ArrayList<>();
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      Counted now = new Counted(at.operations(), at.cpuNanos());
      // What it did before the first call is of no known time.
      Counted before = last.getOrDefault(at.id(), now);
      counted.put(at.id(), now);
      long operations = now.operations - before.operations;
      if (operations > 0 || at.size() > 0) {
        loads.add(
            new PartitionLoad(
                at.id(),
                at.size(),
                at.bytes(),
                (int) (operations / seconds),
                (int) ((now.cpuNanos - before.cpuNanos) / 1e3 / seconds),
                null,
                null));
      }
    }
    last = counted;
    return loads.stream()
        .map(load -> load.partition() < PartitionStore.SLOTS ? load : withMiddles(load, store, map))
        .toList();
  }

  private static PartitionLoad withMiddles(
      PartitionLoad load, PartitionStore store, ClusterMap map) {
    for (Keyspace keyspace : map.keyspaces()) {
      for (Tablet tablet : keyspace.tablets()) {
        Partition partition = store.partition(load.partition());
        if (tablet.partition() == load.partition() && partition != null) {
          return new PartitionLoad(
              load.partition(),
              load.keys(),
              load.bytes(),
              load.operations(),
              load.cpuMicros(),
              boundary(tablet, middle(partition.table(keyspace.number()))),
              boundary(tablet, busyMiddle(partition, keyspace)));
        }
      }
    }
    return load;
  }

  private static byte @Nullable [] middle(@Nullable KeyTable table) {
    OrderedKeys keys = table == null ? null : table.ordered();
    long middle = keys == null ? OrderedKeys.NONE : keys.middle();
    if (keys == null || middle == OrderedKeys.NONE) {
      return null;
    }
    return keys.copyOfKey(middle);
  }

  private static byte @Nullable [] busyMiddle(Partition partition, Keyspace keyspace) {
    List<byte[]> sampled = new ArrayList<>(partition.sampledKeys());
    partition.sampleAnew();
    if (sampled.size() < SAMPLES_MIN) {
      return null;
    }
    sampled.sort(keyspace.order());
    return sampled.get(sampled.size() / 2);
  }

  /** A key that the tablet can be cut at. */
  private static byte @Nullable [] boundary(Tablet tablet, byte @Nullable [] key) {
    boolean cuts =
        key != null
            && key.length > 0
            && key.length <= Tablet.BOUNDARY_BYTES_MAX
            && !Arrays.equals(key, tablet.from());
    return cuts ? key : null;
  }
}
