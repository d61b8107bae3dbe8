package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.slotferry.server.verify.Verdict;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;

/** `./slotferry up`, as a user has it. */
class EmbeddedClusterTest {
  @TempDir Path data;

  @Test
  void keepsItsDataOverARestartAndEndsWithZero() {
    try (Slotferry first = Slotferry.up("--data", data.toString())) {
      try (Jedis redis = Load.connect(first.respPort())) {
        for (int i = 0; i < 500; i++) {
          redis.set("key:" + i, "value:" + i);
        }
        redis.hset("person", "name", "ada");
      }
      assertThat(first.stop()).isZero();
    }
    try (Slotferry second = Slotferry.up("--data", data.toString());
        Jedis redis = Load.connect(second.respPort())) {
      for (int i = 0; i < 500; i++) {
        assertThat(redis.get("key:" + i)).isEqualTo("value:" + i);
      }
      assertThat(redis.hget("person", "name")).isEqualTo("ada");
      assertThat(redis.dbSize()).isEqualTo(501);
    }
  }

  @Test
  void waitCountsTheReplicas() {
    try (Slotferry slotferry = Slotferry.up("--ephemeral");
        Jedis redis = Load.connect(slotferry.respPort())) {
      redis.set("a", "1");
      assertThat(redis.waitReplicas(1, 10_000)).isEqualTo(1);
    }
  }

  @Test
  void savesWhenAskedAndTellsWhatIsOnDisk() {
    try (Slotferry slotferry = Slotferry.up("--data", data.toString(), "--replicas", "0");
        Jedis redis = Load.connect(slotferry.respPort())) {
      redis.set("a", "1");
      assertThat(redis.waitAOF(1, 0, 10_000).getKey()).isEqualTo(1);
      redis.mset("b", "1", "c", "1");
      assertThat(redis.info("persistence")).contains("rdb_changes_since_last_save:3");
      assertThat(redis.save()).isEqualTo("OK");
      assertThat(redis.info("persistence")).contains("rdb_changes_since_last_save:0");
      assertThat(redis.lastsave()).isCloseTo(System.currentTimeMillis() / 1_000, within(60L));
      assertThat(redis.bgsave()).isEqualTo("Background saving started");
      assertThat(redis.info("persistence")).contains("rdb_last_bgsave_status:ok");
    }
    try (Slotferry slotferry = Slotferry.up("--ephemeral", "--replicas", "0");
        Jedis redis = Load.connect(slotferry.respPort())) {
      assertThatThrownBy(redis::save).hasMessageContaining("ephemeral");
      assertThat(redis.bgrewriteaof()).endsWith("rewriting started");
      assertThatThrownBy(() -> redis.waitAOF(1, 0, 10)).hasMessageContaining("appendonly");
    }
  }

  @Test
  void aShardJoinsAndAnotherLeavesUnderLoadUnnoticed() {
    try (Slotferry slotferry = Slotferry.up("--data", data.toString());
        Load load = Load.start(slotferry.respPort(), 10)) {
      load.awaitOperations(2_000);
      Slotferry.run("cluster", "add-shard", "--url", slotferry.url());
      load.awaitOperations(2_000);
      Slotferry.run("cluster", "remove-shard", "2", "--url", slotferry.url());
      load.awaitOperations(2_000);
      Verdict verdict = load.finish();
      assertThat(verdict.remarks()).isEmpty();
      assertThat(verdict.totals().unknown()).isZero();
      String status = Slotferry.run("cluster", "status", "--json", "--url", slotferry.url());
      assertThat(new JsonObject(status).getJsonArray("shards"))
          .extracting(shard -> ((JsonObject) shard).getInteger("id"))
          .containsExactly(1, 3, 4);
    }
  }

  @Test
  void operationsAreFollowedAndRemembered() {
    try (Slotferry slotferry = Slotferry.up("--ephemeral", "--shards", "1", "--replicas", "0");
        Slotferry watch =
            Slotferry.start(
                "cluster", "operations", "--watch", "--json", "--url", slotferry.url())) {
      Await.until(
          "the first picture",
          Duration.ofMinutes(1),
          () -> watch.output().contains("\"operations\":[]"));
      String begun =
          Slotferry.run("cluster", "add-shard", "--no-wait", "--json", "--url", slotferry.url());
      String id = new JsonObject(begun).getLong("operation").toString();
      assertThat(Slotferry.run("cluster", "operations", "watch", id, "--url", slotferry.url()))
          .contains("add-shard: done, 8192 of 8192 partitions");
      assertThat(Slotferry.run("cluster", "operations", "--url", slotferry.url()))
          .containsPattern(id + " +add-shard +done +2 +8192/8192 +\\S+ \\S+ +[\\d.]+ s");
      Await.until(
          "the end of it", Duration.ofMinutes(1), () -> watch.output().contains("\"DONE\""));
      Slotferry late =
          Slotferry.start("cluster", "operations", "cancel", id, "--url", slotferry.url());
      assertThat(late.awaitExit()).isEqualTo(1);
      assertThat(late.output()).startsWith("slotferry: ").contains(id);
    }
  }

  @Test
  void clientsThatWaitForAKeyDoNotNoticeThatItMoves() {
    try (Slotferry slotferry = Slotferry.up("--data", data.toString())) {
      WaitingClients waiting = WaitingClients.start(slotferry.respPort(), 30);
      Slotferry.run("cluster", "add-shard", "--url", slotferry.url());
      Slotferry.run("cluster", "remove-shard", "2", "--url", slotferry.url());
      assertThat(waiting.serve()).isEqualTo(waiting.expected());
    }
  }

  @Test
  void aTransactionIsOfOneSlotAndSeesWhatHasChanged() {
    try (Slotferry slotferry = Slotferry.up("--ephemeral");
        Jedis redis = Load.connect(slotferry.respPort());
        Jedis other = Load.connect(slotferry.respPort())) {
      Transaction transaction = redis.multi();
      transaction.set("{a}x", "1");
      transaction.incr("{a}x");
      transaction.rpush("{a}l", "e");
      assertThat(transaction.exec()).containsExactly("OK", 2L, 1L);
      redis.watch("{a}x");
      other.incr("{a}x");
      Transaction late = redis.multi();
      late.set("{a}x", "9");
      assertThat(late.exec()).isNull();
      assertThat(redis.get("{a}x")).isEqualTo("3");
      Transaction wide = redis.multi();
      wide.set("a", "1");
      wide.set("b", "1");
      assertThatThrownBy(wide::exec).hasMessageStartingWith("CROSSSLOT");
    }
  }

  @Test
  void rangesKeepTheirOrderAcrossShards() throws Exception {
    try (Slotferry slotferry = Slotferry.up("--ephemeral");
        Jedis redis = Load.connect(slotferry.respPort())) {
      String body =
          "{\"partitioning\":\"range\",\"order\":\"natural\",\"splits\":[\"event:1001\",\"event:2001\"]}";
      HttpResponse<String> created = put(slotferry.url() + "/v1/keyspaces/events", body);
      assertThat(created.statusCode()).isEqualTo(201);
      redis.select(1);
      for (int i = 0; i <= 2_500; i += 100) {
        redis.set("event:" + i, "" + i);
      }
      assertThat(get(slotferry.url() + "/v1/keyspaces/events/keys?limit=1000").body())
          .containsSubsequence("event:0", "event:100", "event:900", "event:1000", "event:2500");
    }
  }

  private static HttpResponse<String> put(String url, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  @Test
  void badStartsSayOneClearLine() {
    try (Slotferry slotferry = Slotferry.up("--ephemeral")) {
      Slotferry busy = Slotferry.start("up", "--ephemeral", "--port", "" + slotferry.respPort());
      assertThat(busy.awaitExit()).isNotZero();
      assertThat(busy.output()).contains("" + slotferry.respPort()).doesNotContain("Exception");
    }
    Slotferry unwritable = Slotferry.start("up", "--port", "0", "--data", "/proc/slotferry");
    assertThat(unwritable.awaitExit()).isNotZero();
    assertThat(unwritable.output()).contains("/proc/slotferry").doesNotContain("Exception");
    Slotferry option = Slotferry.start("up", "--sharts", "3");
    assertThat(option.awaitExit()).isNotZero();
    assertThat(option.output()).contains("--sharts").doesNotContain("Exception");
  }
}
