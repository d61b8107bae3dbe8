package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.topology.MapChange;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole clusters under seeded trouble: never two leaders that serve a shard, no acknowledged write
 * lost, epochs that never fall; and when the trouble ends, every shard is served again, every
 * operation ends and everything is even. A failing seed replays exactly.
 */
class ControlSimulationTest {
  private static final int SEEDS_PER_RUN = 2;
  private static final int TROUBLE_MILLIS = 60_000;
  private static final int TROUBLE_EVERY_MILLIS_MAX = 1000;
  private static final int HEALING_MILLIS_MAX = 300_000;

  @ParameterizedTest
  @ValueSource(ints = {0, 100})
  void promisesHoldUnderTroubleAndAllIsWellAfterwards(int firstSeed) {
    for (int seed = firstSeed; seed < firstSeed + SEEDS_PER_RUN; seed++) {
      try {
        run(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static void run(int seed) {
    SimulatedCluster cluster = new SimulatedCluster(seed, 1 + seed % 3, 1 + seed % 2);
    cluster.pass(5000);
    assertThat(cluster.everyShardIsServed()).isTrue();
    long end = cluster.nowMillis + TROUBLE_MILLIS;
    while (cluster.nowMillis < end) {
      cluster.disturb();
      cluster.pass(cluster.random.nextInt(TROUBLE_EVERY_MILLIS_MAX));
    }
    cluster.heal();
    for (int i = 0; i < Operation.OPEN_MAX; i++) {
      cluster.join("late-" + i, Role.SHARD);
    }
    cluster.apply(rebalance(cluster));
    settle(cluster);

    assertThat(Planner.rebalance(cluster.map)).isEmpty();
    assertThat(cluster.map.moves()).isEmpty();
    assertThat(cluster.map.shards()).noneMatch(Shard::draining);
    assertThat(cluster.everyShardIsServed()).isTrue();
    assertThat(cluster.writesAcknowledged()).isGreaterThan(100);
  }

  private static MapChange rebalance(SimulatedCluster cluster) {
    return new MapChange.BeginOperation(
        Operation.Kind.REBALANCE, Operation.State.RUNNING, 0, cluster.nowMillis, "");
  }

  private static void settle(SimulatedCluster cluster) {
    long end = cluster.nowMillis + HEALING_MILLIS_MAX;
    while (!cluster.map.operations().stream().allMatch(Operation::ended)) {
      assertThat(cluster.nowMillis).as("%s", cluster.map.operations()).isLessThan(end);
      cluster.pass(500);
    }
    cluster.pass(5000);
  }
}
