package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** `./slotferry up --processes`: every node a process. */
class ProcessClusterTest {
  @TempDir Path data;

  @Test
  void shardsComeAndGoUnderLoadAndKillsLoseNothingThatWasReplicated() {
    try (Slotferry slotferry = Slotferry.up("--processes", "--data", data.toString())) {
      try (Load load = Load.start(slotferry.respPort(), 10, 2)) {
        load.awaitOperations(2_000);
        Slotferry.run("cluster", "add-shard", "--url", slotferry.url());
        load.awaitOperations(2_000);
        Slotferry.run("cluster", "remove-shard", "1", "--url", slotferry.url());
        load.awaitOperations(2_000);
        Slotferry.kill(data, "replica-2");
        load.awaitOperations(2_000);
        assertThat(load.finish()).isEmpty();
      }
      try (Jedis redis = Load.connect(slotferry.respPort())) {
        killALeader(slotferry, redis);
      }
      assertThat(slotferry.stop()).isZero();
    }
  }

  /** Everything that a replica had acknowledged is there after the leader's death. */
  private void killALeader(Slotferry slotferry, Jedis redis) {
    for (int i = 0; i < 300; i++) {
      redis.set("kept:" + i, "" + i);
    }
    // Shard 2 has lost its replica before; the other two have theirs.
    redis.waitReplicas(1, 2_000);
    Slotferry.kill(data, "shard-3");
    Await.until(
        "every key is read and written again after the death of shard-3",
        Duration.ofSeconds(30),
        () -> allThere(slotferry.respPort()));
  }

  private static boolean allThere(int port) {
    try (Jedis redis = Load.connect(port)) {
      for (int i = 0; i < 300; i++) {
        assertThat(redis.get("kept:" + i)).isEqualTo("" + i);
        redis.set("kept:" + i, "" + i);
      }
      return true;
    } catch (JedisException e) {
      return false;
    }
  }
}
