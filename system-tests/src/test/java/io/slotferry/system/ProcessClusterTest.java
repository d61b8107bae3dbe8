package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.config.HostPort;
import io.slotferry.server.verify.Verdict;
import io.slotferry.server.verify.VerifyOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** `./slotferry up --processes`: every node a process. */
class ProcessClusterTest {
  @TempDir Path data;

  /** Whoever waits for a key gets it; a watched key that has moved counts as changed, as it may. */
  @Test
  void shardsComeAndGoUnderLoadAndAReplicasDeathLosesNothing() {
    try (Slotferry slotferry = Slotferry.up("--processes", "--data", data.toString())) {
      WaitingClients waiting = WaitingClients.start(slotferry.respPort(), 30);
      try (Load load = Load.start(slotferry.respPort(), 10);
          WatchingClients watching = WatchingClients.start(slotferry.respPort(), 30)) {
        load.awaitOperations(2_000);
        Slotferry.run("cluster", "add-shard", "--url", slotferry.url());
        watching.change();
        load.awaitOperations(2_000);
        Slotferry.run("cluster", "remove-shard", "1", "--url", slotferry.url());
        assertThat(watching.undisturbed()).containsAll(watching.execute());
        assertThat(watching.watchAndExecute()).isEqualTo(watching.all());
        assertThat(waiting.serve()).isEqualTo(waiting.expected());
        load.awaitOperations(2_000);
        Slotferry.kill(data, "replica-2");
        load.awaitOperations(2_000);
        Verdict verdict = load.finish();
        assertThat(verdict.remarks()).isEmpty();
        assertThat(verdict.totals().unknown()).isZero();
      }
      assertThat(slotferry.stop()).isZero();
    }
  }

  /** Its shard gives slots to a new one meanwhile, which its replica has to bring to an end. */
  @Test
  void clientsThatWaitForAKeyOutliveItsLeader() {
    try (Slotferry slotferry = Slotferry.up("--processes", "--data", data.toString())) {
      WaitingClients waiting = WaitingClients.start(slotferry.respPort(), 30);
      String begun = Slotferry.run("cluster", "add-shard", "--no-wait", "--url", slotferry.url());
      Slotferry.kill(data, "shard-2");
      assertThat(waiting.serve()).isEqualTo(waiting.expected());
      // Its exit status says whether the operation was brought to its end.
      String id = begun.replaceAll("\\D", "");
      Slotferry.run("cluster", "operations", "watch", id, "--url", slotferry.url());
    }
  }

  /** The writes that a replica had are there after the leader's death, in order, and once. */
  @Test
  void aLeadersDeathUnderLoadLosesNothingThatWasConfirmed() {
    try (Slotferry slotferry = Slotferry.up("--processes", "--data", data.toString())) {
      VerifyOptions options =
          VerifyOptions.of(new HostPort("127.0.0.1", slotferry.respPort())).withReplicas(1);
      try (Load load = Load.start(options)) {
        load.awaitConfirmed(1_000);
        Slotferry.kill(data, "shard-3");
        load.awaitAcknowledged(2_000);
        Slotferry.kill(data, "shard-1");
        load.awaitAcknowledged(2_000);
        Verdict verdict = load.finish();
        assertThat(verdict.isWrong()).as(verdict.text()).isFalse();
        assertThat(verdict.totals().errors()).as(verdict.text()).isZero();
        assertThat(verdict.totals().connectionsLost()).as(verdict.text()).isZero();
      }
      assertThat(slotferry.stop()).isZero();
    }
  }
}
