package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.config.HostPort;
import io.slotferry.server.verify.Verdict;
import io.slotferry.server.verify.VerifyOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaders that change as planned: clients see no error, and nothing is lost. */
class PlannedSwitchTest {
  @TempDir Path folder;

  @Test
  void nobodyNoticesASwitchOrALeaderThatIsToldToEnd() {
    try (Nodes nodes =
        new Nodes(folder)
            .with("g", "127.0.0.1", "gateway", "rebalancer")
            .with("a", "127.0.0.1", "shard")
            .with("b", "127.0.0.1", "replica")
            .start()) {
      VerifyOptions options = VerifyOptions.of(new HostPort(nodes.host(), nodes.respPort()));
      try (Load load = Load.start(options)) {
        load.awaitOperations(1_000);
        for (int i = 0; i < 3; i++) {
          String before = nodes.shard().getString("leader");
          Slotferry.run("cluster", "failover", "1", "--url", nodes.url());
          assertThat(nodes.shard().getString("leader")).isNotEqualTo(before);
          load.awaitAcknowledged(500);
        }
        String leader = nodes.shard().getString("leader");
        nodes.stop(leader);
        load.awaitAcknowledged(500);
        nodes.restart(leader);
        nodes.awaitSettled();
        load.awaitAcknowledged(500);
        Verdict verdict = load.finish();
        assertThat(verdict.remarks()).isEmpty();
        assertThat(verdict.totals().unknown()).isZero();
        assertThat(verdict.totals().errors()).isZero();
        assertThat(verdict.totals().connectionsLost()).isZero();
      }
    }
  }
}
