package io.slotferry.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients are bounded by: their memory, their output, their patience. */
class ClientLimitsTest {
  private final TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP);
  private final RespClient admin = cluster.client();

  @AfterEach
  void close() {
    cluster.close();
  }

  private void set(String setting, String value) {
    assertThat(admin.ask("CONFIG", "SET", setting, value)).isEqualTo("OK");
  }

  /** All but the end of a command with an argument of so many bytes. */
  private static byte[] unfinished(int bytes) {
    return ("*2\r\n$" + bytes + "\r\n" + "v".repeat(bytes)).getBytes(US_ASCII);
  }

  private void untilListed(String fields) {
    cluster.until(() -> {
      List<String> lines = new ArrayList<>();
      cluster.gateway.clients().forEach(client -> lines.add(ClientList.describe(client)));
      return lines.stream().anyMatch(line -> line.contains(fields));
    });
  }

  @Test
  void aReplyThatIsTooMuchIsNotSent() {
    RespClient client = cluster.client();
    assertThat(client.ask("SET", "k", "v".repeat(150_000))).isEqualTo("OK");
    set("client-output-buffer-limit", "normal 100000 0 0");
    client.send("GET", "k");
    assertThat(client.isClosedByServer()).isTrue();
    assertThat(admin.ask("INFO", "stats")).contains("client_output_buffer_limit_disconnections:1");
  }

  @Test
  void theLargestClientGoesWhenAllHoldTooMuch() {
    RespClient spared = cluster.client();
    spared.ask("CLIENT", "NO-EVICT", "ON");
    spared.write(unfinished(900_000));
    RespClient large = cluster.client();
    large.write(unfinished(800_000));
    RespClient small = cluster.client();
    small.write(unfinished(100_000));
    untilListed("qbuf=900000 ");
    untilListed("qbuf=800000 ");
    untilListed("qbuf=100000 ");
    set("maxmemory-clients", "10000000");
    set("maxmemory-clients", "1200000");
    assertThat(large.isClosedByServer()).isTrue();
    assertThat(admin.ask("INFO", "stats")).contains("evicted_clients:1");
    assertThat(admin.ask("INFO", "clients")).contains("client_recent_max_input_buffer:900000");
    small.write("\r\n$1\r\nx\r\n".getBytes(US_ASCII));
    assertThat(small.readText()).startsWith("-ERR unknown command");
  }

  /** Sends commands with replies of 20 MB, and reads none of them. */
  private RespClient slowReader() {
    RespClient slow = cluster.client();
    slow.ask("CLIENT", "SETNAME", "slow");
    slow.ask("SET", "k", "v".repeat(200_000));
    for (int i = 0; i < 100; i++) {
      slow.send("GET", "k");
    }
    return slow;
  }

  private void untilGone(String fields) {
    cluster.until(() -> {
      List<String> lines = new ArrayList<>();
      cluster.gateway.clients().forEach(client -> lines.add(ClientList.describe(client)));
      return lines.stream().noneMatch(line -> line.contains(fields));
    });
  }

  @Test
  void whoDoesNotReadIsServedUntilALimitEndsIt() {
    set("maxmemory-clients", "3000000");
    slowReader();
    untilGone("name=slow ");
    assertThat(admin.ask("INFO", "stats")).contains("evicted_clients:1");
    set("maxmemory-clients", "0");
    set("client-output-buffer-limit", "normal 3000000 0 0");
    slowReader();
    untilGone("name=slow ");
    assertThat(admin.ask("INFO", "stats")).contains("client_output_buffer_limit_disconnections:1");
  }

  @Test
  void whoDoesNotReadAndIsNotEndedIsNotServedOn() {
    RespClient slow = slowReader();
    untilListed("name=slow ");
    for (int i = 0; i < 100; i++) {
      assertThat(slow.readText()).hasSize(200_000);
    }
    set("maxmemory-clients", "3000000");
    slow.ask("CLIENT", "NO-EVICT", "ON");
    for (int i = 0; i < 100; i++) {
      slow.send("GET", "k");
    }
    for (int i = 0; i < 100; i++) {
      assertThat(slow.readText()).hasSize(200_000);
    }
  }

  @Test
  void aReplyOnItsWayIsNoReasonToEvictAnother() {
    RespClient large = cluster.client();
    large.ask("CLIENT", "SETNAME", "large");
    large.write(unfinished(100_000));
    untilListed("qbuf=100000 ");
    long bytes = 0;
    for (String line : admin.ask("CLIENT", "LIST").split("\n")) {
      bytes += Long.parseLong(line.replaceAll(".* tot-mem=(\\d+) .*", "$1"));
    }
    // Just enough for all.
    set("maxmemory-clients", Long.toString(bytes));
    assertThat(admin.ask("CLIENT", "LIST")).contains("name=large ");
    assertThat(admin.ask("INFO", "stats")).contains("evicted_clients:0");
  }

  @Test
  void whatIsQueuedCountsToo() {
    RespClient client = cluster.client();
    client.ask("MULTI");
    client.ask("SET", "k", "v".repeat(400_000));
    set("maxmemory-clients", "500000");
    assertThat(client.ask("SET", "k", "1")).isEqualTo("QUEUED");
    set("maxmemory-clients", "300000");
    assertThat(client.isClosedByServer()).isTrue();
  }

  @Test
  void commandsThatWaitAreBounded() {
    set("client-query-buffer-limit", "1048576");
    set("proto-max-bulk-len", "2097152");
    RespClient client = cluster.client();
    client.write(unfinished(1_048_600));
    assertThat(client.isClosedByServer()).isTrue();
    RespClient other = cluster.client();
    other.write("*2\r\n$2097153\r\n".getBytes(US_ASCII));
    assertThat(other.readText()).isEqualTo("-ERR Protocol error: invalid bulk length");
  }

  @Test
  void whoDoesNothingIsDisconnected() {
    RespClient idle = cluster.client();
    RespClient subscriber = cluster.client();
    idle.ask("PING");
    subscriber.ask("SUBSCRIBE", "c");
    set("timeout", "1");
    assertThat(idle.isClosedByServer()).isTrue();
    assertThat(subscriber.ask("PING")).isEqualTo("[pong, ]");
  }
}
