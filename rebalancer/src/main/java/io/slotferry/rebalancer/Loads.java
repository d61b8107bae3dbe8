package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Objective;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.Shard;
import io.slotferry.topology.Slots;
import io.slotferry.topology.message.LoadReport;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the partitions' loads: what leaders reported last. A partition that moves keeps
 * what its old leader told until the new one has told of it. Immutable, so that a plan may hold on
 * to it.
 */
public final class Loads {
  /** Nothing is known. */
  public static final Loads NONE =
      new Loads(new @Nullable PartitionLoad[Slots.COUNT], Map.of(), Set.of());

  private final @Nullable PartitionLoad[] bySlot;
  private final Map<Integer, PartitionLoad> byTablet;
  private final Set<Integer> heard;

  private Loads(
      @Nullable PartitionLoad[] bySlot, Map<Integer, PartitionLoad> byTablet, Set<Integer> heard) {
    this.bySlot = bySlot;
    this.byTablet = byTablet;
    this.heard = heard;
  }

  /** With a report; those of others than the leader change nothing. */
  Loads with(LoadReport report, ClusterMap map) {
    Shard shard = map.shard(report.shard());
    if (shard == null || shard.epoch() != report.epoch()) {
      return this;
    }
    @Nullable PartitionLoad[] slots = bySlot.clone();
    for (int slot = 0; slot < slots.length; slot++) {
      if (isTold(slot, shard, map)) {
        slots[slot] = null;
      }
    }
    Map<Integer, PartitionLoad> tablets = new HashMap<>(byTablet);
    tablets.keySet().removeIf(id -> isTold(id, shard, map));
    for (PartitionLoad load : report.partitions()) {
      int partition = load.partition();
      if (map.shardOf(partition) != shard.id()) {
        continue;
      }
      if (partition < slots.length) {
        slots[partition] = smoothed(bySlot[partition], load);
      } else {
        tablets.put(partition, smoothed(byTablet.get(partition), load));
      }
    }
    Set<Integer> allHeard = new HashSet<>(heard);
    allHeard.add(shard.id());
    return new Loads(slots, tablets, allHeard);
  }

  /** Whether a report of the shard tells of the partition, or nobody does. */
  private static boolean isTold(int partition, Shard shard, ClusterMap map) {
    int owner = map.shardOf(partition);
    return owner == shard.id() || owner == ClusterMap.NO_SHARD;
  }

  /** A rate is the mean of all before, the newer the more: one busy moment is no reason to move. */
  private static PartitionLoad smoothed(@Nullable PartitionLoad before, PartitionLoad now) {
    if (before == null) {
      return now;
    }
    return new PartitionLoad(
        now.partition(),
        now.keys(),
        now.bytes(),
        (int) (((long) before.operations() + now.operations()) / 2),
        (int) (((long) before.cpuMicros() + now.cpuMicros()) / 2),
        now.middle(),
        now.busyMiddle());
  }

  /** Whether every shard's leader has told of its partitions. */
  boolean isComplete(ClusterMap map) {
    return map.shards().stream().allMatch(shard -> heard.contains(shard.id()));
  }

  /** Of a partition; zeros when it is empty and idle, or unknown. */
  public PartitionLoad of(int partition) {
    PartitionLoad load = partition < bySlot.length ? bySlot[partition] : byTablet.get(partition);
    return load == null ? PartitionLoad.none(partition) : load;
  }

  long weightOf(int partition, Objective objective) {
    return objective.weightOf(of(partition));
  }
}
