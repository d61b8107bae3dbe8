package io.slotferry.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.config.SettingsReader.Option;
import io.slotferry.server.config.SettingsReader.Result;
import io.slotferry.topology.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
  /** Tests run in the module's folder. */
  private static final Path REPOSITORY = Path.of("..");

  @TempDir private Path folder;

  @Test
  void theDocumentedFileHoldsEverySettingWithItsPreset() throws IOException {
    Path documented = REPOSITORY.resolve("docs/slotferry.yaml");

    assertThat(valid(documented, Map.of())).isEqualTo(valid(null, Map.of()));
    List<String> lines = Files.readAllLines(documented);
    for (Setting<?> setting : Setting.ALL) {
      String name = setting.path().substring(setting.section().length() + 1);
      int section = lines.indexOf(setting.section() + ":");
      assertThat(lines.subList(section, lines.size()))
          .as(setting.path())
          .anyMatch(line -> line.startsWith("  " + name + ": "));
    }
  }

  @Test
  void readsWhatIsWritten() throws IOException {
    Map<String, String> everything = new HashMap<>();
    everything.put("SLOTFERRY_NODE_ID", "shard-1");
    everything.put("SLOTFERRY_NODE_ROLES", "shard,replica");
    everything.put("SLOTFERRY_NODE_SHARD", "3");
    everything.put("SLOTFERRY_NODE_ZONE", "rack-7");
    everything.put("SLOTFERRY_DATA_DIR", "/a b/\"c\\d");
    everything.put("SLOTFERRY_DATA_PERSISTENCE", "always");
    everything.put("SLOTFERRY_RESP_PASSWORD", "#: {x}, 'y'");
    everything.put("SLOTFERRY_HTTP_TOKEN", "true");
    everything.put("SLOTFERRY_CLUSTER_MEMBERS", "a:1,[::1]:2");
    everything.put("SLOTFERRY_REBALANCER_PEERS", "r1=a:3,r2=b:4");
    everything.put("SLOTFERRY_NETWORK_TRANSPORT", "io_uring");
    Settings settings = valid(null, everything);

    assertThat(valid(file(SettingsWriter.yaml(settings)), Map.of())).isEqualTo(settings);
  }

  @Test
  void readsTheComposeFilesSettings() {
    Settings settings =
        valid(
            REPOSITORY.resolve("deploy/compose/node.yaml"),
            Map.of(
                "SLOTFERRY_NODE_ID", "shard-2",
                "SLOTFERRY_NODE_ROLES", "shard",
                "SLOTFERRY_NODE_SHARD", "2",
                "SLOTFERRY_IMAGE", "slotferry:latest"));

    assertThat(settings.node())
        .isEqualTo(new Settings.NodeSettings("shard-2", Set.of(Role.SHARD), 2, ""));
    assertThat(settings.data().dir()).isEqualTo(Path.of("/data"));
    assertThat(settings.cluster().members()).contains(new HostPort("rebalancer-3", 5701));
    assertThat(settings.rebalancer().peers())
        .containsEntry("rebalancer-2", new HostPort("rebalancer-2", 7001))
        .hasSize(3);
  }

  @Test
  void readsTheSettingsOfThePods() {
    Settings settings =
        valid(
            REPOSITORY.resolve("k8s/node.yaml"),
            Map.of(
                "SLOTFERRY_NODE_ID", "slotferry-gateway-1",
                "SLOTFERRY_NODE_ROLES", "gateway",
                "SLOTFERRY_CLUSTER_BIND", "10.1.2.3"));

    assertThat(settings.cluster().dns()).isEqualTo("slotferry-nodes");
    assertThat(settings.cluster().bind()).isEqualTo("10.1.2.3");
    assertThat(settings.node().roles()).containsExactly(Role.GATEWAY);
  }

  @Test
  void optionsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
    Path file = file("resp: {bind: 10.0.0.1, port: 1}\nhttp: {port: 1}");
    Result result =
        SettingsReader.read(
            file,
            Map.of("SLOTFERRY_RESP_PORT", "2", "SLOTFERRY_HTTP_PORT", "2"),
            List.of(new Option("--port", "resp.port", "3")));

    Settings settings = ((Result.Valid) result).settings();
    assertThat(settings.resp().bind()).isEqualTo("10.0.0.1");
    assertThat(settings.resp().port()).isEqualTo(3);
    assertThat(settings.http().port()).isEqualTo(2);
  }

  @Test
  void listsAndMapsFitIntoVariables() {
    Settings settings =
        valid(
            null,
            Map.of(
                "SLOTFERRY_NODE_ROLES", "shard, replica",
                "SLOTFERRY_CLUSTER_EVENT_BUS_PORT", "7",
                "SLOTFERRY_CLUSTER_MEMBERS", "a:1,[::1]:2",
                "SLOTFERRY_REBALANCER_PEERS", "r1=a:3, r2=b:4"));

    assertThat(settings.node().roles()).containsExactlyInAnyOrder(Role.SHARD, Role.REPLICA);
    assertThat(settings.cluster().eventBusPort()).isEqualTo(7);
    assertThat(settings.cluster().members())
        .containsExactly(new HostPort("a", 1), new HostPort("::1", 2));
    assertThat(settings.rebalancer().peers())
        .isEqualTo(Map.of("r1", new HostPort("a", 3), "r2", new HostPort("b", 4)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "resp:/  prot: 1 | 2: unknown setting resp.prot",
        "# x//rasp:/  port: 1 | 3: unknown section 'rasp'",
        "resp:/  bind: a/  port: 70000 | 3: resp.port must be a number from 0 to 65535, was '70000'",
        "resp:/  port: [1, 2] | 2: resp.port must be a number from 0 to 65535",
        "resp:/  port: | 2: resp.port has no value, or one too deep",
        "resp:/  port: 1/  port: 2 | 3: section resp has 'port' twice",
        "node:/  roles: [shard, boss] | 2: node.roles must be some of gateway, shard, replica, rebalancer, was 'boss'",
        "node:/  id: ../x | 2: node.id must be at most 64 letters, digits, '.', '_' and '-', a letter or digit first, was '../x'",
        "data:/  persistence: maybe | 2: data.persistence must be one of always, everysec, no, was 'maybe'",
        "data:/  ephemeral: 'yes' | 2: data.ephemeral must be true or false, was 'yes'",
        "cluster:/  members: ['a'] | 2: cluster.members must be a list of HOST:PORT, has 'a'",
        "rebalancer:/  peers: {a: b} | 2: rebalancer.peers must be HOST:PORT by name, has 'a=b'",
        "- resp | 1: the file must be a mapping of names to values",
        "resp: 6379 | 1: section resp must be a mapping of names to values",
      })
  void saysTheLineAndTheReason(String text, String problem) throws IOException {
    Path file = file(text.replace('/', '\n').replace("..\nx", "../x"));
    assertThat(invalid(file, Map.of())).containsExactly(file + ":" + problem);
  }

  @Test
  void saysWhereAFileIsNoYaml() throws IOException {
    Path file = file("resp:\n  port: \"1\n");
    assertThat(invalid(file, Map.of()))
        .singleElement()
        .asString()
        .startsWith(file + ":3: is no YAML: ");
  }

  @Test
  void saysThatAFileIsMissing() {
    Path file = folder.resolve("none.yaml");
    assertThat(invalid(file, Map.of())).containsExactly(file + ": there is no such file");
  }

  @Test
  void refusesVariablesThatAreNoSettings() {
    assertThat(
            invalid(
                null,
                Map.of(
                    "PATH", "/bin",
                    "SLOTFERRY_JAVA_HOME", "/jdk",
                    "SLOTFERRY_RESP_PROT", "1",
                    "SLOTFERRY_HTTP_PORT", "x")))
        .containsExactly(
            "environment: SLOTFERRY_HTTP_PORT must be a number from 0 to 65535, was 'x'",
            "environment: there is no setting for SLOTFERRY_RESP_PROT");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("node.yaml"), text);
  }

  private static Settings valid(Path file, Map<String, String> environment) {
    Result result = SettingsReader.read(file, environment, List.of());
    assertThat(result).isInstanceOf(Result.Valid.class);
    return ((Result.Valid) result).settings();
  }

  private static List<String> invalid(Path file, Map<String, String> environment) {
    Result result = SettingsReader.read(file, environment, List.of());
    assertThat(result).isInstanceOf(Result.Invalid.class);
    return ((Result.Invalid) result).problems();
  }
}
