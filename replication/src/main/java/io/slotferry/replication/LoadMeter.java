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

  /** The partition was not there at the last call. */
  private static final long UNKNOWN = -1;

  // What slots had counted at the last call: there are many, and garbage would be made of each.
  private final long[] lastOperations = new long[PartitionStore.SLOTS];
  private final long[] lastCpuNanos = new long[PartitionStore.SLOTS];

  /** The same of tablets. */
  private Map<Integer, Counted> lastOfTablets = Map.of();

  private long lastMillis;

  private record Counted(long operations, long cpuNanos) {}

  LoadMeter() {
    Arrays.fill(lastOperations, UNKNOWN);
  }

  /** What partitions hold, and have done since the last call; empty and idle ones are left out. */
  List<PartitionLoad> measure(PartitionStore store, ClusterMap map, long nowMillis) {
    double seconds = Math.max(1, nowMillis - lastMillis) / 1e3;
    lastMillis = nowMillis;
    List<PartitionLoad> loads = new ArrayList<>();
    int next = 0;
    Partition at = store.serving(-1);
    for (; at != null && at.id() < PartitionStore.SLOTS; at = store.serving(at.id())) {
      int slot = at.id();
      Arrays.fill(lastOperations, next, slot, UNKNOWN);
      next = slot + 1;
      // What it did before the first call is of no known time.
      boolean known = lastOperations[slot] != UNKNOWN;
      long operations = known ? at.operations() - lastOperations[slot] : 0;
      long cpuNanos = known ? at.cpuNanos() - lastCpuNanos[slot] : 0;
      lastOperations[slot] = at.operations();
      lastCpuNanos[slot] = at.cpuNanos();
      if (operations > 0 || at.size() > 0) {
        loads.add(load(at, operations, cpuNanos, seconds, null));
      }
    }
    Arrays.fill(lastOperations, next, PartitionStore.SLOTS, UNKNOWN);
    Map<Integer, Counted> tablets = new HashMap<>();
    for (; at != null; at = store.serving(at.id())) {
      Counted now = new Counted(at.operations(), at.cpuNanos());
      Counted before = lastOfTablets.getOrDefault(at.id(), now);
      tablets.put(at.id(), now);
      long operations = now.operations - before.operations;
      if (operations > 0 || at.size() > 0) {
        loads.add(load(at, operations, now.cpuNanos - before.cpuNanos, seconds, map));
      }
    }
    lastOfTablets = tablets;
    return loads;
  }

  /**
   * @param map where a tablet is looked for; null for a slot
   */
  private static PartitionLoad load(
      Partition of, long operations, long cpuNanos, double seconds, @Nullable ClusterMap map) {
    byte[] middle = null;
    byte[] busyMiddle = null;
    for (Keyspace keyspace : map == null ? List.<Keyspace>of() : map.keyspaces()) {
      for (Tablet tablet : keyspace.tablets()) {
        if (tablet.partition() == of.id()) {
          middle = boundary(tablet, middle(of.table(keyspace.number())));
          busyMiddle = boundary(tablet, busyMiddle(of, keyspace));
        }
      }
    }
    return new PartitionLoad(
        of.id(),
        of.size(),
        of.bytes(),
        (int) (operations / seconds),
        (int) (cpuNanos / 1e3 / seconds),
        middle,
        busyMiddle);
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
