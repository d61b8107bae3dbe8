package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.slotferry.server.config.HostPort;
import io.slotferry.server.verify.Verdict;
import io.slotferry.server.verify.VerifyOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader behind a wire that is cut; skipped where no network namespaces can be made. */
class NetworkCutTest {
  @TempDir Path folder;

  @Test
  void aLeaderThatIsCutOffIsReplacedAndFollowsWhenItIsBack() {
    Wire wire = Wire.lay();
    assumeTrue(wire != null, "no network namespaces (ip netns) here");
    try (wire;
        Nodes nodes =
            new Nodes(folder)
                .with("g", Wire.HERE, "gateway", "rebalancer")
                .with("b", Wire.HERE, "replica")
                .with(wire.wrapper(), "a", Wire.THERE, "shard")
                .start()) {
      assertThat(nodes.shard().getString("leader")).isEqualTo("a");
      VerifyOptions options =
          VerifyOptions.of(new HostPort(nodes.host(), nodes.respPort())).withReplicas(1);
      try (Load load = Load.start(options)) {
        load.awaitConfirmed(500);
        wire.cut();
        Await.until(
            "b leads", Duration.ofMinutes(1), () -> nodes.shard().getString("leader").equals("b"));
        load.awaitAcknowledged(500);
        wire.mend();
        nodes.awaitSettled();
        load.awaitConfirmed(500);
        Verdict verdict = load.finish();
        assertThat(verdict.isWrong()).as(verdict.text()).isFalse();
        assertThat(verdict.totals().errors()).as(verdict.text()).isZero();
        assertThat(verdict.totals().connectionsLost()).as(verdict.text()).isZero();
      }
    }
  }
}
