package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Shard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Evens out what partitions weigh (bytes, or load), by moving as few bytes as that takes: from the
 * shard that has most to the one that has least, again and again, the partition that weighs most
 * for its bytes. Each step makes the shards more even (the sum of the squares of what they have
 * gets smaller), so there is an end, and what is even enough stays where it is: see {@link
 * #TOLERANCE}.
 *
 * <p>A shard whose partition alone weighs more than a fair share gives away all others that matter,
 * and counts no more: the rest is evened out among the rest. Pure.
 */
final class Balance {
  /** Shards may differ from the mean by this part of it. */
  static final double TOLERANCE = 0.1;

  /** Most partitions that one plan moves. */
  static final int PARTITIONS_MAX = 4096;

  /** What it costs to move an empty partition, as if it were bytes. */
  private static final long PARTITION_BYTES = 4096;

  private static final Comparator<Item> BY_WORTH =
      Comparator.comparingDouble(Item::worth).reversed().thenComparingInt(Item::partition);

  private record Item(int partition, long weight, long bytes) {
    double worth() {
      return (double) weight / (bytes + PARTITION_BYTES);
    }
  }

  private static final class Side {
    final int shard;
    final List<Item> items = new ArrayList<>();
    long weight;

    Side(int shard) {
      this.shard = shard;
    }
  }

  private final Objective objective;
  private final Map<Integer, Side> sides = new TreeMap<>();
  private final Map<Integer, Integer> from = new HashMap<>();
  private final Map<Integer, Integer> to = new LinkedHashMap<>();

  private Balance(ClusterMap map, Loads loads, Objective objective, Map<Integer, Integer> moving) {
    this.objective = objective;
    for (Shard shard : map.shards()) {
      if (!shard.draining()) {
        sides.put(shard.id(), new Side(shard.id()));
      }
    }
    for (Shard shard : map.shards()) {
      for (int partition : map.partitionsOf(shard.id())) {
        place(partition, shard.id(), moving.get(partition), loads);
      }
    }
    sides.values().forEach(side -> side.items.sort(BY_WORTH));
  }

  private void place(int partition, int owner, @Nullable Integer target, Loads loads) {
    Side side = sides.get(target == null ? owner : target);
    long weight = loads.weightOf(partition, objective);
    if (side != null && weight > 0) {
      side.weight += weight;
      if (target == null) {
        side.items.add(new Item(partition, weight, loads.of(partition).bytes()));
      }
    }
  }

  /**
   * Where partitions should go, by their ids; what matters most comes first.
   *
   * @param moving where those go that are in a move
   */
  static Map<Integer, Integer> plan(
      ClusterMap map, Loads loads, Objective objective, Map<Integer, Integer> moving) {
    Balance balance = new Balance(map, loads, objective, moving);
    balance.run();
    return balance.to;
  }

  private void run() {
    List<Side> left = new ArrayList<>(sides.values());
    for (int step = 0; step < PARTITIONS_MAX && left.size() > 1; step++) {
      Side giver = left.getFirst();
      Side taker = giver;
      long total = 0;
      for (Side side : left) {
        giver = side.weight > giver.weight ? side : giver;
        taker = side.weight < taker.weight ? side : taker;
        total += side.weight;
      }
      double mean = (double) total / left.size();
      double slack = Math.max(mean * TOLERANCE, objective.leastDifference() / 2.0);
      if (giver.weight - mean <= slack && mean - taker.weight <= slack) {
        return;
      }
      Item item = choose(giver, taker, mean, slack);
      if (item == null) {
        left.remove(giver);
      } else {
        move(item, giver, taker);
      }
    }
  }

  /** What should go from one to the other; null when nothing would do any good. */
  private static @Nullable Item choose(Side giver, Side taker, double mean, double slack) {
    // No more than leaves the giver its share, nor than fills the taker's.
    double wanted = Math.min(giver.weight - mean, mean - taker.weight);
    Item smallest = null;
    for (Item item : giver.items) {
      if (item.weight <= wanted) {
        return item;
      }
      if (smallest == null || item.weight < smallest.weight) {
        smallest = item;
      }
    }
    boolean better = smallest != null && taker.weight + smallest.weight < giver.weight - slack;
    return better ? smallest : null;
  }

  private void move(Item item, Side giver, Side taker) {
    giver.items.remove(item);
    giver.weight -= item.weight;
    taker.weight += item.weight;
    int place = Collections.binarySearch(taker.items, item, BY_WORTH);
    taker.items.add(~place, item);
    int owner = from.computeIfAbsent(item.partition, _ -> giver.shard);
    to.remove(item.partition);
    if (owner != taker.shard) {
      to.put(item.partition, taker.shard);
    }
  }
}
