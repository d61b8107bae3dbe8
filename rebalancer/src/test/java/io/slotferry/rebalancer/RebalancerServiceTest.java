package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.Addresses;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.MessageCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RebalancerServiceTest {
  private static final ControlSettings TWO_SHARDS = ControlSettings.of(2, 1);

  @TempDir Path folder;
  private final Map<FakeNode, String> deployments = new LinkedHashMap<>();
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() {
    TestPeer.get(vertx.close());
  }

  private String deploySingle() {
    MapStoreOptions options = MapStoreOptions.single("test", "rebalancer-1", folder);
    return deploy(new RebalancerService(options, TWO_SHARDS, RebalancerServiceTest::mustNotFail));
  }

  private static void mustNotFail(Throwable cause) {
    throw new AssertionError(cause);
  }

  private String deploy(RebalancerService service) {
    return TestPeer.get(vertx.deployVerticle(service));
  }

  private FakeNode node(String id, Role role, long incarnation) {
    FakeNode node = new FakeNode(id, role, incarnation);
    deployments.put(node, TestPeer.get(vertx.deployVerticle(node)));
    return node;
  }

  private List<FakeNode> fourNodes() {
    return List.of(
        node("shard-1", Role.SHARD, 1),
        node("shard-2", Role.SHARD, 1),
        node("replica-1", Role.REPLICA, 1),
        node("replica-2", Role.REPLICA, 1));
  }

  private static void awaitAll(List<FakeNode> nodes, Predicate<FakeNode> condition) {
    TestPeer.get(Future.all(nodes.stream().map(node -> node.when(condition)).toList()));
  }

  /** Two shards, each led, and each with its replica in sync. */
  private static boolean isComplete(ClusterMap map) {
    return map.shards().size() == 2
        && map.shards().stream().allMatch(shard -> shard.epoch() > 0 && shard.inSync().size() == 2);
  }

  private static FakeNode leaderOf(int shard, List<FakeNode> nodes) {
    Shard known = Objects.requireNonNull(nodes.getFirst().map.shard(shard));
    return nodes.stream()
        .filter(node -> node.id().equals(known.leader()))
        .findFirst()
        .orElseThrow();
  }

  private ChangeAnswer change(MapChange change) {
    return MessageCodec.decodeChangeAnswer(request(Addresses.CHANGE, MapCodec.encode(change)));
  }

  private byte[] request(String address, byte[] body) {
    return TestPeer.get(vertx.eventBus().<byte[]>request(address, body)).body();
  }

  @Test
  void theClusterIsCreatedAndItsLeadersGetLeases() {
    deploySingle();
    List<FakeNode> nodes = fourNodes();
    awaitAll(nodes, node -> isComplete(node.map));

    leaderOf(1, nodes).await(node -> node.hasLeaseOf(1));
    leaderOf(2, nodes).await(node -> node.hasLeaseOf(2));
    assertThat(nodes.get(2).leases).as("a replica has none").isEmpty();
    assertThat(nodes).allMatch(node -> node.deltas > 0);
    byte[] image = MapCodec.encode(nodes.getFirst().map);
    assertThat(nodes).allSatisfy(node -> assertThat(MapCodec.encode(node.map)).isEqualTo(image));
  }

  @Test
  void aNodeThatJoinsLateAsksForWhatItMissed() {
    deploySingle();
    awaitAll(fourNodes(), node -> isComplete(node.map));

    FakeNode late = node("gateway-1", Role.GATEWAY, 1);
    late.await(node -> isComplete(node.map) && node.map.node("gateway-1") != null);
    assertThat(late.images + late.changesPulled).isPositive();
  }

  @Test
  void aLostLeaderIsReplacedAfterItsLease() {
    deploySingle();
    List<FakeNode> nodes = fourNodes();
    awaitAll(nodes, node -> isComplete(node.map));
    FakeNode lost = leaderOf(1, nodes);
    lost.await(node -> node.hasLeaseOf(1));
    long epoch = Objects.requireNonNull(lost.map.shard(1)).epoch();

    TestPeer.get(vertx.undeploy(deployments.get(lost)));
    List<FakeNode> others = nodes.stream().filter(node -> node != lost).toList();
    awaitAll(others, node -> Objects.requireNonNull(node.map.shard(1)).epoch() == epoch + 1);

    FakeNode next = leaderOf(1, others);
    assertThat(next).isNotSameAs(lost);
    next.await(node -> node.hasLeaseOf(1));
  }

  @Test
  void aRestartOfAllPromotesTheLeadersAgain() {
    String rebalancer = deploySingle();
    List<FakeNode> nodes = fourNodes();
    awaitAll(nodes, node -> isComplete(node.map));
    for (String deployment : deployments.values()) {
      TestPeer.get(vertx.undeploy(deployment));
    }
    TestPeer.get(vertx.undeploy(rebalancer));

    deploySingle();
    List<FakeNode> again =
        nodes.stream()
            .map(node -> node(node.id(), node.id().startsWith("s") ? Role.SHARD : Role.REPLICA, 2))
            .toList();
    awaitAll(
        again,
        node ->
            isComplete(node.map)
                && node.map.shards().stream().allMatch(shard -> shard.incarnation() == 2));
    leaderOf(1, again).await(node -> node.hasLeaseOf(1));
    leaderOf(2, again).await(node -> node.hasLeaseOf(2));
  }

  @Test
  void othersMayAskForChangesButNotForLeaders() {
    deploySingle();
    List<FakeNode> nodes = fourNodes();
    awaitAll(nodes, node -> isComplete(node.map));

    ChangeAnswer created =
        change(
            new MapChange.CreateKeyspace(
                -1, "events", Partitioning.RANGE, KeyOrder.NATURAL, Durability.ASYNC, List.of()));
    assertThat(created).isInstanceOf(ChangeAnswer.Accepted.class);
    awaitAll(nodes, node -> node.map.keyspace("events") != null);

    assertThat(change(new MapChange.RemoveNode("nobody"))).isInstanceOf(ChangeAnswer.Refused.class);
    Shard shard = Objects.requireNonNull(nodes.getFirst().map.shard(1));
    assertThat(
            change(new MapChange.Promote(1, shard.epoch(), shard.replicas().getFirst(), 1, false)))
        .isInstanceOf(ChangeAnswer.Refused.class);
  }

  @Test
  void malformedRequestsFail() {
    deploySingle();
    awaitAll(fourNodes(), node -> node.map.version() > 0);
    for (String address : List.of(Addresses.CHANGE, Addresses.HEARTBEAT, Addresses.MAP)) {
      assertThatThrownBy(() -> request(address, new byte[] {99}))
          .isInstanceOfSatisfying(
              ReplyException.class,
              e -> assertThat(e.failureCode()).isEqualTo(RebalancerService.MALFORMED));
    }
  }

  @Test
  void anotherRebalancerTakesOver() throws IOException {
    Map<String, String> addresses = MapStorePeersTest.freeAddresses();
    Map<String, RebalancerService> services = new TreeMap<>();
    Map<String, String> ids = new TreeMap<>();
    for (String peer : addresses.keySet()) {
      MapStoreOptions options =
          new MapStoreOptions("test", peer, addresses, "127.0.0.1", folder.resolve(peer), 1_000);
      RebalancerService service =
          new RebalancerService(options, TWO_SHARDS, RebalancerServiceTest::mustNotFail);
      ids.put(peer, deploy(service));
      services.put(peer, service);
    }
    List<FakeNode> nodes = fourNodes();
    awaitAll(nodes, node -> isComplete(node.map));
    FakeNode leader = leaderOf(1, nodes);
    leader.await(node -> node.hasLeaseOf(1));
    assertThat(services.values()).allMatch(RebalancerService::ready);

    String leading =
        services.keySet().stream()
            .filter(peer -> services.get(peer).leading())
            .findFirst()
            .orElseThrow();
    TestPeer.get(vertx.undeploy(ids.get(leading)));
    FakeNode late = node("gateway-1", Role.GATEWAY, 1);
    awaitAll(nodes, node -> node.map.node("gateway-1") != null);
    late.await(node -> isComplete(node.map));
    leader.await(node -> node.hasLeaseOf(1));
    assertThat(Objects.requireNonNull(leader.map.shard(1)).leader()).isEqualTo(leader.id());
  }
}
