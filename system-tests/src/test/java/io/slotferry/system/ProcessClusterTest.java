package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** `./slotferry up --processes`: every node a process. */
class ProcessClusterTest {
  @TempDir Path data;

  @Test
  void shardsComeAndGoUnderLoadAndAReplicasDeathLosesNothing() {
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
      assertThat(slotferry.stop()).isZero();
    }
  }

  @Test
  void clientsThatWaitForAKeyOutliveItsLeader() {
    try (Slotferry slotferry = Slotferry.up("--processes", "--data", data.toString())) {
      WaitingClients waiting = WaitingClients.start(slotferry.respPort(), 30);
      Slotferry.kill(data, "shard-2");
      assertThat(waiting.serve()).isEqualTo(waiting.expected());
    }
  }

  /** The writes that a replica had are there after the leader's death, in order, and once. */
  @Test
  void aLeadersDeathUnderLoadLosesNothingThatWasConfirmed() {
    try (Slotferry slotferry = Slotferry.up("--processes", "--data", data.toString())) {
      try (AppendLoad load = AppendLoad.start(slotferry.respPort(), 8, 3)) {
        load.awaitConfirmed(1_000);
        Slotferry.kill(data, "shard-3");
        load.awaitAcknowledged(2_000);
        Slotferry.kill(data, "shard-1");
        load.awaitAcknowledged(2_000);
        assertThat(load.finish()).isEmpty();
      }
      assertThat(slotferry.stop()).isZero();
    }
  }
}
