package io.slotferry.replication;

import static io.slotferry.replication.SimulatedCluster.leaderNode;
import static io.slotferry.replication.SimulatedCluster.replicaNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.topology.MapChange;
import io.slotferry.topology.message.MoveTally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Moves of partitions with large values, and with leaders that die on the way, from seeds. */
class MoveSimulationTest {
  private static final int SEEDS = 12;
  private static final int BIG_KEYS = 4;

  /** Larger than a chunk, so that it travels in parts. */
  private static final int FIELDS = 60;

  private static final String PADDING = "p".repeat(8_000);

  private final Map<String, Integer> sent = new HashMap<>();
  private final Map<String, List<SimulatedCluster.Answer>> answers = new HashMap<>();

  private void begin(SimulatedCluster cluster) {
    sent.clear();
    answers.clear();
    cluster.run(500);
    for (int key = 0; key < BIG_KEYS; key++) {
      for (int field = 0; field < FIELDS; field++) {
        cluster.send("HSET", "big:" + key, "pad:" + field, PADDING);
        cluster.run(5);
      }
    }
    cluster.run(2_000);
    cluster.allInSync(1);
    cluster.allInSync(2);
    cluster.run(200);
  }

  private static int[] partitionsOfBigKeys(SimulatedCluster cluster) {
    return IntStream.range(0, BIG_KEYS)
        .map(key -> cluster.partition("big:" + key))
        .filter(partition -> cluster.map().shardOf(partition) == 1)
        .sorted()
        .distinct()
        .toArray();
  }

  private void increment(SimulatedCluster cluster, int count) {
    for (int i = 0; i < count; i++) {
      String key = "big:" + cluster.random.nextInt(BIG_KEYS);
      String field = "n:" + cluster.random.nextInt(20);
      sent.merge(key + " " + field, 1, Integer::sum);
      answers
          .computeIfAbsent(key + " " + field, _ -> new ArrayList<>())
          .add(cluster.sendSync("HINCRBY", key, field, "1"));
    }
  }

  /** No increment that was acknowledged is lost, and none is done twice. */
  private void check(SimulatedCluster cluster, long seed) {
    sent.forEach((counter, count) -> {
      String[] names = counter.split(" ");
      SimulatedCluster.Answer answer = cluster.send("HGET", names[0], names[1]);
      cluster.run(50);
      int value =
          answer.text.startsWith("$-1") ? 0 : Integer.parseInt(answer.text.split("\r\n")[1]);
      long acknowledged =
          answers.get(counter).stream().filter(each -> each.text.startsWith(":")).count();
      assertThat(value).as("seed %d: %s", seed, counter).isBetween((int) acknowledged, count);
    });
    for (int key = 0; key < BIG_KEYS; key++) {
      SimulatedCluster.Answer fields = cluster.send("HLEN", "big:" + key);
      cluster.run(50);
      assertThat(Integer.parseInt(fields.text.substring(1).trim()))
          .as("seed %d", seed)
          .isGreaterThanOrEqualTo(FIELDS);
    }
  }

  @Test
  void largeValuesMoveInPartsWhileTheyChange() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      begin(cluster);
      cluster.network.disturb(seed % 3 * 0.08);
      int[] moved = partitionsOfBigKeys(cluster);
      cluster.move(1, 2, moved);
      for (int i = 0; i < 40; i++) {
        increment(cluster, 20);
        cluster.run(cluster.random.nextInt(20));
      }
      cluster.network.disturb(0);
      cluster.run(12_000);
      assertThat(cluster.map().moves()).as("seed %d", seed).isEmpty();
      check(cluster, seed);
      assertThat(answers.values().stream().flatMap(List::stream).map(each -> each.text))
          .as("seed %d: zero errors", seed)
          .allMatch(text -> text.startsWith(":"));
      assertThat(cluster.contentOf(leaderNode(1)))
          .isEqualTo(cluster.contentOf(replicaNode(1)))
          .doesNotContainKey(moved[0]);
      assertThat(cluster.contentOf(leaderNode(2))).isEqualTo(cluster.contentOf(replicaNode(2)));
      MoveTally tally = cluster.copy(leaderNode(1)).moveTallies().getFirst();
      assertThat(tally.bytes()).isGreaterThan((long) moved.length * FIELDS * PADDING.length());
      assertThat(tally.heldMillis()).isZero();
      assertThat(tally.heldMillisMax()).isPositive();
    }
  }

  @Test
  void theMovesOfAThrottledSourceTakeTurns() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      begin(cluster);
      cluster.change(new MapChange.ChangeSettings(Map.of("move-bandwidth-max", "200000")));
      int[] moved = partitionsOfBigKeys(cluster);
      assertThat(moved).hasSizeGreaterThan(1);
      for (int partition : moved) {
        cluster.move(1, 2, new int[] {partition});
      }
      long millis = (long) moved.length * FIELDS * PADDING.length() / 200;
      cluster.run(millis * 4 / 5);
      assertThat(cluster.map().moves()).as("seed %d: none is far ahead", seed).hasSameSizeAs(moved);
      cluster.run(millis);
      assertThat(cluster.map().moves()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void aTargetThatHearsOfAMoveLaterThanItsSourceLosesNoTime() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      cluster.run(500);
      int partition = cluster.map().partitionsOf(1)[0];
      cluster.move(1, 2, new int[] {partition});
      cluster.run(MoveSource.OPEN_AGAIN_MILLIS - 1);
      assertThat(cluster.map().shardOf(partition)).as("seed %d", seed).isEqualTo(2);
    }
  }

  @Test
  void aMoveSurvivesTheDeathOfEitherLeaderAtAnyTime() {
    for (long seed = 1; seed <= 3 * SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      begin(cluster);
      cluster.network.disturb(seed % 2 * 0.05);
      int[] moved = partitionsOfBigKeys(cluster);
      int shard = 1 + cluster.random.nextInt(2);
      int deathRound = cluster.random.nextInt(40);
      cluster.move(1, 2, moved);
      for (int round = 0; round < 60; round++) {
        increment(cluster, 5);
        cluster.run(cluster.random.nextInt(12));
        if (round == deathRound) {
          cluster.stop(leaderNode(shard));
          cluster.run(cluster.random.nextInt(100));
          cluster.promote(shard, replicaNode(shard));
          cluster.run(cluster.random.nextInt(100));
          cluster.start(leaderNode(shard));
        }
      }
      cluster.network.disturb(0);
      cluster.run(15_000);
      assertThat(cluster.map().moves()).as("seed %d", seed).isEmpty();
      assertThat(cluster.map().shardOf(moved[0])).as("seed %d", seed).isEqualTo(2);
      check(cluster, seed);
      for (int each = 1; each <= 2; each++) {
        assertThat(cluster.contentOf(leaderNode(each)))
            .as("seed %d", seed)
            .isEqualTo(cluster.contentOf(replicaNode(each)));
      }
    }
  }
}
