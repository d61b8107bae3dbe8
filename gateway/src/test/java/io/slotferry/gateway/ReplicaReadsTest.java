package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.Request;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Partitioning;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** READONLY: reads go to a replica, and to the leader whenever that one does not answer. */
class ReplicaReadsTest {
  /** A link is taken when it is open: until then the leader answers. */
  private static void readUntilAnsweredBy(TestGateway cluster, FakeShard shard, RespClient client) {
    int before = cluster.onLoop(shard.log::size);
    do {
      assertThat(client.ask("GET", "k")).isEqualTo("v");
    } while (cluster.onLoop(shard.log::size) == before);
  }

  @ParameterizedTest
  @EnumSource(names = {"OTHER_LOOP", "BUS"})
  void onlyReadsOfKeysGoToTheReplica(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      FakeShard replica = cluster.addReplica(1, "replica-1", placement == Placement.BUS);
      RespClient client = cluster.client();
      assertThat(client.ask("SET", "k", "v")).isEqualTo("OK");
      assertThat(client.ask("GET", "k")).isEqualTo("v");
      assertThat(cluster.onLoop(() -> replica.log)).isEmpty();
      assertThat(client.ask("READONLY")).isEqualTo("OK");
      readUntilAnsweredBy(cluster, replica, client);
      assertThat(client.ask("MGET", "k", "none")).asString().startsWith("[v");
      client.ask("SET", "k", "v");
      client.ask("DBSIZE");
      client.ask("KEYS", "*");
      client.ask("MULTI");
      client.ask("GET", "k");
      client.ask("EXEC");
      assertThat(cluster.onLoop(() -> List.copyOf(replica.log)))
          .contains("GET k", "MGET k none")
          .allMatch(command -> command.startsWith("GET") || command.startsWith("MGET"));
      int asked = cluster.onLoop(replica.log::size);
      assertThat(client.ask("READWRITE")).isEqualTo("OK");
      client.ask("GET", "k");
      assertThat(cluster.onLoop(replica.log::size)).isEqualTo(asked);
    }
  }

  /** Whoever is on the gateway's own loop is the nearest, and the leader the newest. */
  @Test
  void aLeaderOnTheSameLoopAnswersItself() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      FakeShard replica = cluster.addReplica(1, "replica-1", false);
      RespClient client = cluster.client();
      client.ask("SET", "k", "v");
      client.ask("READONLY");
      assertThat(client.ask("GET", "k")).isEqualTo("v");
      assertThat(cluster.onLoop(() -> replica.log)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OTHER_LOOP", "BUS"})
  void whatAReplicaRefusesTheLeaderAnswers(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      FakeShard replica = cluster.addReplica(1, "replica-1", placement == Placement.BUS);
      RespClient client = cluster.client();
      client.ask("SET", "k", "v");
      client.ask("READONLY");
      readUntilAnsweredBy(cluster, replica, client);
      cluster.onLoop(() -> {
        replica.refusesAll = true;
      });
      int byLeader = cluster.onLoop(cluster.shard(1).log::size);
      for (int i = 0; i < 200; i++) {
        client.send("GET", "k");
      }
      for (int i = 0; i < 200; i++) {
        assertThat(client.readText()).isEqualTo("v");
      }
      assertThat(cluster.onLoop(cluster.shard(1).log::size)).isEqualTo(byLeader + 200);
      assertThat(cluster.gateway.counters().replicaRefusals()).isPositive();
      cluster.onLoop(() -> {
        replica.refusesAll = false;
      });
      readUntilAnsweredBy(cluster, replica, client);
    }
  }

  @Test
  void aReplicaThatDiesCostsNoError() {
    try (TestGateway cluster = new TestGateway(1, Placement.BUS)) {
      FakeShard replica = cluster.addReplica(1, "replica-1", true);
      RespClient client = cluster.client();
      client.ask("SET", "k", "v");
      client.ask("READONLY");
      readUntilAnsweredBy(cluster, replica, client);
      cluster.onLoop(() -> {
        cluster.busCopies.getLast().dead = true;
      });
      for (int i = 0; i < 50; i++) {
        assertThat(client.ask("GET", "k")).isEqualTo("v");
      }
    }
  }

  @Test
  void aReplicaThatWasNotThereAtFirstIsAskedAgain() {
    try (TestGateway cluster = new TestGateway(1, Placement.BUS)) {
      FakeShard replica = cluster.addReplica(1, "replica-1", true);
      cluster.onLoop(() -> {
        cluster.busCopies.getLast().dead = true;
      });
      RespClient client = cluster.client();
      client.ask("SET", "k", "v");
      client.ask("READONLY");
      assertThat(client.ask("GET", "k")).isEqualTo("v");
      long asked = System.nanoTime();
      // Long enough for its link to have been given up.
      cluster.until(() -> System.nanoTime() - asked > 2_000_000 * RemoteShardLink.MUTE_MILLIS);
      cluster.onLoop(() -> {
        cluster.busCopies.getLast().dead = false;
      });
      readUntilAnsweredBy(cluster, replica, client);
    }
  }

  @Test
  void aReplicaIsLinkedBeforeItIsNeededAndAgainWhenItIsStartedAnew() {
    try (TestGateway cluster = new TestGateway(1, Placement.BUS)) {
      cluster.addReplica(1, "replica-1", true);
      BusCopy replica = cluster.busCopies.getLast();
      cluster.until(replica::isLinked);
      cluster.onLoop(replica::restart);
      cluster.until(replica::isLinked);
      assertThat(cluster.onLoop(() -> replica.framesOfCommands)).isZero();
    }
  }

  @Test
  void whatIsSyncIsReadFromTheLeader() {
    try (TestGateway cluster = new TestGateway(1, Placement.OTHER_LOOP)) {
      FakeShard replica = cluster.addReplica(1, "replica-1", false);
      cluster.change(
          new MapChange.CreateKeyspace(
              1, "orders", Partitioning.HASH, KeyOrder.BYTES, Durability.SYNC, List.of()));
      RespClient client = cluster.client();
      client.ask("READONLY");
      client.ask("CLIENT", "DURABILITY", "sync");
      client.ask("GET", "k");
      client.ask("CLIENT", "DURABILITY", "async");
      client.ask("SELECT", "1");
      client.ask("GET", "k");
      assertThat(cluster.onLoop(() -> replica.log)).isEmpty();
    }
  }

  @Test
  void callersOfThisProcessChooseForEachRequest() {
    try (TestGateway cluster = new TestGateway(1, Placement.OTHER_LOOP)) {
      FakeShard replica = cluster.addReplica(1, "replica-1", false);
      RequestSession session = new RequestSession(null, 500);
      byte[] reply =
          TestGateway.await(cluster.gateway.submit(0, Request.of("GET", "none"), 2, session));
      assertThat(new String(reply, StandardCharsets.ISO_8859_1)).isEqualTo("$-1\r\n");
      assertThat(cluster.onLoop(() -> replica.log)).containsExactly("GET none");
    }
  }
}
