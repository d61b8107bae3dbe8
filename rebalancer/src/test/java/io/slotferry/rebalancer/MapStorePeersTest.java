package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.Node;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.MapDelta;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three peers over gRPC. */
@Timeout(180)
class MapStorePeersTest {
  private static final int SNAPSHOT_EVERY = 20;

  @TempDir Path folder;
  private final Map<String, TestPeer> peers = new TreeMap<>();
  private Vertx vertx;
  private Map<String, String> addresses;

  @BeforeEach
  void start() throws IOException {
    vertx = Vertx.vertx();
    addresses = freeAddresses();
    for (String id : addresses.keySet()) {
      startPeer(id);
    }
  }

  @AfterEach
  void stop() {
    peers.values().forEach(TestPeer::close);
    TestPeer.get(vertx.close());
  }

  static Map<String, String> freeAddresses() throws IOException {
    Map<String, String> addresses = new HashMap<>();
    List<ServerSocket> taken = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      taken.add(socket);
      addresses.put("rebalancer-" + i, "127.0.0.1:" + socket.getLocalPort());
    }
    for (ServerSocket socket : taken) {
      socket.close();
    }
    return addresses;
  }

  private TestPeer startPeer(String id) {
    TestPeer peer =
        TestPeer.started(
            vertx,
            new MapStoreOptions(
                "test", id, addresses, "127.0.0.1", folder.resolve(id), SNAPSHOT_EVERY));
    peers.put(id, peer);
    return peer;
  }

  private void closePeer(TestPeer peer) {
    peers.remove(peer.id());
    peer.close();
  }

  private TestPeer leader() {
    List<TestPeer> all = List.copyOf(peers.values());
    TestPeer.get(Future.any(all.stream().map(TestPeer::leadingSoon).toList()));
    return all.stream().filter(TestPeer::leading).findFirst().orElseThrow();
  }

  @Test
  void aNewLeaderTakesOverAndNoAcceptedChangeIsLostOrDoubled() {
    List<String> acknowledged = new ArrayList<>();
    TestPeer leader = leader();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 15; i++) {
        String id = "shard-" + round + "-" + i;
        leader.accepted(TestPeer.node(id));
        acknowledged.add(id);
      }
      List<Future<ChangeAnswer>> unanswered = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        unanswered.add(leader.proposing(TestPeer.node("maybe-" + round + "-" + i)));
      }
      TestPeer old = leader;
      closePeer(old);
      for (int i = 0; i < unanswered.size(); i++) {
        if (TestPeer.get(unanswered.get(i)) instanceof ChangeAnswer.Accepted) {
          acknowledged.add("maybe-" + round + "-" + i);
        }
      }
      leader = leader();
      assertThat(leader.id()).isNotEqualTo(old.id());
      ClusterMap map = leader.map();
      assertThat(acknowledged).allMatch(id -> map.node(id) != null);
      startPeer(old.id()).awaitVersion(map.version());
    }

    long version = leader.map().version();
    peers.values().forEach(peer -> peer.awaitVersion(version));
    for (TestPeer peer : peers.values()) {
      assertThat(MapCodec.encode(peer.map())).isEqualTo(MapCodec.encode(leader.map()));
      assertThat(nodesPut(peer.deltas())).doesNotHaveDuplicates();
    }
  }

  private static List<String> nodesPut(List<MapDelta> deltas) {
    return deltas.stream()
        .map(delta -> ((MapChange.PutNode) MapCodec.decodeChange(delta.change())).node().id())
        .toList();
  }

  @Test
  void aPeerThatWasAwayForLongGetsASnapshot() {
    TestPeer leader = leader();
    leader.accepted(TestPeer.node("before"));
    TestPeer away =
        peers.values().stream().filter(peer -> !peer.leading()).findFirst().orElseThrow();
    closePeer(away);
    for (int i = 0; i < 6 * SNAPSHOT_EVERY; i++) {
      leader.accepted(
          new MapChange.PutNode(
              new Node("shard-" + i % 3, Set.of(), "h".repeat(30_000) + i, 0, 0, 0, "")));
    }

    TestPeer back = startPeer(away.id());
    back.awaitVersion(leader.map().version());

    assertThat(MapCodec.encode(back.map())).isEqualTo(MapCodec.encode(leader.map()));
    assertThat(back.deltas()).as("most came with the snapshot").hasSizeLessThan(SNAPSHOT_EVERY * 3);
  }

  @Test
  void withoutAMajorityNobodyLeadsAndNothingIsAccepted() {
    TestPeer leader = leader();
    leader.accepted(TestPeer.node("shard-1"));
    for (TestPeer other : List.copyOf(peers.values())) {
      if (other != leader) {
        closePeer(other);
      }
    }

    assertThat(leader.propose(TestPeer.node("shard-2"))).isInstanceOf(ChangeAnswer.Unknown.class);
    leader.awaitNotLeading();
    assertThatThrownBy(() -> TestPeer.get(leader.confirming())).isNotNull();
    assertThat(leader.map().node("shard-2")).isNull();
  }

  @Test
  void peersFindEachOtherAtNewAddresses() throws IOException {
    TestPeer leader = leader();
    for (int i = 0; i < 5; i++) {
      leader.accepted(TestPeer.node("shard-" + i));
    }
    List.copyOf(peers.values()).forEach(this::closePeer);

    addresses = freeAddresses();
    addresses.keySet().forEach(this::startPeer);

    assertThat(leader().map().version()).isEqualTo(5);
    assertThat(leader().accepted(TestPeer.node("shard-5"))).isEqualTo(6);
  }

  @Test
  void aTakenPortFailsTheStart() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      TestPeer peer =
          new TestPeer(
              vertx,
              new MapStoreOptions(
                  "other",
                  "rebalancer-1",
                  Map.of("rebalancer-1", address, "rebalancer-2", "127.0.0.1:1"),
                  "127.0.0.1",
                  folder.resolve("other"),
                  SNAPSHOT_EVERY));
      assertThatThrownBy(peer::start)
          .hasMessageContaining("cannot be opened")
          .hasMessageContaining(address);
    }
  }
}
