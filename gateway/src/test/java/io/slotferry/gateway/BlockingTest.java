package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands that wait for a key, wherever the shards live. */
class BlockingTest {
  private static void untilWaiting(TestGateway cluster, int count) {
    cluster.until(
        () -> cluster.shards.stream().mapToInt(shard -> shard.waiting.size()).sum() == count);
  }

  private static String blockedClients(RespClient client) {
    return client
        .ask("INFO", "clients")
        .lines()
        .filter(l -> l.startsWith("blocked"))
        .toList()
        .get(0);
  }

  @ParameterizedTest
  @EnumSource
  void waitsUntilItIsServedAndWhatFollowsWaitsToo(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      RespClient other = cluster.client();
      client.send("BLPOP", "a", "0");
      client.send("SET", "b", "1");
      client.send("GET", "b");
      untilWaiting(cluster, 1);
      assertThat(other.ask("GET", "b")).isEqualTo("nil");
      assertThat(blockedClients(other)).isEqualTo("blocked_clients:1");
      assertThat(other.ask("CLIENT", "LIST")).contains("flags=b ");
      assertThat(other.ask("SET", "a", "x")).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("[a, x]");
      assertThat(client.readText()).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("1");
      assertThat(blockedClients(other)).isEqualTo("blocked_clients:0");
      assertThat(other.ask("SET", "a", "y")).isEqualTo("OK");
      assertThat(client.ask("BLPOP", "a", "0")).isEqualTo("[a, y]");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWaitEndsByTimeByOthersAndWithTheConnection(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      RespClient other = cluster.client();
      String id = client.ask("CLIENT", "ID").replaceAll("[()]", "");
      assertThat(client.ask("BLPOP", "a", "0.01")).isEqualTo("nil");
      untilWaiting(cluster, 0);

      assertThat(other.ask("CLIENT", "UNBLOCK", id)).isEqualTo("(0)");
      for (String how : new String[] {"TIMEOUT", "ERROR"}) {
        client.send("BLPOP", "a", "0");
        untilWaiting(cluster, 1);
        assertThat(other.ask("CLIENT", "UNBLOCK", id, how)).isEqualTo("(1)");
        assertThat(client.readText()).isEqualTo(how.equals("ERROR") ? "-UNBLOCKED" : "nil");
      }
      assertThat(other.ask("CLIENT", "UNBLOCK", id, "NOW"))
          .isEqualTo("-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");

      client.send("BLPOP", "a", "0");
      untilWaiting(cluster, 1);
      client.close();
      untilWaiting(cluster, 0);
      RespClient victim = cluster.client();
      id = victim.ask("CLIENT", "ID").replaceAll("[()]", "");
      victim.send("BLPOP", "a", "0");
      untilWaiting(cluster, 1);
      assertThat(other.ask("CLIENT", "KILL", "ID", id)).isEqualTo("(1)");
      untilWaiting(cluster, 0);
      assertThat(victim.isClosedByServer()).isTrue();
      assertThat(other.ask("SET", "a", "x")).isEqualTo("OK");
      assertThat(other.ask("GET", "a")).isEqualTo("x");
      assertThat(blockedClients(other)).isEqualTo("blocked_clients:0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatIsSentAwayWaitsElsewhere(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      RespClient other = cluster.client();
      client.send("BLPOP", "a", "0");
      untilWaiting(cluster, 1);
      cluster.onLoop(() ->
          cluster.shards.forEach(shard -> {
            shard.refusesNext = 1;
            shard.refuseWaiting();
          }));
      untilWaiting(cluster, 1);
      assertThat(other.ask("SET", "a", "x")).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("[a, x]");

      // Nobody takes it, and its time is over.
      cluster.onLoop(() -> cluster.shards.forEach(shard -> shard.refusesAll = true));
      assertThat(client.ask("BLPOP", "a", "0.05")).isEqualTo("nil");
      cluster.onLoop(() -> cluster.shards.forEach(shard -> shard.refusesAll = false));
      assertThat(client.ask("PING")).isEqualTo("PONG");
      assertThat(other.ask("BLPOP", "a", "b", "0"))
          .isEqualTo("-CROSSSLOT Keys in request don't hash to the same slot");
    }
  }
}
