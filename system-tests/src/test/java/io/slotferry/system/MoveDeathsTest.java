package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.verify.Verdict;
import io.slotferry.server.verify.VerifyOptions;
import io.slotferry.topology.Slots;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** `kill -9` of each process that takes part in a move, while partitions are on their way. */
class MoveDeathsTest {
  /** Of the two shards that give, the one whose leader dies. */
  private static final int GIVING = 2;

  private static final int NEW = 3;

  /** With so many bytes a second, much is still to be moved at the last of the deaths. */
  private static final Stored STORED = new Stored(4_000, 8_000);

  private static final String BANDWIDTH = "move-bandwidth-max";
  private static final String BYTES_PER_SECOND = "150000";
  private static final String NO_BOUND = "0";

  private static final long WRITES = 500;
  private static final Duration BOUND = Duration.ofMinutes(2);

  @TempDir Path data;

  /** One after the other, and none of them comes back. */
  @Test
  void aMoveOutlivesItsPartiesAndLosesNothingThatWasConfirmed() {
    try (Slotferry slotferry =
            Slotferry.up(
                "--processes", "--shards", "2", "--gateways", "2", "--data", data.toString());
        Jedis redis = Load.connect(slotferry.respPort())) {
      String url = slotferry.url();
      STORED.write(redis);
      redis.configSet(BANDWIDTH, BYTES_PER_SECOND);
      VerifyOptions options = VerifyOptions.of(ClusterState.of(url).gateways()).withReplicas(1);
      try (Load load = Load.start(options)) {
        load.awaitConfirmed(WRITES);
        String begun = Slotferry.run("cluster", "add-shard", "--no-wait", "--json", "--url", url);
        long id = new JsonObject(begun).getLong("operation");
        killInTheMidst(url, id, NEW, "gateway-2");
        load.awaitAcknowledged(WRITES);
        killInTheMidst(url, id, NEW, leadingRebalancer());
        load.awaitAcknowledged(WRITES);
        killInTheMidst(url, id, GIVING, leader(url, GIVING));
        load.awaitAcknowledged(WRITES);
        killInTheMidst(url, id, NEW, leader(url, NEW));
        load.awaitAcknowledged(WRITES);
        redis.configSet(BANDWIDTH, NO_BOUND);
        Slotferry.run("cluster", "operations", "watch", "" + id, "--url", url);
        Verdict verdict = load.finish();
        assertThat(verdict.isWrong()).as(verdict.text()).isFalse();
        assertThat(verdict.totals().errors()).as(verdict.text()).isZero();
      }
      STORED.assertThatAllAreThere(redis);
      assertThat(ClusterState.of(url).shards().mapToInt(shard -> shard.getInteger("slots")).sum())
          .as("slots that have an owner")
          .isEqualTo(Slots.COUNT);
      assertThat(slotferry.stop()).isZero();
    }
  }

  /** Returns when a move from or to the shard that was under way at the death has ended. */
  private void killInTheMidst(String url, long operation, int shard, String victim) {
    long sent = bytes(url, operation);
    Await.until(
        "partitions are on their way",
        BOUND,
        () -> !ClusterState.of(url).moves(shard).isEmpty() && bytes(url, operation) > sent);
    Slotferry.kill(data, victim);
    Set<Long> moves = ClusterState.of(url).moves(shard);
    assertThat(moves).as("moves under way at the death of " + victim).isNotEmpty();
    Await.until(
        "one of the moves goes on to its end without " + victim,
        BOUND,
        () -> !ClusterState.of(url).moves(shard).containsAll(moves));
  }

  private static long bytes(String url, long operation) {
    return ClusterState.operation(url, operation).getLong("bytes");
  }

  /** Waits for its replica first: without one it would take what it was given with it. */
  private static String leader(String url, int shard) {
    Await.until(
        "a replica in sync",
        BOUND,
        () -> ClusterState.of(url).shard(shard).getJsonArray("inSync").size() == 2);
    return ClusterState.of(url).shard(shard).getString("leader");
  }

  /** Only the logs tell; for a moment there may be none. */
  private String leadingRebalancer() {
    return Await.answer(
        BOUND,
        NoSuchElementException.class,
        () ->
            Stream.of("rebalancer-1", "rebalancer-2", "rebalancer-3")
                .filter(this::leads)
                .findFirst()
                .orElseThrow());
  }

  private boolean leads(String rebalancer) {
    try (Stream<String> log = Files.lines(data.resolve("run").resolve(rebalancer + ".log"))) {
      return log.filter(line -> line.contains("leads the rebalancers"))
          .reduce("", (_, last) -> last)
          .contains(rebalancer + " leads");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
