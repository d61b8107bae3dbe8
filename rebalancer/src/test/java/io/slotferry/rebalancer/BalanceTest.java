package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.rebalancer.Planner.Batch;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.LoadReport;
import io.slotferry.topology.message.PlanAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans by bytes and by load, on seeded random loads. */
class BalanceTest {
  private static final int SEEDS = 40;

  /** Slots beyond these are empty, to keep the tests quick. */
  private static final int BUSY_SLOTS = 600;

  private static ClusterMap cluster(int shards) {
    ClusterMap map = ClusterMap.EMPTY;
    List<MapChange.ShardPlacement> placements = new ArrayList<>();
    for (int shard = 1; shard <= shards; shard++) {
      String name = "shard-" + shard;
      map =
          apply(
              map, new MapChange.PutNode(new Node(name, Set.of(Role.SHARD), "", 0, 0, shard, "")));
      placements.add(new MapChange.ShardPlacement(shard, name, List.of()));
    }
    return apply(map, new MapChange.CreateCluster(placements));
  }

  private static ClusterMap apply(ClusterMap map, MapChange change) {
    return ((Outcome.Accepted) map.apply(change)).map();
  }

  /** Of all shards, each as its leader would tell it. */
  private static Loads loads(ClusterMap map, List<PartitionLoad> all) {
    Loads loads = Loads.NONE;
    for (Shard shard : map.shards()) {
      List<PartitionLoad> own =
          all.stream().filter(load -> map.shardOf(load.partition()) == shard.id()).toList();
      loads = loads.with(new LoadReport(shard.id(), shard.epoch(), own), map);
    }
    return loads;
  }

  private static PartitionLoad load(int slot, long bytes, int operations) {
    return new PartitionLoad(slot, 1, bytes, operations, operations * 2, null, null);
  }

  /** Some slots are large, some busy, one of them may be hot. */
  private static List<PartitionLoad> randomLoads(Random random) {
    List<PartitionLoad> loads = new ArrayList<>();
    int scatter = 1 + random.nextInt(26);
    for (int i = 0; i < BUSY_SLOTS; i++) {
      double skew = Math.pow(random.nextDouble(), 1 + random.nextInt(6));
      loads.add(load(i * scatter, (long) (skew * (4 << 20)), (int) (random.nextDouble() * 2000)));
    }
    if (random.nextBoolean()) {
      loads.set(7, load(7 * scatter, 1 << 20, 400_000));
    }
    return loads;
  }

  private static ClusterMap carryOut(ClusterMap map, List<Batch> plan) {
    ClusterMap after =
        apply(
            map,
            new MapChange.BeginOperation(
                Operation.Kind.REBALANCE, Operation.State.RUNNING, 0, 1, ""));
    long operation = after.version();
    for (Batch batch : plan) {
      after =
          apply(
              after,
              new MapChange.BeginMove(operation, batch.from(), batch.to(), batch.partitions()));
      after = apply(after, new MapChange.CommitMove(after.version(), 0, 0, batch.partitions()));
    }
    return after;
  }

  private static long[] weights(ClusterMap map, Loads loads, Objective objective) {
    return map.shards().stream()
        .mapToLong(shard ->
            Arrays.stream(map.partitionsOf(shard.id()))
                .mapToLong(partition -> loads.weightOf(partition, objective))
                .sum())
        .toArray();
  }

  private static double unevenness(long[] weights) {
    double mean = Arrays.stream(weights).average().orElse(0);
    return Arrays.stream(weights).mapToDouble(weight -> (weight - mean) * (weight - mean)).sum();
  }

  @ParameterizedTest
  @EnumSource(names = "SLOTS", mode = EnumSource.Mode.EXCLUDE)
  void plansConvergeAtOnceAndMakeThingsMoreEven(Objective objective) {
    int plans = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      ClusterMap map = cluster(2 + random.nextInt(6));
      if (random.nextInt(3) == 0) {
        map = apply(map, new MapChange.SetDraining(1, true));
      }
      List<PartitionLoad> all = randomLoads(random);
      Loads loads = loads(map, all);

      List<Batch> plan = Planner.rebalance(map, objective, loads);

      plans += plan.isEmpty() ? 0 : 1;
      Set<Integer> moved = new HashSet<>();
      for (Batch batch : plan) {
        assertThat(batch.to()).isNotEqualTo(batch.from());
        assertThat(map.shard(batch.to()).draining()).as("seed %d", seed).isFalse();
        for (int partition : batch.partitions()) {
          assertThat(map.shardOf(partition)).isEqualTo(batch.from());
          assertThat(moved.add(partition)).as("seed %d: %d twice", seed, partition).isTrue();
        }
      }
      ClusterMap after = carryOut(map, plan);
      if (!plan.isEmpty()) {
        assertThat(unevenness(weights(after, loads, objective)))
            .as("seed %d", seed)
            .isLessThan(unevenness(weights(map, loads, objective)));
      }
      assertThat(Planner.rebalance(after, objective, loads)).as("seed %d", seed).isEmpty();
    }
    assertThat(plans).isGreaterThan(SEEDS / 2);
  }

  @Test
  void whatEndsEvenIsWithinTheTolerance() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      ClusterMap map = cluster(2 + random.nextInt(6));
      List<PartitionLoad> all =
          IntStream.range(0, BUSY_SLOTS)
              .mapToObj(slot -> load(slot * 9, random.nextInt(4 << 20), 0))
              .toList();
      Loads loads = loads(map, all);

      ClusterMap after = carryOut(map, Planner.rebalance(map, Objective.BYTES, loads));

      long[] bytes = weights(after, loads, Objective.BYTES);
      double mean = Arrays.stream(bytes).average().orElse(0);
      double slack = Math.max(mean * Balance.TOLERANCE, Objective.BYTES.leastDifference() / 2.0);
      assertThat(Arrays.stream(bytes).boxed())
          .as("seed %d", seed)
          .allMatch(each -> Math.abs(each - mean) <= slack);
    }
  }

  /** Loads are never measured twice the same. */
  @Test
  void noiseMovesNothingOnceThingsAreEven() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      ClusterMap map = cluster(2 + random.nextInt(6));
      List<PartitionLoad> all =
          IntStream.range(0, BUSY_SLOTS)
              .mapToObj(slot -> load(slot * 9, 1 << 20, 500 + random.nextInt(1000)))
              .toList();
      map = carryOut(map, Planner.rebalance(map, Objective.LOAD, loads(map, all)));
      int moves = 0;
      for (int round = 0; round < 20; round++) {
        List<PartitionLoad> noisy =
            all.stream()
                .map(load ->
                    load(
                        load.partition(),
                        load.bytes(),
                        (int) (load.operations() * (0.8 + random.nextDouble() * 0.4))))
                .toList();
        List<Batch> plan = Planner.rebalance(map, Objective.LOAD, loads(map, noisy));
        moves += plan.stream().mapToInt(batch -> batch.partitions().length).sum();
        map = carryOut(map, plan);
      }
      assertThat(moves).as("seed %d", seed).isLessThanOrEqualTo(BUSY_SLOTS / 100);
    }
  }

  @Test
  void aHotSlotEndsAlone() {
    ClusterMap map = cluster(3);
    List<PartitionLoad> all = new ArrayList<>();
    for (int slot = 0; slot < 1200; slot++) {
      all.add(load(slot * 13, 100_000, 100));
    }
    int hot = 13 * 20;
    all.set(20, load(hot, 100_000, 200_000));
    Loads loads = loads(map, all);

    ClusterMap after = carryOut(map, Planner.rebalance(map, Objective.LOAD, loads));

    int shard = after.shardOf(hot);
    long others =
        Arrays.stream(after.partitionsOf(shard))
            .filter(partition -> partition != hot)
            .mapToLong(partition -> loads.of(partition).operations())
            .sum();
    assertThat(shard).as("it stays itself").isEqualTo(map.shardOf(hot));
    assertThat(others).isLessThan(5_000);
    long[] weights = weights(after, loads, Objective.LOAD);
    long second = weights[shard % 3];
    long third = weights[(shard + 1) % 3];
    assertThat((double) second / third).isBetween(0.8, 1.25);
  }

  @Test
  void ofTwoSlotsWithTheSameLoadTheSmallerOneMoves() {
    ClusterMap map = cluster(2);
    Loads loads = loads(map, List.of(load(1, 500 << 20, 50_000), load(2, 1 << 20, 50_000)));

    List<Batch> plan = Planner.rebalance(map, Objective.LOAD, loads);

    assertThat(plan).hasSize(1);
    assertThat(plan.getFirst().partitions()).containsExactly(2);
  }

  @Test
  void idleAndSmallClustersAreLeftAlone() {
    ClusterMap map = cluster(3);
    Loads loads = loads(map, List.of(load(1, 1000, 10), load(2, 2000, 30)));

    assertThat(Planner.rebalance(map, Objective.LOAD, loads)).isEmpty();
    assertThat(Planner.rebalance(map, Objective.BYTES, loads)).isEmpty();
    assertThat(Planner.rebalance(map, Objective.BYTES, Loads.NONE)).isEmpty();
  }

  @Test
  void aForecastTellsWhatEveryShardHasThen() {
    ClusterMap map = cluster(2);
    Loads loads = loads(map, List.of(load(1, 64 << 20, 50_000), load(2, 32 << 20, 50_000)));

    PlanAnswer plan = Forecast.of(map, Objective.BYTES, loads);

    assertThat(plan.moves()).hasSize(1);
    assertThat(plan.moves().getFirst().bytes()).isEqualTo(32 << 20);
    assertThat(plan.shares().get(0).before().bytes()).isEqualTo(96 << 20);
    assertThat(plan.shares().get(0).after().bytes()).isEqualTo(64 << 20);
    assertThat(plan.shares().get(1).after().operations()).isEqualTo(50_000);
    assertThat(plan.shares().get(1).after().slots()).isEqualTo(8193);
  }

  @Test
  void onlyTheLeadersOfNowAreHeard() {
    ClusterMap map = cluster(2);
    LoadReport late = new LoadReport(1, 7, List.of(load(1, 1, 1)));

    assertThat(Loads.NONE.with(late, map).of(1).bytes()).isZero();
    assertThat(Loads.NONE.isComplete(map)).isFalse();
    assertThat(loads(map, List.of()).isComplete(map)).isTrue();
  }
}
