package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Role;
import io.slotferry.topology.Tablet;
import io.slotferry.topology.message.LoadReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AutomationTest {
  private static final long SPLIT_BYTES = 1000;
  private static final int SPLIT_OPERATIONS = 500;
  private static final int EVENTS = 1;

  private ClusterMap map = ClusterMap.EMPTY;
  private Loads loads = Loads.NONE;
  private Automation automation =
      new Automation(new AutomationSettings(null, SPLIT_BYTES, SPLIT_OPERATIONS));
  private long nowMillis;

  AutomationTest() {
    List<MapChange.ShardPlacement> placements = new ArrayList<>();
    for (int shard = 1; shard <= 2; shard++) {
      String name = "shard-" + shard;
      apply(new MapChange.PutNode(new Node(name, Set.of(Role.SHARD), "", 0, 0, shard, "")));
      placements.add(new MapChange.ShardPlacement(shard, name, List.of()));
    }
    apply(new MapChange.CreateCluster(placements));
    apply(
        new MapChange.CreateKeyspace(
            EVENTS, "e", Partitioning.RANGE, KeyOrder.NATURAL, Durability.ASYNC, List.of()));
    automation.startOver(0);
  }

  private void apply(MapChange change) {
    map = ((Outcome.Accepted) map.apply(change)).map();
  }

  private Keyspace events() {
    Keyspace keyspace = map.keyspace(EVENTS);
    assertThat(keyspace).isNotNull();
    return keyspace;
  }

  private static byte[] key(int number) {
    return ("k" + number).getBytes(StandardCharsets.US_ASCII);
  }

  private void report(PartitionLoad... all) {
    for (int shard = 1; shard <= 2; shard++) {
      int of = shard;
      List<PartitionLoad> own =
          List.of(all).stream().filter(load -> map.shardOf(load.partition()) == of).toList();
      loads = loads.with(new LoadReport(shard, 0, own), map);
    }
  }

  /** The next time it looks. */
  private List<MapChange> look() {
    nowMillis += Automation.INTERVAL_MILLIS;
    Agenda agenda = new Agenda(map);
    automation.visit(agenda, loads, nowMillis, nowMillis);
    map = agenda.map();
    return agenda.changes();
  }

  private PartitionLoad first(long bytes, int operations) {
    int partition = events().tablets().getFirst().partition();
    return new PartitionLoad(partition, 10, bytes, operations, operations, key(5), key(7));
  }

  @Test
  void aLargeTabletIsCutAtTheMiddleOfItsKeysAndABusyOneAtThatOfItsCommands() {
    report(first(SPLIT_BYTES + 1, 0));
    look();
    assertThat(events().tablets().getLast().from()).isEqualTo(key(5));
    assertThat(events().tablets().getLast().automatic()).isTrue();

    apply(new MapChange.MergeTablets(EVENTS, key(5)));
    report(first(0, 4 * SPLIT_OPERATIONS));
    look();
    assertThat(events().tablets().getLast().from()).isEqualTo(key(7));
  }

  @Test
  void nothingIsDoneWithoutReportsOfAllShardsOrBetweenTimes() {
    loads = loads.with(new LoadReport(1, 0, List.of(first(SPLIT_BYTES + 1, 0))), map);
    assertThat(look()).isEmpty();
    report(first(SPLIT_BYTES + 1, 0));
    Agenda agenda = new Agenda(map);
    automation.visit(agenda, loads, nowMillis + 1, 0);
    assertThat(agenda.changes()).isEmpty();
  }

  @Test
  void boundariesThatSomebodyNamedStay() {
    apply(new MapChange.SplitTablet(EVENTS, key(3), false));
    apply(new MapChange.SplitTablet(EVENTS, key(6), true));
    report();
    look();
    assertThat(events().tablets().stream().map(Tablet::from)).containsExactly(new byte[0], key(3));
  }

  /** Keys of chance in, some out: each tablet ends in its bounds, and then all stays as it is. */
  @Test
  void tabletsFollowTheirSizeAndComeToRest() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      AutomationTest test = new AutomationTest();
      for (int phase = 0; phase < 4; phase++) {
        int keys = random.nextInt(20_000);
        int changes = 1;
        for (int round = 0; round < 30 && changes > 0; round++) {
          test.report(test.loadsOf(keys));
          changes = test.look().size();
        }
        assertThat(changes).as("seed %d: at rest with %d keys", seed, keys).isZero();
        for (PartitionLoad load : test.loadsOf(keys)) {
          assertThat(load.bytes()).as("seed %d", seed).isLessThanOrEqualTo(SPLIT_BYTES);
        }
        int fewest = (int) (keys / SPLIT_BYTES);
        assertThat(test.events().tablets().size())
            .as("seed %d: with %d keys", seed, keys)
            .isBetween(fewest, 2 + 2 * Automation.MERGE_PART * (fewest + 1));
      }
    }
  }

  /** Keys 0 to {@code keys}, each a byte. */
  private PartitionLoad[] loadsOf(int keys) {
    List<PartitionLoad> all = new ArrayList<>();
    for (Tablet tablet : events().tablets()) {
      int from = tablet.from().length == 0 ? 0 : number(tablet.from());
      int to = tablet.to() == null ? keys : Math.min(keys, number(tablet.to()));
      int size = Math.max(0, to - from);
      byte[] middle = size > 1 ? key(from + size / 2) : null;
      all.add(new PartitionLoad(tablet.partition(), size, size, 0, 0, middle, null));
    }
    return all.toArray(PartitionLoad[]::new);
  }

  private static int number(byte[] key) {
    return Integer.parseInt(new String(key, 1, key.length - 1, StandardCharsets.US_ASCII));
  }

  @Test
  void anUnevenClusterIsRebalancedTheSecondTimeAndOneAtATime() {
    automation = new Automation(new AutomationSettings(Objective.LOAD, 0, 0));
    automation.startOver(nowMillis);
    report(
        new PartitionLoad(1, 1, 1, 50_000, 50_000, null, null),
        new PartitionLoad(2, 1, 1, 50_000, 50_000, null, null));
    assertThat(look()).isEmpty();
    assertThat(look())
        .singleElement()
        .isInstanceOfSatisfying(
            MapChange.BeginOperation.class,
            begun -> assertThat(begun.objective()).isEqualTo(Objective.LOAD));
    assertThat(look()).isEmpty();
    assertThat(look()).as("one is under way").isEmpty();
  }
}
