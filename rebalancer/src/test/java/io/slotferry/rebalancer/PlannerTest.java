package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.rebalancer.Planner.Batch;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.Slots;
import io.slotferry.topology.Tablet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final int SEEDS = 20;

  @Test
  void aNewShardReceivesItsShareAndNothingElseMoves() {
    ClusterMap map = addShard(cluster(3), 4);

    List<Batch> plan = Planner.fill(map, 4);

    assertThat(plan).allMatch(batch -> batch.to() == 4);
    assertThat(partitions(plan)).isEqualTo(4096);
    assertThat(plan).allMatch(batch -> batch.partitions().length <= Planner.BATCH_PARTITIONS_MAX);
    ClusterMap after = carryOut(map, plan);
    assertThat(IntStream.rangeClosed(1, 4).map(after::slotsOf)).containsOnly(4096);
  }

  @Test
  void aDrainingShardGivesAllAndTheOthersGiveNothing() {
    ClusterMap map = apply(cluster(3), new MapChange.SetDraining(2, true));

    List<Batch> plan = Planner.drain(map, 2);

    assertThat(plan).allMatch(batch -> batch.from() == 2);
    assertThat(partitions(plan)).isEqualTo(map.slotsOf(2));
    ClusterMap after = carryOut(map, plan);
    assertThat(after.slotsOf(2)).isZero();
    assertThat(after.slotsOf(1)).isEqualTo(after.slotsOf(3)).isEqualTo(8192);
  }

  @Test
  void whatIsEvenStaysWhereItIs() {
    assertThat(Planner.rebalance(cluster(3))).isEmpty();
    assertThat(Planner.rebalance(cluster(1))).isEmpty();
    assertThat(Planner.rebalance(ClusterMap.EMPTY)).isEmpty();
  }

  @Test
  void smallKeyspacesDoNotAllGoToOneShard() {
    ClusterMap map = cluster(3);
    for (int number = 1; number <= 6; number++) {
      map = apply(map, range(number, 0));
    }
    map = apply(map, new MapChange.SetDraining(1, true));

    ClusterMap after = carryOut(map, Planner.drain(map, 1));

    assertThat(tablets(after, 2)).isEqualTo(3);
    assertThat(tablets(after, 3)).isEqualTo(3);
  }

  @Test
  void everyPlanReachesItsAimWithTheFewestMoves() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      ClusterMap map = disturbed(random);
      int needed = excess(map);

      List<Batch> plan = Planner.rebalance(map);

      assertThat(partitions(plan)).as("seed %d: fewest", seed).isEqualTo(needed);
      ClusterMap after = carryOut(map, plan);
      assertThat(excess(after)).as("seed %d: even", seed).isZero();
      assertThat(Planner.rebalance(after)).as("seed %d: converged", seed).isEmpty();
    }
  }

  @Test
  void plansMadeWhileMovesAreUnderWayAddUpToTheSameAim() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      ClusterMap map = disturbed(random);
      int needed = excess(map);
      int moved = 0;
      long operation = map.version() + 1;
      map = apply(map, rebalanceOperation());
      for (List<Batch> plan = Planner.rebalance(map);
          !plan.isEmpty() || !map.moves().isEmpty();
          plan = Planner.rebalance(map)) {
        if (plan.isEmpty() || random.nextBoolean()) {
          int before = map.operation(operation).done();
          map = map.moves().isEmpty() ? map : commitSome(map, random);
          moved += map.operation(operation).done() - before;
        } else {
          map = begin(map, operation, plan.get(random.nextInt(plan.size())));
        }
      }
      assertThat(excess(map)).as("seed %d", seed).isZero();
      assertThat(moved).as("seed %d", seed).isEqualTo(needed);
    }
  }

  /** Shards of uneven sizes, some draining, some new, and a few range keyspaces. */
  private static ClusterMap disturbed(Random random) {
    int shards = 2 + random.nextInt(4);
    ClusterMap map = cluster(shards);
    for (int number = 1; number <= random.nextInt(4); number++) {
      map = apply(map, range(number, random.nextInt(12)));
    }
    long operation = map.version() + 1;
    map = apply(map, rebalanceOperation());
    for (int i = 0; i < 6; i++) {
      int[] owned = map.partitionsOf(1 + random.nextInt(shards));
      int to = 1 + random.nextInt(shards);
      if (owned.length > 0 && map.shardOf(owned[0]) != to) {
        int[] some = Arrays.copyOf(owned, 1 + random.nextInt(owned.length));
        map = carryOut(map, operation, new Batch(map.shardOf(owned[0]), to, some));
      }
    }
    if (random.nextBoolean()) {
      map = addShard(map, shards + 1);
    }
    if (random.nextBoolean()) {
      map = apply(map, new MapChange.SetDraining(1 + random.nextInt(shards), true));
    }
    return map;
  }

  /** How many partitions at least have to move: those above each shard's fair share. */
  private static int excess(ClusterMap map) {
    int excess = excess(map, IntStream.range(0, Slots.COUNT).toArray());
    for (Keyspace keyspace : map.keyspaces()) {
      excess += excess(map, keyspace.tablets().stream().mapToInt(Tablet::partition).toArray());
    }
    return excess;
  }

  private static int excess(ClusterMap map, int[] group) {
    List<Integer> staying = new ArrayList<>();
    int above = 0;
    for (Shard shard : map.shards()) {
      int count = (int) Arrays.stream(group).filter(p -> map.shardOf(p) == shard.id()).count();
      if (shard.draining()) {
        above += count;
      } else {
        staying.add(count);
      }
    }
    int floor = group.length / staying.size();
    int odd = group.length % staying.size();
    int atLeastOneAbove = (int) staying.stream().filter(count -> count > floor).count();
    for (int count : staying) {
      above += Math.max(0, count - floor);
    }
    return above - Math.min(odd, atLeastOneAbove);
  }

  private static ClusterMap cluster(int shards) {
    ClusterMap map = ClusterMap.EMPTY;
    List<MapChange.ShardPlacement> placements = new ArrayList<>();
    for (int shard = 1; shard <= shards; shard++) {
      map = apply(map, new MapChange.PutNode(node(shard)));
      placements.add(new MapChange.ShardPlacement(shard, "shard-" + shard, List.of()));
    }
    return apply(map, new MapChange.CreateCluster(placements));
  }

  private static Node node(int shard) {
    return new Node("shard-" + shard, Set.of(Role.SHARD), "127.0.0.1", 0, 0, shard, "");
  }

  private static ClusterMap addShard(ClusterMap map, int shard) {
    ClusterMap joined = apply(map, new MapChange.PutNode(node(shard)));
    return apply(
        joined,
        new MapChange.CreateShard(
            new MapChange.ShardPlacement(shard, "shard-" + shard, List.of())));
  }

  private static MapChange range(int number, int splits) {
    List<byte[]> keys =
        IntStream.range(0, splits).mapToObj(i -> new byte[] {(byte) (i + 1)}).toList();
    return new MapChange.CreateKeyspace(
        number, "range-" + number, Partitioning.RANGE, KeyOrder.BYTES, Durability.ASYNC, keys);
  }

  private static MapChange rebalanceOperation() {
    return new MapChange.BeginOperation(
        Operation.Kind.REBALANCE, Operation.State.RUNNING, 0, 1, "");
  }

  private static int partitions(List<Batch> plan) {
    return plan.stream().mapToInt(batch -> batch.partitions().length).sum();
  }

  private static int tablets(ClusterMap map, int shard) {
    return map.partitionsOf(shard).length - map.slotsOf(shard);
  }

  private static ClusterMap carryOut(ClusterMap map, List<Batch> plan) {
    long operation = map.version() + 1;
    ClusterMap after = apply(map, rebalanceOperation());
    for (Batch batch : plan) {
      after = carryOut(after, operation, batch);
    }
    return after;
  }

  private static ClusterMap carryOut(ClusterMap map, long operation, Batch batch) {
    ClusterMap begun = begin(map, operation, batch);
    return apply(begun, new MapChange.CommitMove(begun.version(), 0, 0, batch.partitions()));
  }

  private static ClusterMap begin(ClusterMap map, long operation, Batch batch) {
    return apply(
        map, new MapChange.BeginMove(operation, batch.from(), batch.to(), batch.partitions()));
  }

  private static ClusterMap commitSome(ClusterMap map, Random random) {
    var move = List.copyOf(map.moves()).get(random.nextInt(map.moves().size()));
    int[] some = Arrays.copyOf(move.partitions(), 1 + random.nextInt(move.partitions().length));
    return apply(map, new MapChange.CommitMove(move.id(), 0, 0, some));
  }

  private static ClusterMap apply(ClusterMap map, MapChange change) {
    return ((Outcome.Accepted) map.apply(change)).map();
  }
}
