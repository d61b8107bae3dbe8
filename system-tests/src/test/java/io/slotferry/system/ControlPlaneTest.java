package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.verify.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** What the rebalancers, addresses and disks of a deployment go through. */
class ControlPlaneTest {
  private static final Stored STORED = new Stored(300, 10);

  @TempDir Path folder;

  private Nodes threeRebalancers() {
    return new Nodes(folder)
        .with("g", "127.0.0.1", "gateway", "rebalancer")
        .with("a", "127.0.0.1", "shard", "rebalancer")
        .with("b", "127.0.0.1", "replica", "rebalancer");
  }

  private static void write(Nodes nodes) {
    try (Jedis redis = Load.connect(nodes.host(), nodes.respPort())) {
      STORED.write(redis);
    }
  }

  private static void assertAllIsThere(Nodes nodes) {
    try (Jedis redis = Load.connect(nodes.host(), nodes.respPort())) {
      assertThat(redis.dbSize()).isEqualTo(STORED.keys());
      STORED.assertThatAllAreThere(redis);
    }
  }

  /** One after the other, so that the one that leads is among them. */
  @Test
  void nobodyNoticesTheDeathOfARebalancer() {
    Path data = folder.resolve("data");
    List<Slotferry> restarted = new ArrayList<>();
    try (Slotferry slotferry =
        Slotferry.up("--processes", "--shards", "1", "--data", data.toString())) {
      try (Load load = Load.start(slotferry.respPort(), 6)) {
        load.awaitOperations(1_000);
        for (int i = 1; i <= 3; i++) {
          Slotferry.kill(data, "rebalancer-" + i);
          load.awaitOperations(1_000);
          restarted.add(Slotferry.restart(data, "rebalancer-" + i));
          load.awaitOperations(1_000);
        }
        Verdict verdict = load.finish();
        assertThat(verdict.remarks()).isEmpty();
        assertThat(verdict.totals().unknown()).isZero();
      }
      // The map can be changed, too.
      Slotferry.run("cluster", "failover", "1", "--url", slotferry.url());
    } finally {
      restarted.forEach(Slotferry::kill);
    }
  }

  /** And with other ports: what the nodes remember of where the others are is void. */
  @Test
  void allAreKilledAndComeBackWithOtherAddresses() {
    try (Nodes nodes = threeRebalancers().start()) {
      write(nodes);
      List<String> all = List.of("g", "a", "b");
      all.forEach(nodes::kill);
      nodes.at("127.0.0.2").start();
      assertThat(nodes.url()).startsWith("http://127.0.0.2:");
      assertAllIsThere(nodes);
      Slotferry.run("cluster", "failover", "1", "--url", nodes.url());
      assertAllIsThere(nodes);
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
