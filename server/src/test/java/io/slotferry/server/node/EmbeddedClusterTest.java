package io.slotferry.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.server.StartRefusedException;
import io.slotferry.server.command.SlotferryCommand;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.SettingsReader;
import io.slotferry.server.config.SettingsReader.Option;
import io.slotferry.server.config.SettingsReader.Result;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole system in this process: real Raft, real files, real sockets. */
@Timeout(180)
class EmbeddedClusterTest {
  private static final Pattern READY =
      Pattern.compile(
          "slotferry ready: resp=127\\.0\\.0\\.1:(\\d+) http=(http://127\\.0\\.0\\.1:\\d+)");

  @TempDir private Path folder;

  @Test
  void servesGrowsShrinksAndRestarts() throws Exception {
    EmbeddedCluster first = new EmbeddedCluster(settings("cluster.shards", "2"));
    try {
      Matcher ready = ready(first.start());
      String url = ready.group(2);
      try (Client client = new Client(Integer.parseInt(ready.group(1)))) {
        for (int i = 0; i < 200; i++) {
          assertThat(client.ask("SET key:" + i + " v" + i)).isEqualTo("+OK");
        }
        assertThat(cluster("add-shard", url)).contains("add-shard: done");
        assertThat(cluster("remove-shard 1", url)).contains("remove-shard: done");
        assertThat(cluster("failover 2", url)).isEqualTo("shard 2 is led by replica-2\n");
        for (int i = 0; i < 200; i++) {
          assertThat(client.ask("GET key:" + i)).isEqualTo("$" + ("v" + i).length());
          assertThat(client.line()).isEqualTo("v" + i);
        }
      }
      JsonObject status = new JsonObject(cluster("status --json", url));
      assertThat(
              status.getJsonArray("shards").stream()
                  .map(shard -> ((JsonObject) shard).getInteger("id")))
          .containsExactly(2, 3);
      assertThat(cluster("map", url)).startsWith("SHARD  SLOTS\n2");
      assertThat(cluster("rebalance --dry-run", url)).isEqualTo("nothing to move\n");
    } finally {
      first.stop();
    }

    EmbeddedCluster second = new EmbeddedCluster(settings());
    try {
      try (Client client = new Client(Integer.parseInt(ready(second.start()).group(1)))) {
        assertThat(client.ask("GET key:199")).isEqualTo("$4");
        assertThat(client.line()).isEqualTo("v199");
        assertThat(client.ask("DBSIZE")).isEqualTo(":200");
      }
    } finally {
      second.stop();
    }
  }

  @Test
  void keyspacesTabletsAndSlotsAreChangedByCommands() throws Exception {
    EmbeddedCluster embedded =
        new EmbeddedCluster(
            settings("data.ephemeral", "true", "cluster.shards", "2", "cluster.replicas", "0"));
    try {
      Matcher ready = ready(embedded.start());
      String url = ready.group(2);
      assertThat(
              cluster(
                  "keyspaces create events --partitioning range --order natural --split event:1001",
                  url))
          .isEqualTo("keyspace events is there\n");
      assertThat(cluster("split events event:500", url)).isEqualTo("split at event:500\n");
      assertThat(cluster("move --keyspace events --key event:700 --to 2", url))
          .contains("move: done");
      assertThat(cluster("move --slots 0-9,16383 --to 2", url)).contains("move: done");
      assertThat(cluster("map", url))
          .isEqualTo(
              """
              SHARD  SLOTS
              1      10-8191
              2      0-9,8192-16383

              keyspace events
              FROM        TO          SHARD
              -           event:500   1
              event:500   event:1001  2
              event:1001  -           2
              """);
      assertThat(cluster("keyspaces list", url)).contains("events", "range");
      assertThat(cluster("keyspaces drop events", url)).isEqualTo("keyspace events is gone\n");
      assertThat(cluster("keyspaces list --json", url)).doesNotContain("events");

      assertThat(refused("remove-shard 7", url)).isEqualTo("slotferry: no shard 7\n");
      assertThat(refused("failover 1", url)).contains("shard 1 has no replica in sync");
    } finally {
      embedded.stop();
    }
  }

  @Test
  void aBusyPortRefusesTheStart() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(other.getLocalPort());
      EmbeddedCluster cluster =
          new EmbeddedCluster(settings("data.ephemeral", "true", "resp.port", port));
      try {
        assertThatThrownBy(cluster::start)
            .isInstanceOf(StartRefusedException.class)
            .hasMessage("cannot listen for RESP on 127.0.0.1:" + port + ": Address already in use");
      } finally {
        cluster.stop();
      }
    }
  }

  @Test
  void aDataFolderThatIsInUseRefusesTheStart() throws Exception {
    EmbeddedCluster first = new EmbeddedCluster(settings("cluster.shards", "1"));
    EmbeddedCluster second = new EmbeddedCluster(settings());
    try {
      first.start();
      assertThatThrownBy(second::start)
          .isInstanceOf(StartRefusedException.class)
          .hasMessage("the data folder " + folder + " is in use by another process");
    } finally {
      second.stop();
      first.stop();
    }
  }

  private Settings settings(String... pathsAndValues) {
    List<Option> options = new ArrayList<>();
    options.add(new Option("--port", "resp.port", "0"));
    options.add(new Option("--http-port", "http.port", "0"));
    options.add(new Option("--data", "data.dir", folder.toString()));
    for (int i = 0; i < pathsAndValues.length; i += 2) {
      options.add(new Option(pathsAndValues[i], pathsAndValues[i], pathsAndValues[i + 1]));
    }
    return ((Result.Valid) SettingsReader.read(null, Map.of(), options)).settings();
  }

  private static Matcher ready(String line) {
    Matcher matcher = READY.matcher(line);
    assertThat(matcher.matches()).as(line).isTrue();
    return matcher;
  }

  /** What an admin command prints; it must succeed. */
  private static String cluster(String command, String url) {
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      List<String> arguments = new ArrayList<>(List.of("cluster"));
      arguments.addAll(List.of(command.split(" ")));
      arguments.addAll(List.of("--url", url));
      assertThat(SlotferryCommand.run(arguments.toArray(String[]::new))).as(command).isZero();
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What an admin command complains of; it must fail. */
  private static String refused(String command, String url) {
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      String[] arguments = ("cluster " + command + " --url " + url).split(" ");
      assertThat(SlotferryCommand.run(arguments)).as(command).isOne();
    } finally {
      System.setErr(err);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** An inline client, as telnet is one. */
  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader replies;

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      replies =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    String ask(String command) throws IOException {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return line();
    }

    String line() throws IOException {
      return replies.readLine();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
