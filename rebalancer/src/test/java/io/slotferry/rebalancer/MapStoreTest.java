package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.MapAnswer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A peer that is alone. */
@Timeout(120)
class MapStoreTest {
  private static final int SNAPSHOT_EVERY = 50;

  @TempDir Path folder;
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() {
    TestPeer.get(vertx.close());
  }

  private MapStoreOptions options() {
    MapStoreOptions single = MapStoreOptions.single("test", "rebalancer-1", folder);
    return new MapStoreOptions(
        single.cluster(), single.peer(), single.peers(), single.bindHost(), folder, SNAPSHOT_EVERY);
  }

  private TestPeer leader() {
    TestPeer peer = TestPeer.started(vertx, options());
    peer.awaitLeading();
    return peer;
  }

  @Test
  void acceptedChangesAreInTheMapAndRefusedOnesChangeNothing() {
    TestPeer peer = leader();

    assertThat(peer.accepted(TestPeer.node("shard-1"))).isEqualTo(1);
    assertThat(peer.accepted(TestPeer.node("shard-2"))).isEqualTo(2);
    ChangeAnswer refused = peer.propose(new MapChange.RemoveNode("shard-3"));

    assertThat(refused).isInstanceOf(ChangeAnswer.Refused.class);
    assertThat(((ChangeAnswer.Refused) refused).reason()).contains("shard-3");
    assertThat(peer.map().version()).isEqualTo(2);
    assertThat(peer.map().node("shard-2")).isNotNull();
    assertThat(peer.deltas()).extracting("version").containsExactly(1L, 2L);
    assertThat(peer.leaderKnown()).isTrue();
    peer.close();
  }

  @Test
  void aRestartKeepsTheMap() {
    TestPeer peer = leader();
    for (int i = 1; i <= 10; i++) {
      peer.accepted(TestPeer.node("shard-" + i));
    }
    byte[] before = MapCodec.encode(peer.map());
    peer.close();

    TestPeer again = leader();

    assertThat(MapCodec.encode(again.map())).isEqualTo(before);
    assertThat(again.accepted(TestPeer.node("shard-11"))).isEqualTo(11);
    again.close();
  }

  @Test
  void snapshotsReplaceTheLogAndARestartReadsThem() throws IOException {
    TestPeer peer = leader();
    int changes = 4 * SNAPSHOT_EVERY;
    for (int i = 0; i < changes; i++) {
      peer.accepted(large("shard-" + i % 5));
    }
    byte[] before = MapCodec.encode(peer.map());
    peer.close();

    assertThat(filesNamed("snapshot.*")).hasSizeBetween(1, 4);
    assertThat(filesNamed("log_0-.*")).as("the first segment is dropped").isEmpty();
    TestPeer again = leader();
    assertThat(again.map().version()).isEqualTo(changes);
    assertThat(MapCodec.encode(again.map())).isEqualTo(before);
    assertThat(again.deltas()).as("nothing is left to replay").isEmpty();
    assertThat(again.accepted(TestPeer.node("shard-1"))).isEqualTo(changes + 1);
    again.close();
  }

  /** So large that a segment of the log holds only some dozens of them. */
  private static MapChange large(String id) {
    MapChange.PutNode put = (MapChange.PutNode) TestPeer.node(id);
    return new MapChange.PutNode(new Node(id, put.node().roles(), "h".repeat(40_000), 0, 0, 0, ""));
  }

  private List<Path> filesNamed(String pattern) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.getFileName().toString().matches(pattern)).toList();
    }
  }

  @Test
  void readersGetTheChangesTheyLackOrTheWholeMap() {
    TestPeer peer = leader();
    List<Future<ChangeAnswer>> answers = new ArrayList<>();
    int changes = MapAnswer.Changes.COUNT_MAX + 20;
    for (int i = 1; i <= changes; i++) {
      answers.add(peer.proposing(TestPeer.node("shard-" + i)));
      if (answers.size() == MapStore.IN_FLIGHT_MAX) {
        answers.forEach(TestPeer::get);
        answers.clear();
      }
    }
    answers.forEach(TestPeer::get);
    ClusterMap map = peer.map();
    assertThat(map.version()).isEqualTo(changes);

    MapAnswer.Changes some = (MapAnswer.Changes) peer.since(changes - 2);
    assertThat(some.fromVersion()).isEqualTo(changes - 2);
    assertThat(some.changes()).hasSize(2);
    assertThat(((MapAnswer.Changes) peer.since(changes)).changes()).isEmpty();

    MapAnswer.Image whole = (MapAnswer.Image) peer.since(3);
    assertThat(MapCodec.decodeMap(whole.map()).version()).isEqualTo(changes);
    MapAnswer.Changes most = (MapAnswer.Changes) peer.since(20);
    assertThat(most.changes()).hasSize(MapAnswer.Changes.COUNT_MAX);
    peer.close();
  }

  @Test
  void deltasMakeTheSameMap() {
    TestPeer peer = leader();
    for (int i = 1; i <= 20; i++) {
      peer.accepted(TestPeer.node("shard-" + i));
    }
    ClusterMap built = ClusterMap.EMPTY;
    for (byte[] change : ((MapAnswer.Changes) peer.since(0)).changes()) {
      built = ((Outcome.Accepted) built.apply(MapCodec.decodeChange(change))).map();
    }
    assertThat(MapCodec.encode(built)).isEqualTo(MapCodec.encode(peer.map()));
    peer.close();
  }

  @Test
  void proposalsBeyondTheBoundAreRefusedAtOnce() {
    TestPeer peer = leader();
    List<Future<ChangeAnswer>> answers = new ArrayList<>();
    for (int i = 0; i < 20 * MapStore.IN_FLIGHT_MAX; i++) {
      answers.add(peer.proposing(TestPeer.node("shard-" + i)));
    }
    long accepted =
        answers.stream().map(TestPeer::get).filter(ChangeAnswer.Accepted.class::isInstance).count();

    assertThat(accepted).isGreaterThanOrEqualTo(MapStore.IN_FLIGHT_MAX).isLessThan(answers.size());
    assertThat(peer.map().version()).isEqualTo(accepted);
    assertThat(peer.propose(TestPeer.node("later"))).isInstanceOf(ChangeAnswer.Accepted.class);
    peer.close();
  }

  @Test
  void aChangeThatIsTooLargeIsRefused() {
    TestPeer peer = leader();
    MapChange change =
        new MapChange.MovePartitions(1, new int[RaftSettings.CHANGE_BYTES_MAX / 4 + 1], 0);
    assertThat(peer.propose(change)).isInstanceOf(ChangeAnswer.Refused.class);
    assertThat(peer.map().version()).isZero();
    peer.close();
  }

  @Test
  void confirmsItsLeadershipUntilItIsClosed() {
    TestPeer peer = leader();
    TestPeer.get(peer.confirming());
    peer.close();
    assertThatThrownBy(() -> TestPeer.get(peer.confirming())).hasMessageContaining("stopped");
    assertThat(peer.propose(TestPeer.node("late"))).isInstanceOf(ChangeAnswer.Refused.class);
  }

  @Test
  void aFolderThatIsInUseFailsTheStart() {
    TestPeer peer = leader();
    TestPeer second = new TestPeer(vertx, options());
    assertThatThrownBy(second::start)
        .hasMessageContaining("cannot be opened")
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("already locked");
    assertThat(peer.accepted(TestPeer.node("still-there"))).isEqualTo(1);
    peer.close();
  }

  @Test
  void aSnapshotThatCannotBeReadFailsTheStart() throws IOException {
    TestPeer peer = leader();
    peer.accepted(TestPeer.node("shard-1"));
    peer.close();
    Path snapshot = filesNamed("snapshot\\.\\d+_\\d+").getFirst();
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[bytes.length / 2] ^= 1;
    Files.write(snapshot, bytes);

    TestPeer again = new TestPeer(vertx, options());
    assertThatThrownBy(again::start).hasMessageContaining("cannot be opened");
  }
}
