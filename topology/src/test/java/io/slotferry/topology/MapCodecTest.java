package io.slotferry.topology;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MapCodecTest {
  private static final int SEEDS = 50;

  @Test
  void changesComeBackAsTheyWere() {
    for (int seed = 0; seed < SEEDS; seed++) {
      for (MapChange change : RandomChanges.oneOfEach(seed)) {
        MapChange decoded = MapCodec.decodeChange(MapCodec.encode(change));

        assertThat(decoded).as("seed %d", seed).usingRecursiveComparison().isEqualTo(change);
      }
    }
  }

  /** These numbers stand in logs on disk: a new kind gets a new one, none ever changes. */
  @Test
  void codesStayWhatTheyAre() {
    assertThat(RandomChanges.oneOfEach(1).stream().map(MapCodecTest::nameAndCode))
        .containsExactlyInAnyOrder(
            "PutNode 1",
            "RemoveNode 2",
            "CreateCluster 3",
            "CreateShard 4",
            "RemoveShard 5",
            "SetDraining 6",
            "AddReplica 7",
            "RemoveReplica 8",
            "Promote 9",
            "SetInSync 10",
            "CreateKeyspace 11",
            "DropKeyspace 12",
            "SplitTablet 13",
            "BeginMove 14",
            "CommitMove 15",
            "CancelMove 16",
            "BeginOperation 17",
            "UpdateOperation 18",
            "SetSuccessor 19",
            "MovePartitions 20",
            "PauseOperation 21",
            "CancelOperation 22",
            "ChangeSettings 23",
            "ChangeUsers 24",
            "SetLibraries 25",
            "MergeTablets 26");
    assertThat(Role.values())
        .containsExactly(Role.GATEWAY, Role.SHARD, Role.REPLICA, Role.REBALANCER);
    assertThat(Partitioning.values()).containsExactly(Partitioning.HASH, Partitioning.RANGE);
    assertThat(KeyOrder.values()).containsExactly(KeyOrder.BYTES, KeyOrder.NATURAL);
    assertThat(Durability.values()).containsExactly(Durability.ASYNC, Durability.SYNC);
    assertThat(Operation.Kind.values())
        .containsExactly(
            Operation.Kind.ADD_SHARD,
            Operation.Kind.REMOVE_SHARD,
            Operation.Kind.REBALANCE,
            Operation.Kind.MOVE);
    assertThat(Operation.State.values())
        .containsExactly(
            Operation.State.WAITING_FOR_NODE,
            Operation.State.RUNNING,
            Operation.State.PAUSED,
            Operation.State.DONE,
            Operation.State.CANCELLED,
            Operation.State.FAILED);
  }

  @Test
  void layoutOfAPromotionStaysWhatItIs() {
    assertThat(MapCodec.encode(new MapChange.Promote(2, 3, "n", 4, true)))
        .containsExactly(
            3, 9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 'n', 0, 0, 0, 0, 0, 0, 0, 4, 1);
  }

  @Test
  void aSplitOfTheFirstFormatWasNamedBySomebody() {
    byte[] old = {1, 13, 0, 0, 0, 7, 0, 0, 0, 1, 'k'};

    assertThat(MapCodec.decodeChange(old))
        .isInstanceOfSatisfying(
            MapChange.SplitTablet.class, split -> assertThat(split.automatic()).isFalse());
  }

  /**
   * Settings and users, libraries, the first tablet of a keyspace without any, and zones came
   * later.
   */
  @Test
  void aMapOfTheFirstFormatHasNoSettings() {
    ClusterMap map = startOf(2);
    byte[] now = MapCodec.encode(map);
    byte[] image = withoutZones(now, map);
    int end = image.length - 3 * Integer.BYTES - Long.BYTES;
    int firstTablet = end - 4 * Integer.BYTES;
    byte[] old = Arrays.copyOf(image, end - Integer.BYTES);
    System.arraycopy(image, firstTablet + Integer.BYTES, old, firstTablet, 3 * Integer.BYTES);
    old[0] = 1;

    assertThat(MapCodec.encode(MapCodec.decodeMap(old))).isEqualTo(now);
  }

  @Test
  void brokenBytesAreRefusedAndNothingElseHappens() {
    byte[] image = MapCodec.encode(startOf(2));
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 4_000; i++) {
      byte[] broken = image.clone();
      broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      refused += refuses(random.nextBoolean() ? broken : cut(broken, random)) ? 1 : 0;
    }
    assertThat(refused).isBetween(2_000, 4_000);
  }

  @Test
  void aNodeOfAnEarlierFormatIsInNoZone() {
    MapChange put = new MapChange.PutNode(new Node("n", Set.of(Role.SHARD), "h", 1, 2, 3, ""));
    byte[] now = MapCodec.encode(put);
    byte[] earlier = Arrays.copyOf(now, now.length - Integer.BYTES);
    earlier[0] = 2;

    assertThat(MapCodec.decodeChange(earlier)).isEqualTo(put);
  }

  @Test
  void bytesOfAnotherFormatAreRefused() {
    byte[] image = MapCodec.encode(ClusterMap.EMPTY);
    image[0] = 9;

    assertThatThrownBy(() -> MapCodec.decodeMap(image))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("format 9 is unknown");
  }

  /** The nodes of {@code map} are in no zone: an empty text at the end of each. */
  private static byte[] withoutZones(byte[] image, ClusterMap map) {
    String earlier = new String(image, ISO_8859_1);
    for (Node node : map.nodes()) {
      String put = new String(MapCodec.encode(new MapChange.PutNode(node)), ISO_8859_1);
      String bytes = put.substring(2);
      earlier = earlier.replace(bytes, bytes.substring(0, bytes.length() - Integer.BYTES));
    }
    return earlier.getBytes(ISO_8859_1);
  }

  private static String nameAndCode(MapChange change) {
    return change.getClass().getSimpleName() + " " + MapCodec.encode(change)[1];
  }

  private static byte[] cut(byte[] bytes, Random random) {
    return Arrays.copyOf(bytes, random.nextInt(bytes.length));
  }

  private static boolean refuses(byte[] bytes) {
    try {
      return MapCodec.decodeMap(bytes).version() < 0;
    } catch (IllegalArgumentException _) {
      return true;
    }
  }

  private static ClusterMap startOf(int shards) {
    ClusterMap map = ClusterMap.EMPTY;
    List<MapChange> changes = RandomChanges.start(shards);
    for (MapChange change : changes) {
      map = ((Outcome.Accepted) map.apply(change)).map();
    }
    return map;
  }
}
