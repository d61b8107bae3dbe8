package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Move;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Shard;
import io.slotferry.topology.Slots;
import io.slotferry.topology.Tablet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Which partitions should go where. The aim: of the slots, and of each range keyspace's tablets,
 * every shard that is not draining owns the same number, give or take one. No more partitions move
 * than that takes. Partitions that are in a move already count where they go to. Pure.
 */
public final class Planner {
  /** Most partitions of one move. */
  public static final int BATCH_PARTITIONS_MAX = 256;

  /** Stands for every shard. */
  private static final int ANY = ClusterMap.NO_SHARD;

  private final ClusterMap map;
  private final int onlyFrom;
  private final int onlyTo;
  private final Map<Integer, Integer> moving = new HashMap<>();
  private final List<Integer> takers = new ArrayList<>();

  /** Tablets per shard in the keyspaces planned so far: a small keyspace goes where few are. */
  private final Map<Integer, Integer> tablets = new HashMap<>();

  private final List<Batch> batches = new ArrayList<>();

  /**
   * @param partitions at most {@link #BATCH_PARTITIONS_MAX}, ascending
   */
  public record Batch(int from, int to, int[] partitions) {}

  private Planner(ClusterMap map, int onlyFrom, int onlyTo) {
    this.map = map;
    this.onlyFrom = onlyFrom;
    this.onlyTo = onlyTo;
    for (Move move : map.moves()) {
      for (int partition : move.partitions()) {
        moving.put(partition, move.to());
      }
    }
    for (Shard shard : map.shards()) {
      if (!shard.draining()) {
        takers.add(shard.id());
      }
    }
  }

  /** Evens out the numbers of partitions, and empties the shards that are draining. */
  public static List<Batch> rebalance(ClusterMap map) {
    return new Planner(map, ANY, ANY).plan();
  }

  /**
   * Evens out what {@code objective} says. For anything but {@link Objective#SLOTS}, shards that
   * are draining take no part in it, and partitions that weigh nothing stay where they are.
   */
  public static List<Batch> rebalance(ClusterMap map, Objective objective, Loads loads) {
    Planner planner = new Planner(map, ANY, ANY);
    return objective == Objective.SLOTS
        ? planner.plan()
        : planner.batches(Balance.plan(map, loads, objective, planner.moving));
  }

  private List<Batch> batches(Map<Integer, Integer> targets) {
    Map<List<Integer>, List<Integer>> ways = new LinkedHashMap<>();
    targets.forEach((partition, to) ->
        ways.computeIfAbsent(List.of(map.shardOf(partition), to), _ -> new ArrayList<>())
            .add(partition));
    ways.forEach((way, partitions) -> {
      int[] ascending = partitions.stream().mapToInt(Integer::intValue).sorted().toArray();
      batches.addAll(batches(way.getFirst(), way.getLast(), ascending));
    });
    return batches;
  }

  /** Takes from {@code shard}, which is draining, all it has; the others give nothing. */
  public static List<Batch> drain(ClusterMap map, int shard) {
    return new Planner(map, shard, ANY).plan();
  }

  /** Gives {@code shard} its share; the others take nothing. */
  public static List<Batch> fill(ClusterMap map, int shard) {
    return new Planner(map, ANY, shard).plan();
  }

  /** Cuts {@code partitions}, ascending, into batches. */
  static List<Batch> batches(int from, int to, int[] partitions) {
    List<Batch> batches = new ArrayList<>();
    for (int start = 0; start < partitions.length; start += BATCH_PARTITIONS_MAX) {
      int end = Math.min(partitions.length, start + BATCH_PARTITIONS_MAX);
      batches.add(new Batch(from, to, Arrays.copyOfRange(partitions, start, end)));
    }
    return batches;
  }

  private List<Batch> plan() {
    if (!takers.isEmpty()) {
      planGroup(IntStream.range(0, Slots.COUNT).toArray());
      for (Keyspace keyspace : map.keyspaces()) {
        int[] group = keyspace.tablets().stream().mapToInt(Tablet::partition).toArray();
        Map<Integer, Integer> quotas = planGroup(group);
        quotas.forEach((shard, quota) -> tablets.merge(shard, quota, Integer::sum));
      }
    }
    return batches;
  }

  /** Returns what each shard is to have of the group. */
  private Map<Integer, Integer> planGroup(int[] group) {
    Map<Integer, Integer> counts = counts(group);
    Map<Integer, Integer> quotas = quotas(counts);
    Map<Integer, Integer> missing = new TreeMap<>();
    for (int taker : takers) {
      int gap = quotas.getOrDefault(taker, 0) - counts.getOrDefault(taker, 0);
      if (gap > 0 && (onlyTo == ANY || onlyTo == taker)) {
        missing.put(taker, gap);
      }
    }
    for (Shard shard : map.shards()) {
      int excess = counts.getOrDefault(shard.id(), 0) - quotas.getOrDefault(shard.id(), 0);
      if (excess > 0 && (onlyFrom == ANY || onlyFrom == shard.id())) {
        give(shard.id(), last(excess, atRest(group, shard.id())), missing);
      }
    }
    return quotas;
  }

  private void give(int from, int[] partitions, Map<Integer, Integer> missing) {
    int given = 0;
    for (Map.Entry<Integer, Integer> gap : missing.entrySet()) {
      int part = Math.min(gap.getValue(), partitions.length - given);
      batches.addAll(
          batches(from, gap.getKey(), Arrays.copyOfRange(partitions, given, given + part)));
      gap.setValue(gap.getValue() - part);
      given += part;
    }
  }

  /** How many each shard has, once the moves under way are done. */
  private Map<Integer, Integer> counts(int[] group) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int partition : group) {
      counts.merge(moving.getOrDefault(partition, map.shardOf(partition)), 1, Integer::sum);
    }
    return counts;
  }

  /** How many each shard is to have: those that have most keep the odd ones. */
  private Map<Integer, Integer> quotas(Map<Integer, Integer> counts) {
    int total = counts.values().stream().mapToInt(Integer::intValue).sum();
    List<Integer> ranked = new ArrayList<>(takers);
    ranked.sort(
        Comparator.<Integer>comparingInt(shard -> -counts.getOrDefault(shard, 0))
            .thenComparingInt(shard -> tablets.getOrDefault(shard, 0)));
    Map<Integer, Integer> quotas = new HashMap<>();
    for (int rank = 0; rank < ranked.size(); rank++) {
      int odd = rank < total % ranked.size() ? 1 : 0;
      quotas.put(ranked.get(rank), total / ranked.size() + odd);
    }
    return quotas;
  }

  private int[] atRest(int[] group, int shard) {
    return Arrays.stream(group)
        .filter(partition -> map.shardOf(partition) == shard && !moving.containsKey(partition))
        .toArray();
  }

  private static int[] last(int count, int[] partitions) {
    return Arrays.copyOfRange(
        partitions, Math.max(0, partitions.length - count), partitions.length);
  }
}
