package io.slotferry.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.SettingsReader;
import io.slotferry.server.config.SettingsReader.Option;
import io.slotferry.server.config.SettingsReader.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RosterTest {
  @TempDir private Path folder;

  @Test
  void aNewClusterHasWhatTheSettingsSay() throws Exception {
    assertThat(ids(open(2, 2)))
        .containsExactly(
            "shard-1", "replica-1", "replica-1-2", "shard-2", "replica-2", "replica-2-2");
  }

  @Test
  void aRestartBringsBackWhatThereWas() throws Exception {
    Roster roster = open(2, 0);
    NodePlan.copies(3, 1).forEach(node -> add(roster, node));
    Path data = Files.createDirectories(folder.resolve("shard-1/log"));
    Files.writeString(data.resolve("segment"), "x");
    roster.remove("shard-1");

    assertThat(ids(open(9, 8))).containsExactly("shard-2", "shard-3", "replica-3");
    assertThat(folder.resolve("shard-1")).doesNotExist();
  }

  @Test
  void aDamagedFileIsRefused() throws Exception {
    Files.writeString(folder.resolve("nodes"), "shard-1\n../x\n");
    assertThatThrownBy(() -> open(1, 0))
        .isInstanceOf(StartRefusedException.class)
        .hasMessage(folder.resolve("nodes") + ": '../x' is no node's name");
  }

  private Roster open(int shards, int replicas) throws StartRefusedException {
    Result result =
        SettingsReader.read(
            null,
            Map.of(),
            List.of(
                new Option("--shards", "cluster.shards", Integer.toString(shards)),
                new Option("--replicas", "cluster.replicas", Integer.toString(replicas))));
    Settings settings = ((Result.Valid) result).settings();
    return Roster.open(folder, settings.cluster());
  }

  private static void add(Roster roster, NodePlan node) {
    try {
      roster.add(node);
    } catch (StartRefusedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> ids(Roster roster) {
    return roster.nodes().stream().map(NodePlan::id).toList();
  }
}
