package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values that come in many reads, and leave in many writes. */
class LargeValuesTest {
  private static final int LARGE_BYTES = 9_000_000;

  private static String value(int length) {
    StringBuilder value = new StringBuilder(length + 16);
    for (int i = 0; value.length() < length; i++) {
      value.append(i).append(' ');
    }
    value.setLength(length);
    return value.toString();
  }

  @ParameterizedTest
  @EnumSource(names = {"SAME_LOOP", "OTHER_LOOP"})
  void areServedInOrderWithWhatIsSentBehindThem(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      String first = value(LARGE_BYTES);
      String second = value(LARGE_BYTES / 2);
      var _ =
          CompletableFuture.runAsync(() -> {
            client.send("SET", "large", first);
            client.send("INCR", "n");
            client.send("GET", "large");
            client.send("SET", "large", second);
            client.send("MGET", "large", "n");
            client.send("INCR", "n");
          });
      assertThat(client.readText()).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("(1)");
      assertThat(client.readText().equals(first)).isTrue();
      assertThat(client.readText()).isEqualTo("OK");
      assertThat(client.readText().equals("[" + second + ", 1]")).isTrue();
      assertThat(client.readText()).isEqualTo("(2)");
    }
  }

  @Test
  void aClientThatReadsNothingKeepsNobodyWaitingAndLosesNothing() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient slow = cluster.client();
      RespClient other = cluster.client();
      String large = value(LARGE_BYTES);
      var _ = CompletableFuture.runAsync(() -> other.send("SET", "large", large));
      assertThat(other.readText()).isEqualTo("OK");
      for (int i = 0; i < 5; i++) {
        slow.send("GET", "large");
        slow.send("INCR", "n");
      }
      assertThat(slow.read()).isNotNull();
      // All of it does not fit in the sockets: later commands have not been executed.
      assertThat(Integer.parseInt(other.ask("GET", "n"))).isLessThan(4);
      assertThat(other.ask("SET", "large", "small")).isEqualTo("OK");
      assertThat(slow.readText()).isEqualTo("(1)");
      for (int i = 2; i <= 5; i++) {
        String reply = slow.readText();
        assertThat(reply.equals(large) || reply.equals("small")).isTrue();
        assertThat(slow.readText()).isEqualTo("(" + i + ")");
      }
    }
  }

  @Test
  void aClientThatLeavesInTheMiddleOfOneHarmsNobody() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient leaving = cluster.client();
      RespClient other = cluster.client();
      String large = value(LARGE_BYTES);
      var _ = CompletableFuture.runAsync(() -> other.send("SET", "large", large));
      assertThat(other.readText()).isEqualTo("OK");
      leaving.send("GET", "large");
      other.ask("PING");
      leaving.close();
      RespClient half = cluster.client();
      byte[] command = RespClient.encode("SET", "other", large);
      half.write(Arrays.copyOf(command, command.length / 2));
      half.close();
      assertThat(other.call("GET", "large")).isNotNull();
      assertThat(other.ask("GET", "other")).isEqualTo("nil");
    }
  }
}
