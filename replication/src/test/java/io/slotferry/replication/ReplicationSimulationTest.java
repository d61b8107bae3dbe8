package io.slotferry.replication;

import static io.slotferry.replication.SimulatedCluster.leaderNode;
import static io.slotferry.replication.SimulatedCluster.replicaNode;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies, streams and moves under a disturbed network, from seeds. */
class ReplicationSimulationTest {
  private static final int SEEDS = 20;
  private static final int KEYS = 300;

  @Test
  void leaderAndReplicaHoldTheSameAfterCutsAndRestarts() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 1);
      for (int round = 0; round < 20; round++) {
        switch (cluster.random.nextInt(5)) {
          case 0 -> cluster.network.disturb(cluster.random.nextDouble() * 0.4);
          case 1 -> cluster.network.disturb(0);
          case 2 -> {
            cluster.stop(replicaNode(1));
            write(cluster, 20);
            cluster.run(cluster.random.nextInt(200));
            cluster.start(replicaNode(1));
          }
          default -> write(cluster, 50);
        }
        cluster.run(cluster.random.nextInt(300));
      }
      cluster.network.disturb(0);
      cluster.run(12_000);
      assertThat(cluster.contentOf(replicaNode(1)))
          .as("seed %d", seed)
          .isNotEmpty()
          .isEqualTo(cluster.contentOf(leaderNode(1)));
    }
  }

  private static void write(SimulatedCluster cluster, int count) {
    for (int i = 0; i < count; i++) {
      String key = "key:" + cluster.random.nextInt(KEYS);
      switch (cluster.random.nextInt(4)) {
        case 0 -> cluster.send("DEL", key);
        case 1 -> cluster.send("APPEND", key, "x");
        default -> cluster.send("SET", key, "v" + cluster.random.nextInt());
      }
    }
  }

  @Test
  void aCutCostsAPartialResynchronisation() {
    SimulatedCluster cluster = new SimulatedCluster(7, 1);
    write(cluster, 100);
    cluster.run(1_000);
    String before = cluster.copy(replicaNode(1)).log().replicationId();
    long first = cluster.copy(replicaNode(1)).log().firstOffset();
    cluster.network.disturb(1);
    write(cluster, 100);
    cluster.run(20_000);
    cluster.network.disturb(0);
    cluster.run(5_000);
    ShardCopy replica = cluster.copy(replicaNode(1));
    assertThat(replica.log().replicationId()).isEqualTo(before);
    // A full one would have started the log over.
    assertThat(replica.log().firstOffset()).isEqualTo(first);
    assertThat(replica.log().endOffset()).isEqualTo(cluster.copy(leaderNode(1)).log().endOffset());
  }

  @Test
  void aPromotedReplicaGoesOnAndTheOldLeaderFollowsIt() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 1);
      write(cluster, 100);
      cluster.run(2_000);
      cluster.allInSync(1);
      cluster.run(100);
      Map<Integer, String> content = cluster.contentOf(leaderNode(1));
      cluster.stop(leaderNode(1));
      cluster.promote(1, replicaNode(1));
      cluster.run(100);
      assertThat(cluster.contentOf(replicaNode(1))).as("seed %d", seed).isEqualTo(content);
      write(cluster, 50);
      cluster.start(leaderNode(1));
      cluster.run(5_000);
      assertThat(cluster.contentOf(leaderNode(1)))
          .as("seed %d", seed)
          .isEqualTo(cluster.contentOf(replicaNode(1)));
    }
  }

  @Test
  void anEmptyCopyUnderAnOldNameIsNoCandidate() {
    SimulatedCluster cluster = new SimulatedCluster(3, 1);
    write(cluster, 100);
    cluster.run(2_000);
    cluster.stop(leaderNode(1));
    cluster.stop(replicaNode(1));
    cluster.start(replicaNode(1));
    cluster.run(200);
    assertThat(cluster.copy(replicaNode(1)).report().offset()).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.05, 0.2})
  void aMoveLosesAndDoublesNothing(double loss) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      Map<String, Integer> expected = new HashMap<>();
      increment(cluster, expected, 500);
      cluster.run(500);
      cluster.network.disturb(loss);
      int[] all = cluster.map().partitionsOf(1);
      int[] moved = Arrays.copyOfRange(all, 0, all.length / 2);
      cluster.move(1, 2, moved);
      for (int i = 0; i < 40; i++) {
        increment(cluster, expected, 20);
        cluster.run(cluster.random.nextInt(60));
      }
      cluster.network.disturb(0);
      cluster.run(12_000);
      assertThat(cluster.map().shardOf(moved[0])).as("seed %d", seed).isEqualTo(2);
      assertThat(cluster.map().moves()).isEmpty();
      expected.forEach(
          (key, count) -> assertThat(cluster.read(key)).as("%s, seed", key).isEqualTo("" + count));
      assertThat(cluster.contentOf(leaderNode(1)))
          .isEqualTo(cluster.contentOf(replicaNode(1)))
          .doesNotContainKey(moved[0]);
      assertThat(cluster.contentOf(leaderNode(2))).isEqualTo(cluster.contentOf(replicaNode(2)));
    }
  }

  /**
   * The target asks its replicas how far they are, and does not wait until they are asked anyway.
   */
  @Test
  void aMoveWaitsForTheTargetsReplicasAMomentOnly() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      increment(cluster, new HashMap<>(), 500);
      cluster.run(500);
      cluster.allInSync(2);
      cluster.run(100);
      int[] moved = Arrays.copyOf(cluster.map().partitionsOf(1), 100);
      cluster.move(1, 2, moved);
      // The source may have to open the move once more: the target's map came after it.
      cluster.run(MoveSource.OPEN_AGAIN_MILLIS + 200);
      assertThat(cluster.map().shardOf(moved[0])).as("seed %d", seed).isEqualTo(2);
    }
  }

  /** The two keys are large enough not to travel in one message by chance. */
  @Test
  void aReplicaNeverHoldsHalfATransaction() {
    int seen = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 1);
      cluster.run(500);
      cluster.network.disturb(0.1);
      String padding = "x".repeat(150_000);
      String before = "";
      for (int i = 0; i < 30; i++) {
        String value = "v" + i + ";" + padding;
        cluster.transact(
            "{p}", new String[] {"SET", "{p}a", value}, new String[] {"SET", "{p}b", value});
        for (int turn = cluster.random.nextInt(40); turn >= 0; turn--) {
          cluster.run(1);
          ShardCopy replica = cluster.copy(replicaNode(1));
          if (replica.report().offset() >= 0) {
            String values = values(cluster.contentOf(replicaNode(1)).get(cluster.partition("{p}")));
            assertThat(values).as("seed %d", seed).matches("|(v\\d+;)\\1");
            seen += values.equals(before) ? 0 : 1;
            before = values;
          }
        }
      }
    }
    assertThat(seen).isGreaterThan(SEEDS * 10);
  }

  private static String values(String content) {
    return Pattern.compile("v\\d+;")
        .matcher(content == null ? "" : content)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.joining());
  }

  /** Whatever is pushed is popped once, or is there, while partitions move and leaders change. */
  @Test
  void callsThatWaitForAKeySurviveMovesAndNewLeaders() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      cluster.run(500);
      List<SimulatedCluster.Answer> pops = new ArrayList<>();
      int[] all = cluster.map().partitionsOf(1);
      cluster.move(1, 2, Arrays.copyOfRange(all, 0, all.length / 2));
      int pushed = 0;
      for (int round = 0; round < 40; round++) {
        for (int i = cluster.random.nextInt(10); i > 0; i--) {
          pops.add(cluster.send("BLPOP", "list:" + cluster.random.nextInt(20), "0"));
        }
        for (int i = cluster.random.nextInt(5); i > 0; i--) {
          cluster.send("RPUSH", "list:" + cluster.random.nextInt(20), "e" + pushed++ + ";");
        }
        cluster.run(cluster.random.nextInt(60));
        if (round == 20) {
          // One after the other: nothing that was pushed is lost.
          cluster.run(2_000);
          cluster.allInSync(2);
          cluster.run(100);
          cluster.promote(2, replicaNode(2));
        }
      }
      cluster.run(12_000);
      for (int key = 0; key < 20; key++) {
        for (int i = 0; i < pops.size(); i++) {
          cluster.send("RPUSH", "list:" + key, "e" + pushed++ + ";");
        }
      }
      cluster.run(1_000);
      Map<String, Integer> popped = new HashMap<>();
      for (SimulatedCluster.Answer pop : pops) {
        assertThat(pop.text).as("seed %d", seed).startsWith("*2\r\n");
        popped.merge(pop.text.split("\r\n")[4], 1, Integer::sum);
      }
      assertThat(popped.values()).as("seed %d", seed).containsOnly(1);
      int left = 0;
      for (int key = 0; key < 20; key++) {
        String length = cluster.send("LLEN", "list:" + key).text;
        left += Integer.parseInt(length.substring(1).trim());
      }
      assertThat(left).as("seed %d", seed).isEqualTo(pushed - pops.size());
    }
  }

  private static void increment(
      SimulatedCluster cluster, Map<String, Integer> expected, int count) {
    for (int i = 0; i < count; i++) {
      String key = "key:" + cluster.random.nextInt(KEYS);
      cluster.send("INCR", key);
      expected.merge(key, 1, Integer::sum);
    }
  }
}
