package io.slotferry.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong on the command line gives one line on stderr, and a status that is not 0. */
class CommandLineTest {
  @TempDir private Path folder;

  /** What a run of the program left. */
  private record Run(int status, String out, String err) {}

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "up --sharts 3 | unknown options: '--sharts', '3' (see slotferry up --help)",
        "up --shards 0 | --shards must be a number from 1 to 1024, was '0'",
        "up --replicas -1 | --replicas must be a number from 0 to 8, was '-1'",
        "up --port 65536 | --port must be a number from 0 to 65535, was '65536'",
        "up --port | missing required parameter for option '--port' (PORT) (see slotferry up --help)",
        "up --gateways 2 | --gateways needs --processes (see slotferry up --help)",
        "up --processes --gateways 0 | --gateways must be a number from 1 to 16, was '0' (see slotferry up --help)",
        "up --config none.yaml | none.yaml: there is no such file",
        "up extra | unmatched argument at index 1: 'extra' (see slotferry up --help)",
        "node | missing required option: '--config=FILE' (see slotferry node --help)",
        "dance | unmatched argument at index 0: 'dance' (see slotferry --help)",
        "cluster remove-shard | missing required parameter: 'ID' (see slotferry cluster remove-shard --help)",
        "cluster move --to 2 | move wants --slots, or --keyspace and --key (see slotferry cluster --help)",
        "verify --for ever | --for must be a time like 60s or 10m, was 'ever' (see slotferry verify --help)",
        "verify --clients 0 | --clients must be a number from 1 to 256, was '0' (see slotferry verify --help)",
        "verify --for 60m --rate 100000 | --for 60m at --rate 100000 is a history of more than 10000000 operations: lower one of them (see slotferry verify --help)",
        "verify --resp nowhere | --resp must be HOST:PORT, was 'nowhere' (see slotferry verify --help)",
        "demo --pace 0 | --pace must be a number from 1 to 600, was '0' (see slotferry demo --help)",
        "import | missing required parameter: 'SOURCE' (see slotferry import --help)",
        "import http://redis:6379 | a running Redis is redis://HOST:PORT, was 'http://redis:6379' (see slotferry import --help)",
        "import dump.rdb --follow | --follow is for all of a running Redis, redis://HOST:PORT without --db (see slotferry import --help)",
        "cluster status --url gopher | 'gopher' is no URL of a server",
      })
  void badUsageGivesOneLine(String line, String complaint) {
    Run run = run(line.split(" "));
    assertThat(run.err()).isEqualTo("slotferry: " + complaint + "\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
  }

  @Test
  void aNodeNeedsItsIdAndRoles() throws IOException {
    Path file = Files.writeString(folder.resolve("node.yaml"), "node:\n  id: shard-1\n");
    Run run = run("node", "--config", file.toString());
    assertThat(run.err())
        .isEqualTo("slotferry: " + file + ": a node needs node.id and node.roles\n");
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
  }

  @Test
  void versionAndHelpGoToStdout() {
    assertThat(run("version").out()).matches("slotferry \\S+ \\(Java \\d+\\)\n");
    assertThat(run("--version").out()).isEqualTo(run("version").out());
    assertThat(run("help").out())
        .contains("Usage: slotferry", "up", "node", "cluster", "demo", "import", "verify");
    assertThat(run("help").status()).isZero();
    assertThat(run("up", "--help").out()).contains("--shards", "--ephemeral", "--processes");
  }

  @Test
  void saysThatNoServerAnswers() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String url = "http://127.0.0.1:" + port;
    Run run = run("cluster", "status", "--url", url);
    assertThat(run.err())
        .isEqualTo("slotferry: no server answers at " + url + " (--url says where it is)\n");
    assertThat(run.status()).isEqualTo(ExitStatus.NO_SERVER);
  }

  @Test
  void saysThatAFileIsNone() throws IOException {
    Run run = run("import", "none.rdb", "--resp", "127.0.0.1:1");
    assertThat(run.err())
        .isEqualTo("slotferry: none.rdb: there is no such file (0 keys were imported so far)\n");
    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    Path text = Files.writeString(folder.resolve("text.rdb"), "REDIS! no");
    assertThat(run("import", text.toString(), "--resp", "127.0.0.1:1").err())
        .startsWith("slotferry: " + text + ": the file has version ! no")
        .contains("nothing was written");
  }

  private static Run run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try {
      int status = SlotferryCommand.run(arguments);
      return new Run(
          status,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
