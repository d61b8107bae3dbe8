package io.slotferry.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters, each from a seed. {@code -Dsimulation.seeds=N} tries more of them, from {@code
 * -Dsimulation.first=S} on if the earlier ones are known; {@code -Dsimulation.seed=S} replays one,
 * and tells what happens in it.
 */
class SimulationTest {
  private static final int SEEDS_DEFAULT = 2_000;
  private static final Long REPLAYED = Long.getLong("simulation.seed");
  private static final long FIRST =
      REPLAYED != null ? REPLAYED : Long.getLong("simulation.first", 1);
  private static final int SEEDS =
      REPLAYED != null ? 1 : Integer.getInteger("simulation.seeds", SEEDS_DEFAULT);

  /** Of so many seeds one may end with nothing left to judge. */
  private static final int JUDGED_AT_LEAST = 50;

  @Test
  void whateverHappensAllPromisesHold() {
    Map<Long, Throwable> failures = new ConcurrentSkipListMap<>();
    LongAdder unjudged = new LongAdder();
    LongAdder acknowledgements = new LongAdder();
    LongAdder promotions = new LongAdder();
    LongAdder moves = new LongAdder();
    LongStream.range(FIRST, FIRST + SEEDS)
        .parallel()
        .forEach(seed -> {
          SimulatedCluster cluster = new SimulatedCluster(seed, new Rules());
          try {
            cluster.live();
          } catch (Invariants.NothingPromised e) {
            unjudged.increment();
          } catch (AssertionError | RuntimeException e) {
            failures.put(seed, e);
          }
          acknowledgements.add(cluster.invariants.acknowledgements());
          promotions.add(cluster.invariants.promotions());
          moves.add(cluster.invariants.moves());
        });
    failures.forEach((seed, failure) -> {
      throw new AssertionError(
          "%d of %d seeds fail: %s. Replay one with -Dsimulation.seed=%d"
              .formatted(failures.size(), SEEDS, failures.keySet(), seed),
          failure);
    });
    assertThat(unjudged.sum()).isLessThanOrEqualTo(SEEDS / JUDGED_AT_LEAST);
    assertThat(acknowledgements.sum()).isGreaterThan(20L * SEEDS);
    assertThat(promotions.sum()).isGreaterThan(3L * SEEDS);
    assertThat(moves.sum()).isGreaterThanOrEqualTo(SEEDS);
  }

  @Test
  void aSeedReplaysExactly() {
    for (long seed = 1; seed <= 3; seed++) {
      assertThat(fingerprint(seed)).isEqualTo(fingerprint(seed));
    }
  }

  private static long fingerprint(long seed) {
    SimulatedCluster cluster = new SimulatedCluster(seed, new Rules());
    cluster.live();
    return cluster.fingerprint();
  }
}
