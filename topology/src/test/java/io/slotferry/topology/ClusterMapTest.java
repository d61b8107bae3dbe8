package io.slotferry.topology;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterMapTest {
  private ClusterMap map = ClusterMap.EMPTY;

  @BeforeEach
  void createClusterOfThree() {
    RandomChanges.start(3).forEach(this::accept);
  }

  @Test
  void slotsAreSpreadAsRedisSpreadsThem() {
    assertThat(List.of(map.shardOf(0), map.shardOf(5460))).containsOnly(1);
    assertThat(List.of(map.shardOf(5461), map.shardOf(10922))).containsOnly(2);
    assertThat(List.of(map.shardOf(10923), map.shardOf(16383))).containsOnly(3);
    assertThat(map.slotsOf(2)).isEqualTo(5462);
    assertThat(map.partitionsOf(1)).hasSize(5461).startsWith(0).endsWith(5460).isSorted();
  }

  @Test
  void whatDoesNotExistHasNoOwner() {
    assertThat(map.shardOf(-1)).isEqualTo(ClusterMap.NO_SHARD);
    assertThat(map.shardOf(Slots.COUNT)).isEqualTo(ClusterMap.NO_SHARD);
    assertThat(map.partitionOf(1, new byte[0], 0, 0)).isEqualTo(ClusterMap.NO_PARTITION);
    assertThat(map.partitionOf(99, new byte[0], 0, 0)).isEqualTo(ClusterMap.NO_PARTITION);
    assertThat(map.keyspace("events")).isNull();
  }

  @Test
  void aRangeKeyspaceRoutesByTablet() {
    accept(range("events", "event:500", "event:1000", "event:2000"));

    assertThat(map.keyspace("events")).isSameAs(map.keyspace(1)).isSameAs(map.keyspace("1"));
    assertThat(partitionOf("")).isEqualTo(Slots.COUNT);
    assertThat(partitionOf("event:499")).isEqualTo(Slots.COUNT);
    assertThat(partitionOf("event:500")).isEqualTo(Slots.COUNT + 1);
    assertThat(partitionOf("event:999")).isEqualTo(Slots.COUNT + 1);
    assertThat(partitionOf("event:1000")).isEqualTo(Slots.COUNT + 2);
    assertThat(partitionOf("zzz")).isEqualTo(Slots.COUNT + 3);
    assertThat(map.keyspace(1).tablets().stream().map(Tablet::shard)).containsExactly(1, 1, 2, 3);
  }

  @Test
  void aSplitKeepsTheOwnerAndTheLowerPartsId() {
    accept(range("events"));
    accept(new MapChange.SplitTablet(1, bytes("event:7"), false));

    assertThat(partitionOf("event:6")).isEqualTo(Slots.COUNT);
    assertThat(partitionOf("event:10")).isEqualTo(Slots.COUNT + 1);
    assertThat(map.shardOf(Slots.COUNT + 1)).isEqualTo(map.shardOf(Slots.COUNT));
    assertThat(refusal(new MapChange.SplitTablet(1, bytes("event:7"), false)))
        .isEqualTo("a tablet starts at that key already");
    assertThat(refusal(new MapChange.SplitTablet(0, bytes("x"), false)))
        .isEqualTo("keyspace 0 is not partitioned by range");
  }

  @Test
  void twoTabletsBecomeOneWithAFreshId() {
    accept(range("events"));
    accept(new MapChange.SplitTablet(1, bytes("event:5"), true));
    accept(new MapChange.SplitTablet(1, bytes("event:7"), false));
    assertThat(map.keyspace(1).tablets().stream().map(Tablet::automatic))
        .containsExactly(false, true, false);

    accept(new MapChange.MergeTablets(1, bytes("event:7")));

    assertThat(map.keyspace(1).tablets()).hasSize(2);
    Tablet merged = map.keyspace(1).tablets().getLast();
    assertThat(merged.partition()).isEqualTo(Slots.COUNT + 3);
    assertThat(merged.from()).isEqualTo(bytes("event:5"));
    assertThat(merged.to()).isNull();
    assertThat(merged.automatic()).isTrue();
    assertThat(map.shardOf(Slots.COUNT + 1)).isEqualTo(ClusterMap.NO_SHARD);
    assertThat(refusal(new MapChange.MergeTablets(1, bytes("event:7"))))
        .isEqualTo("no two tablets meet at that key");
    assertThat(refusal(new MapChange.MergeTablets(1, new byte[0])))
        .isEqualTo("no two tablets meet at that key");
    assertThat(refusal(new MapChange.MergeTablets(0, bytes("x"))))
        .isEqualTo("keyspace 0 is not partitioned by range");
  }

  @Test
  void tabletsOfTwoShardsAreNotMerged() {
    accept(range("events", "m"));

    assertThat(refusal(new MapChange.MergeTablets(1, bytes("m"))))
        .isEqualTo("the tablets at that key are on shards 1 and 2: move one of them first");
  }

  @Test
  void idsOfDroppedTabletsAreNotUsedAgain() {
    accept(range("events", "m"));
    accept(new MapChange.DropKeyspace(1));
    accept(range("other"));

    assertThat(map.keyspace(1).tablets().getFirst().partition()).isEqualTo(Slots.COUNT + 2);
    assertThat(map.shardOf(Slots.COUNT)).isEqualTo(ClusterMap.NO_SHARD);
  }

  @Test
  void keyspacesAreRefusedWithAReason() {
    accept(range("events"));

    assertThat(refusal(range("events"))).isEqualTo("keyspace events exists already");
    assertThat(refusal(range("a b"))).startsWith("a keyspace's name has 1 to 64 letters");
    assertThat(refusal(range("7"))).startsWith("a keyspace's name may be a number only if");
    assertThat(refusal(range("x", "b", "a")))
        .isEqualTo("the split keys must ascend in the keyspace's order");
    assertThat(refusal(range("x", ""))).startsWith("a split key has 1 to");
    assertThat(refusal(new MapChange.DropKeyspace(0))).isEqualTo("keyspace 0 cannot be dropped");
  }

  @Test
  void aPromotionRaisesTheEpochAndPutsTheOldLeaderOutOfSync() {
    accept(new MapChange.Promote(1, 0, "shard-1", 7, false));
    assertThat(refusal(new MapChange.Promote(1, 1, "replica-1", 8, false)))
        .isEqualTo("node replica-1 is not in the in-sync set of shard 1");
    accept(new MapChange.SetInSync(1, 1, 1, Set.of("shard-1", "replica-1")));
    accept(new MapChange.Promote(1, 1, "replica-1", 8, false));

    Shard shard = map.shard(1);
    assertThat(shard.leader()).isEqualTo("replica-1");
    assertThat(shard.incarnation()).isEqualTo(8);
    assertThat(shard.epoch()).isEqualTo(2);
    assertThat(shard.replicas()).containsExactly("shard-1");
    assertThat(shard.inSync()).containsExactly("replica-1");
    assertThat(refusal(new MapChange.Promote(1, 1, "replica-1", 8, false)))
        .isEqualTo("shard 1 is at epoch 2, not 1");
  }

  @Test
  void aPlannedSwitchKeepsTheOldLeaderInSync() {
    accept(new MapChange.Promote(1, 0, "shard-1", 7, false));
    accept(new MapChange.SetInSync(1, 1, 1, Set.of("shard-1", "replica-1")));
    MapChange.Promote handover = new MapChange.Promote(1, 1, "replica-1", 8, true);
    assertThat(refusal(handover))
        .isEqualTo("node replica-1 is not the chosen successor of shard 1's leader");
    accept(new MapChange.SetSuccessor(1, 1, "replica-1"));
    accept(handover);

    assertThat(map.shard(1).inSync()).containsExactlyInAnyOrder("shard-1", "replica-1");
    assertThat(map.shard(1).successor()).isNull();
  }

  @Test
  void anOvertakenWishForAnInSyncSetIsRefused() {
    accept(new MapChange.Promote(1, 0, "shard-1", 7, false));
    accept(new MapChange.SetInSync(1, 1, 2, Set.of("shard-1")));

    assertThat(refusal(new MapChange.SetInSync(1, 1, 1, Set.of("shard-1", "replica-1"))))
        .isEqualTo("revision 1 of the in-sync set of shard 1 is overtaken by revision 2");
  }

  @Test
  void aSuccessorThatFallsOutOfSyncIsNoneAnyMore() {
    accept(new MapChange.Promote(1, 0, "shard-1", 7, false));
    accept(new MapChange.SetInSync(1, 1, 1, Set.of("shard-1", "replica-1")));
    accept(new MapChange.SetSuccessor(1, 1, "replica-1"));
    accept(new MapChange.SetInSync(1, 1, 2, Set.of("shard-1")));

    assertThat(map.shard(1).successor()).isNull();
  }

  @Test
  void aMoveIsCommittedInPartsAndCountsAsDone() {
    long operation = begin(new MapChange.MovePartitions(2, new int[] {1, 2, 3}, 10));
    long move = begin(new MapChange.BeginMove(operation, 1, 2, new int[] {3, 1, 2}));
    accept(new MapChange.CommitMove(move, 0, 0, new int[] {1, 3}));

    assertThat(map.shardOf(1)).isEqualTo(2);
    assertThat(map.shardOf(2)).isEqualTo(1);
    assertThat(map.move(move).partitions()).containsExactly(2);
    assertThat(map.operation(operation).done()).isEqualTo(2);
    assertThat(refusal(new MapChange.CommitMove(move, 1, 0, new int[] {2})))
        .isEqualTo("shard 1 is at epoch 0, not 1");
    accept(new MapChange.CommitMove(move, 0, 0, new int[] {2}));
    assertThat(map.moves()).isEmpty();
  }

  @Test
  void aPauseEndsTheMovesOfAnOperation() {
    long operation = begin(new MapChange.MovePartitions(2, new int[] {1, 2, 3}, 10));
    begin(new MapChange.BeginMove(operation, 1, 2, new int[] {1}));
    accept(new MapChange.PauseOperation(operation, true));

    assertThat(map.moves()).isEmpty();
    assertThat(refusal(new MapChange.BeginMove(operation, 1, 2, new int[] {1})))
        .isEqualTo("operation %d is paused", operation);
    accept(new MapChange.PauseOperation(operation, false));
    assertThat(map.operation(operation).state()).isEqualTo(Operation.State.RUNNING);
  }

  @Test
  void aCancelledRemovalLeavesTheShardAsItWas() {
    long operation = begin(remove(3));
    accept(new MapChange.SetDraining(3, true));
    accept(new MapChange.CancelOperation(operation, 99));

    assertThat(map.shard(3).draining()).isFalse();
    assertThat(map.operation(operation).endedMillis()).isEqualTo(99);
    assertThat(refusal(new MapChange.CancelOperation(operation, 99)))
        .isEqualTo("operation %d is cancelled", operation);
  }

  @Test
  void theLastShardIsNotRemoved() {
    accept(remove(1));
    accept(remove(2));

    assertThat(refusal(remove(3)))
        .isEqualTo("shard 3 is the last one: its data would have no place to go");
    assertThat(refusal(new MapChange.RemoveShard(3))).isEqualTo("shard 3 still owns partitions");
  }

  @Test
  void aShardIdThatIsUsedAgainGoesOnWithHigherEpochs() {
    accept(new MapChange.CreateShard(new MapChange.ShardPlacement(4, "spare-1", List.of())));
    accept(new MapChange.Promote(4, 0, "spare-1", 1, false));
    accept(new MapChange.Promote(4, 1, "spare-1", 2, false));
    accept(new MapChange.RemoveShard(4));
    accept(new MapChange.CreateShard(new MapChange.ShardPlacement(4, "spare-1", List.of())));
    accept(new MapChange.Promote(4, 0, "spare-1", 3, false));

    assertThat(map.shard(4).epoch()).isEqualTo(3);
  }

  @Test
  void oldOperationsAreForgotten() {
    int count = Operation.ENDED_KEPT + 20;
    for (int i = 0; i < count; i++) {
      long operation = begin(new MapChange.MovePartitions(2, new int[] {1}, i));
      accept(new MapChange.CancelOperation(operation, i));
    }

    assertThat(map.operations()).hasSize(Operation.ENDED_KEPT);
    assertThat(map.operations().iterator().next().startedMillis()).isEqualTo(20);
  }

  private static MapChange remove(int shard) {
    return new MapChange.BeginOperation(
        Operation.Kind.REMOVE_SHARD, Operation.State.RUNNING, shard, 1, "");
  }

  private static MapChange range(String name, String... splits) {
    List<byte[]> keys = List.of(splits).stream().map(ClusterMapTest::bytes).toList();
    return new MapChange.CreateKeyspace(
        -1, name, Partitioning.RANGE, KeyOrder.NATURAL, Durability.ASYNC, keys);
  }

  private int partitionOf(String key) {
    byte[] bytes = bytes("<" + key + ">");
    return map.partitionOf(1, bytes, 1, bytes.length - 2);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private void accept(MapChange change) {
    map = ((Outcome.Accepted) map.apply(change)).map();
  }

  private long begin(MapChange change) {
    accept(change);
    return map.version();
  }

  private String refusal(MapChange change) {
    return ((Outcome.Refused) map.apply(change)).reason();
  }
}
