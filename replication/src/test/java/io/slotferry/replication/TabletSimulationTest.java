package io.slotferry.replication;

import static io.slotferry.replication.SimulatedCluster.leaderNode;
import static io.slotferry.replication.SimulatedCluster.replicaNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.OrderedKeys;
import io.slotferry.engine.store.Partition;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Tablet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tablets are cut, merged and moved under load, while copies are lost and come back; from seeds.
 */
class TabletSimulationTest {
  private static final int SEEDS = 30;
  private static final int KEYS = 200;
  private static final int EVENTS = 1;

  /** How often each key was incremented. */
  private final Map<String, Integer> expected = new HashMap<>();

  private static SimulatedCluster cluster(long seed, int shards) {
    SimulatedCluster cluster = new SimulatedCluster(seed, shards);
    List<byte[]> splits = List.of(bytes(key(KEYS / 2)));
    cluster.change(
        new MapChange.CreateKeyspace(
            EVENTS, "events", Partitioning.RANGE, KeyOrder.NATURAL, Durability.ASYNC, splits));
    cluster.use(EVENTS);
    cluster.run(100);
    return cluster;
  }

  private static String key(int number) {
    return "event:" + number;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1})
  void nothingIsLostOrDoubledWhateverBecomesOfTheTablets(double loss) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      expected.clear();
      SimulatedCluster cluster = cluster(seed, 2);
      for (int round = 0; round < 60; round++) {
        cluster.network.disturb(loss);
        int event = cluster.random.nextInt(12);
        switch (event) {
          case 0, 1, 2 -> split(cluster);
          case 3, 4, 5 -> merge(cluster);
          case 6 -> move(cluster);
          case 7 -> restart(cluster, replicaNode(1 + cluster.random.nextInt(2)));
          case 8 -> failOver(cluster, 1 + cluster.random.nextInt(2));
          default -> {}
        }
        increment(cluster, 20);
        cluster.run(cluster.random.nextInt(150));
      }
      cluster.network.disturb(0);
      cluster.run(12_000);
      check(cluster, seed);
    }
  }

  private void increment(SimulatedCluster cluster, int count) {
    for (int i = 0; i < count; i++) {
      String key = key(cluster.random.nextInt(KEYS));
      cluster.send("INCR", key);
      expected.merge(key, 1, Integer::sum);
    }
  }

  /** Whether it is refused (a move is under way, say) is the map's affair. */
  private static void propose(SimulatedCluster cluster, MapChange change) {
    if (cluster.map().apply(change) instanceof Outcome.Accepted) {
      cluster.change(change);
    }
  }

  private static void split(SimulatedCluster cluster) {
    byte[] at = bytes(key(cluster.random.nextInt(KEYS)));
    propose(cluster, new MapChange.SplitTablet(EVENTS, at, false));
  }

  private static void merge(SimulatedCluster cluster) {
    List<Tablet> tablets = cluster.map().keyspace(EVENTS).tablets();
    byte[] at = tablets.get(cluster.random.nextInt(tablets.size())).from();
    propose(cluster, new MapChange.MergeTablets(EVENTS, at));
  }

  private static void move(SimulatedCluster cluster) {
    List<Tablet> tablets = cluster.map().keyspace(EVENTS).tablets();
    Tablet tablet = tablets.get(cluster.random.nextInt(tablets.size()));
    if (cluster.map().moveOf(tablet.partition()) == null) {
      cluster.move(tablet.shard(), 3 - tablet.shard(), new int[] {tablet.partition()});
    }
  }

  /** Without its memory: it gets everything again, while tablets go on to change. */
  private static void restart(SimulatedCluster cluster, String node) {
    if (!cluster.map().shardOn(node).leader().equals(node)) {
      cluster.stop(node);
      cluster.start(node);
    }
  }

  /** To a replica that has everything. */
  private static void failOver(SimulatedCluster cluster, int shard) {
    cluster.network.disturb(0);
    cluster.run(8_000);
    String leader = cluster.shard(shard).leader();
    String replica = leader.equals(leaderNode(shard)) ? replicaNode(shard) : leaderNode(shard);
    cluster.allInSync(shard);
    split(cluster);
    merge(cluster);
    cluster.stop(leader);
    cluster.promote(shard, replica);
    cluster.start(leader);
  }

  private void check(SimulatedCluster cluster, long seed) {
    for (int shard = 1; shard <= 2; shard++) {
      assertThat(cluster.contentOf(replicaNode(shard)))
          .as("seed %d: copies of shard %d", seed, shard)
          .isEqualTo(cluster.contentOf(leaderNode(shard)));
    }
    Map<String, Integer> found = new HashMap<>();
    for (Tablet tablet : cluster.map().keyspace(EVENTS).tablets()) {
      ShardCopy copy = cluster.copy(cluster.shard(tablet.shard()).leader());
      for (String key : keysInOrder(copy.store().partition(tablet.partition()), tablet)) {
        found.put(key, Integer.valueOf(cluster.read(key)));
      }
    }
    assertThat(found).as("seed %d", seed).isEqualTo(expected);
  }

  private static List<String> keysInOrder(Partition partition, Tablet tablet) {
    KeyTable table = partition.demandTable(EVENTS);
    OrderedKeys ordered = table.ordered();
    List<String> keys = new ArrayList<>();
    for (long at = ordered.first(); at != OrderedKeys.NONE; at = ordered.next(at)) {
      byte[] key = ordered.copyOfKey(at);
      assertThat(KeyOrder.NATURAL.compare(key, tablet.from())).isNotNegative();
      assertThat(tablet.to() == null || KeyOrder.NATURAL.compare(key, tablet.to()) < 0).isTrue();
      keys.add(new String(key, StandardCharsets.UTF_8));
    }
    assertThat(table.size()).isEqualTo(keys.size());
    return keys;
  }

  @Test
  void keysOfADroppedKeyspaceDoNotComeBackInTheNextOne() {
    SimulatedCluster cluster = cluster(1, 1);
    increment(cluster, 100);
    cluster.run(500);
    cluster.change(new MapChange.DropKeyspace(EVENTS));
    cluster.change(
        new MapChange.CreateKeyspace(
            EVENTS, "other", Partitioning.RANGE, KeyOrder.BYTES, Durability.ASYNC, List.of()));
    cluster.run(10_000);

    assertThat(cluster.contentOf(leaderNode(1))).isEmpty();
    assertThat(cluster.contentOf(replicaNode(1))).isEmpty();
  }
}
