package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A node that has lost its disk is no candidate, and gets everything from the others. */
class EmptyDiskTest {
  private static final int KEYS = 300;

  @TempDir Path folder;

  private static void write(Nodes nodes) {
    try (Jedis redis = Load.connect(nodes.host(), nodes.respPort())) {
      for (int i = 0; i < KEYS; i++) {
        redis.set("key:" + i, "value:" + i);
      }
      assertThat(redis.waitReplicas(1, 10_000)).isEqualTo(1);
    }
  }

  private static void assertAllIsThere(Nodes nodes) {
    try (Jedis redis = Load.connect(nodes.host(), nodes.respPort())) {
      assertThat(redis.dbSize()).isEqualTo(KEYS);
      for (int i = 0; i < KEYS; i++) {
        assertThat(redis.get("key:" + i)).isEqualTo("value:" + i);
      }
    }
  }

  /** First a replica, then a leader, comes back under its old name with nothing. */
  @Test
  void anEmptyDiskUnderAnOldNameIsFilledAndWipesNobody() {
    try (Nodes nodes =
        new Nodes(folder)
            .with("g", "127.0.0.1", "gateway", "rebalancer")
            .with("a", "127.0.0.1", "shard")
            .with("b", "127.0.0.1", "replica")
            .start()) {
      write(nodes);
      for (String lost : List.of("b", "a")) {
        nodes.kill(lost);
        nodes.wipe(lost);
        nodes.restart(lost);
        nodes.awaitSettled();
        assertAllIsThere(nodes);
      }
      assertThat(nodes.shard().getString("leader")).isEqualTo("b");
      nodes.kill("b");
      assertAllIsThere(nodes);
    }
  }
}
