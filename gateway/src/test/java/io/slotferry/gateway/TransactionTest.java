package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MULTI and what follows, wherever the shards live. */
class TransactionTest {
  private static String[] words(String command) {
    return command.split(" ");
  }

  /** Sends all at once, and reads as many replies. */
  private static String all(RespClient client, String... commands) {
    for (String command : commands) {
      client.send(words(command));
    }
    StringBuilder replies = new StringBuilder();
    for (int i = 0; i < commands.length; i++) {
      replies.append(i == 0 ? "" : " ").append(client.readText());
    }
    return replies.toString();
  }

  @ParameterizedTest
  @EnumSource
  void executesInOneCallWhatWasQueued(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      assertThat(
              all(client, "MULTI", "SET {a}x 1", "INCR {a}x", "MGET {a}x {a}y", "EXEC", "GET {a}x"))
          .isEqualTo("OK QUEUED QUEUED QUEUED [OK, (2), [2, nil]] 2");
      assertThat(cluster.onLoop(() -> cluster.shards.stream().mapToInt(s -> s.log.size()).sum()))
          .isEqualTo(2);
      assertThat(all(client, "MULTI", "EXEC", "EXEC", "DISCARD"))
          .isEqualTo("OK [] -ERR EXEC without MULTI -ERR DISCARD without MULTI");
      assertThat(all(client, "MULTI", "SET {a}x 5", "MULTI", "WATCH a", "DISCARD", "GET {a}x"))
          .isEqualTo(
              "OK QUEUED -ERR MULTI calls can not be nested"
                  + " -ERR WATCH inside MULTI is not allowed OK 2");
      assertThat(all(client, "CLIENT SETNAME me", "MULTI", "GET {a}x", "EXEC"))
          .isEqualTo("OK OK QUEUED [2]");
      assertThat(cluster.client().ask("CLIENT", "LIST").lines())
          .anyMatch(line -> line.contains("name=me") && line.contains("cmd=exec"));
    }
  }

  @Test
  void theShardRestsWhereATransactionSleeps() {
    try (TestGateway cluster = new TestGateway(3, Placement.SAME_LOOP)) {
      RespClient client = cluster.client();
      assertThat(all(client, "MULTI", "INCR a", "DEBUG SLEEP 0.25", "INCR a", "EXEC"))
          .isEqualTo("OK QUEUED QUEUED QUEUED [(1), OK, (2)]");
      assertThat(
              cluster.<Long>onLoop(() ->
                  cluster.shards.stream()
                      .flatMap(shard -> shard.log.stream())
                      .filter(call -> call.matches("!exec .*INCR a .*!rest 250 .*INCR a"))
                      .count()))
          .isEqualTo(1);
      // There is nothing that others would have to wait for.
      assertThat(all(client, "MULTI", "DEBUG SLEEP 0.001", "EXEC")).isEqualTo("OK QUEUED [OK]");
      assertThat(all(client, "MULTI", "INCR a", "DEBUG SLEEP x", "EXEC")).contains("[(3), ");
    }
  }

  @Test
  void aKeyspaceIsThereOnceItIsNamed() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = cluster.client();
      all(client, "SWAPDB 3 4", "MOVE k 5", "COPY a b REPLACE DB 6", "MULTI", "MOVE k 7", "EXEC");
      for (int number = 3; number <= 7; number++) {
        assertThat(cluster.maps.current().keyspace(number)).as("keyspace %d", number).isNotNull();
      }
      assertThat(all(client, "MOVE k x", "PING")).endsWith(" PONG");
    }
  }

  @Test
  void anExecThatIsRefusedEndsItsTransaction() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = cluster.client();
      assertThat(all(client, "WATCH a", "MULTI", "SET a 1", "EXEC x", "EXEC"))
          .isEqualTo(
              "OK OK QUEUED -EXECABORT Transaction discarded because of: wrong number of arguments"
                  + " for 'exec' command -ERR EXEC without MULTI");
      cluster.until(() -> cluster.shard(1).watchers.isEmpty());
    }
  }

  @Test
  void whatIsRefusedWhenItComesAborts() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = cluster.client();
      FakeShard shard = cluster.shard(1);
      String aborted = "-EXECABORT Transaction discarded because of";
      assertThat(all(client, "MULTI", "SET a 1", "SAVE", "EXEC"))
          .isEqualTo(
              "OK QUEUED -ERR Command not allowed inside a transaction "
                  + aborted
                  + " previous errors.");
      cluster.onLoop(() -> shard.outOfMemory = "OOM full");
      assertThat(all(client, "MULTI", "GET a", "EXEC"))
          .isEqualTo("OK -OOM full " + aborted + " previous errors.");
      cluster.onLoop(() -> shard.outOfMemory = null);
      assertThat(all(client, "MULTI", "GET a")).isEqualTo("OK QUEUED");
      cluster.onLoop(() -> shard.busy = "BUSY script");
      assertThat(all(client, "EXEC", "MULTI", "GET a", "MULTI", "DISCARD"))
          .isEqualTo(
              aborted + ": BUSY script OK -BUSY script -ERR MULTI calls can not be nested OK");
      cluster.onLoop(() -> shard.busy = null);
      assertThat(all(client, "GET a")).isEqualTo("nil");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theGatewaysOwnCommandsStandInTheirPlaces(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient client = cluster.client();
      assertThat(
              all(
                  client,
                  "MULTI",
                  "PING",
                  "SET a 1",
                  "SELECT 1",
                  "SET a 2",
                  "ECHO x",
                  "DBSIZE",
                  "SELECT 99",
                  "EXEC",
                  "GET a",
                  "SELECT 0",
                  "GET a"))
          .isEqualTo(
              "OK QUEUED QUEUED QUEUED QUEUED QUEUED QUEUED QUEUED"
                  + " [PONG, OK, OK, OK, x, (1), -ERR DB index is out of range] 2 OK 1");
      assertThat(all(client, "MULTI", "PING", "EXEC")).isEqualTo("OK QUEUED [PONG]");
      assertThat(all(client, "MULTI", "SCAN 0", "ROLE", "GET a", "EXEC", "PING"))
          .matches("OK (QUEUED ){3}\\[\\[\\d+, \\[a]], \\[master, \\(0\\), \\[]], 1] PONG");
      assertThat(all(client, "MULTI", "SET b 1", "MGET a b", "KEYS *", "EXEC"))
          .isEqualTo("OK QUEUED QUEUED QUEUED [OK, [1, 1], [a, b]]");
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysOfSeveralSlotsAreRefused(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      String refused = "-CROSSSLOT Keys in request don't hash to the same slot";
      assertThat(all(client, "MULTI", "SET a 1", "SET b 1", "EXEC", "GET a"))
          .isEqualTo("OK QUEUED QUEUED " + refused + " nil");
      assertThat(all(client, "MULTI", "SET a 1", "DBSIZE", "EXEC"))
          .isEqualTo("OK QUEUED QUEUED " + refused);
      assertThat(all(client, "WATCH a b")).isEqualTo(refused);
      assertThat(all(client, "WATCH a", "WATCH b", "MULTI", "PING", "EXEC"))
          .isEqualTo("OK OK OK QUEUED " + refused);
      cluster.until(() -> cluster.shards.stream().allMatch(shard -> shard.watchers.isEmpty()));
      assertThat(all(client, "WATCH a", "MULTI", "SET {a}b 1", "EXEC"))
          .isEqualTo("OK OK QUEUED [OK]");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasWatchedAndHasChangedEndsInNil(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient client = cluster.client();
      RespClient other = cluster.client();
      assertThat(all(client, "WATCH a b", "GET a")).isEqualTo("OK nil");
      assertThat(all(other, "SET b 1")).isEqualTo("OK");
      assertThat(
              all(client, "MULTI", "SET a 1", "PING", "SELECT 3", "EXEC", "GET a", "MULTI", "EXEC"))
          .isEqualTo("OK QUEUED QUEUED QUEUED nil nil OK []");

      // Touched, and watched again before EXEC: still nil.
      assertThat(all(client, "WATCH a")).isEqualTo("OK");
      assertThat(all(other, "SET a 1")).isEqualTo("OK");
      assertThat(all(client, "WATCH c", "MULTI", "PING", "EXEC")).isEqualTo("OK OK QUEUED nil");
      assertThat(all(client, "WATCH a", "SET a 2", "WATCH a c a", "WATCH a"))
          .isEqualTo("OK OK OK OK");
      assertThat(all(client, "MULTI", "PING", "EXEC")).isEqualTo("OK QUEUED nil");

      for (String forget : new String[] {"UNWATCH", "RESET"}) {
        assertThat(all(client, "WATCH a")).isEqualTo("OK");
        assertThat(all(other, "SET a 2")).isEqualTo("OK");
        all(client, forget);
        assertThat(all(client, "MULTI", "PING", "EXEC")).isEqualTo("OK QUEUED [PONG]");
      }
      assertThat(all(client, "WATCH a", "MULTI", "DISCARD")).isEqualTo("OK OK OK");
      cluster.until(() -> cluster.shard(1).watchers.isEmpty());
      assertThat(all(client, "WATCH a")).isEqualTo("OK");
      client.close();
      cluster.until(() -> cluster.shard(1).watchers.isEmpty());
    }
  }

  @Test
  void aCommandThatIsRefusedAbortsTheTransaction() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = cluster.client();
      String aborted = "-EXECABORT Transaction discarded because of previous errors.";
      assertThat(all(client, "MULTI", "SET a 1", "GET", "GET a", "EXEC", "GET a"))
          .isEqualTo(
              "OK QUEUED -ERR wrong number of arguments for 'get' command QUEUED "
                  + aborted
                  + " nil");
      assertThat(all(client, "MULTI", "nonsense", "EXEC")).endsWith(aborted);
      assertThat(all(client, "MULTI", "!exec", "EXEC"))
          .startsWith("OK -ERR unknown command '!exec'")
          .endsWith(aborted);
      assertThat(all(client, "MULTI", "HGET a x", "SET a 1", "EXEC"))
          .isEqualTo("OK QUEUED QUEUED [-ERR the fake knows no HGET, OK]");
    }
  }

  @Test
  void repliesFollowAChangeOfTheProtocol() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = cluster.client();
      assertThat(all(client, "MULTI", "GET a", "HELLO 3", "GET a", "EXEC"))
          .startsWith("OK QUEUED QUEUED QUEUED [nil, ")
          .endsWith(", nil]");
      assertThat(all(client, "CLIENT LIST")).contains("resp=3");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionThatNoShardTookIsRoutedAgain(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      cluster.onLoop(() -> cluster.shards.forEach(shard -> shard.refusesNext = 2));
      assertThat(all(client, "MULTI", "SET a 1", "PING", "INCR a", "EXEC", "GET a"))
          .isEqualTo("OK QUEUED QUEUED QUEUED [OK, PONG, (2)] 2");
    }
  }
}
