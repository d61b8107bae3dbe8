package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.Reply;
import io.slotferry.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection does with what its client sends, and does not read. */
class ConnectionTest {
  private final TestGateway cluster = new TestGateway(2, Placement.SAME_LOOP);

  @AfterEach
  void close() {
    cluster.close();
  }

  private static String random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ('a' + (bytes[i] & 15));
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Test
  void takesCommandsByteByByte() {
    RespClient client = cluster.client();
    for (byte b : RespClient.encode("SET", "key", "a\r\nvalue")) {
      client.write(new byte[] {b});
    }
    assertThat(client.readText()).isEqualTo("OK");
    for (byte b : "GET key\r\n".getBytes(StandardCharsets.US_ASCII)) {
      client.write(new byte[] {b});
    }
    assertThat(client.readText()).isEqualTo("a\r\nvalue");
  }

  @Test
  void takesLargeValues() {
    RespClient client = cluster.client();
    String value = random(1 << 20);
    assertThat(client.ask("SET", "large", value)).isEqualTo("OK");
    assertThat(client.ask("GET", "large")).isEqualTo(value);
    client.write(RespClient.encode("SET", "other", value));
    client.write(RespClient.encode("GET", "other"));
    client.write(RespClient.encode("GET", "large"));
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo(value);
    assertThat(client.readText()).isEqualTo(value);
  }

  @Test
  void aProtocolErrorIsSaidInItsTurnAndEndsTheConnection() {
    RespClient client = cluster.client();
    cluster.onLoop(() -> cluster.shards.forEach(shard -> shard.refusesAll = false));
    client.write(RespClient.encode("SET", "late", "1"));
    client.write("*1\r\n!x\r\n*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII));
    cluster.until(() -> cluster.shards.stream().mapToInt(FakeShard::lateCount).sum() == 1);
    for (FakeShard shard : cluster.shards) {
      cluster.onLoop(() -> shard.release(shard.lateCount()));
    }
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("-ERR Protocol error: expected '$', got '!'");
    assertThat(client.isClosedByServer()).isTrue();
  }

  @Test
  void quitClosesAfterWhatIsOwed() {
    RespClient client = cluster.client();
    client.send("SET", "late", "1");
    client.send("QUIT");
    client.send("PING");
    cluster.until(() -> cluster.shards.stream().mapToInt(FakeShard::lateCount).sum() == 1);
    for (FakeShard shard : cluster.shards) {
      cluster.onLoop(() -> shard.release(shard.lateCount()));
    }
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.isClosedByServer()).isTrue();
    cluster.until(() -> cluster.gateway.counters().connections() == 0);
  }

  @Test
  void aClientThatDoesNotReadIsNotServedOn() {
    String value = random(100_000);
    cluster.client().ask("SET", "large", value);
    RespClient slow = new RespClient(cluster.gateway.respPort(), 1 << 12);
    int commands = 2000;
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < commands; i++) {
                slow.send("GET", "large");
              }
            });
    long served = servedWhenItStops();
    assertThat(served).isLessThan(commands / 2);
    // Others are served meanwhile.
    assertThat(cluster.client().ask("PING")).isEqualTo("PONG");
    for (int i = 0; i < commands; i++) {
      assertThat(((Reply.BulkString) slow.read()).bytes()).hasSize(value.length());
    }
    assertThat(writer.isAlive()).isFalse();
    slow.close();
  }

  /** The number of GETs that were executed when no more are, over a good number of loop turns. */
  private long servedWhenItStops() {
    long[] last = {0, 0};
    cluster.until(() -> {
      long now = cluster.shards.stream().mapToLong(shard -> shard.log.size()).sum();
      last[1] = now == last[0] && now > 1 ? last[1] + 1 : 0;
      last[0] = now;
      return last[1] > 20_000;
    });
    return last[0];
  }

  @Test
  void owedRepliesAreBounded() {
    RespClient client = cluster.client();
    int commands = ReplyQueue.REPLIES_MAX * 3;
    byte[] one = RespClient.encode("INCR", "late{1}");
    for (int i = 0; i < commands; i++) {
      client.write(one);
    }
    int answered = 0;
    while (answered < commands) {
      cluster.until(() -> lateCount() > 0);
      assertThat(cluster.<Integer>onLoop(this::lateCount))
          .isLessThanOrEqualTo(ReplyQueue.REPLIES_MAX);
      int released =
          cluster.onLoop(() -> {
            int count = lateCount();
            cluster.shards.forEach(shard -> shard.release(shard.lateCount()));
            return count;
          });
      for (int i = 0; i < released; i++) {
        assertThat(client.readText()).isEqualTo("(" + ++answered + ")");
      }
    }
  }

  private int lateCount() {
    return cluster.shards.stream().mapToInt(FakeShard::lateCount).sum();
  }

  @Test
  void callersInTheProcessGetRepliesToo() {
    Reply set = TestGateway.await(cluster.gateway.execute(0, Request.of("SET", "k", "v")));
    assertThat(RespClient.text(set)).isEqualTo("OK");
    Reply got = TestGateway.await(cluster.gateway.execute(0, Request.of("MGET", "k", "a", "b")));
    assertThat(RespClient.text(got)).isEqualTo("[v, nil, nil]");
    Reply unknown = TestGateway.await(cluster.gateway.execute(0, Request.of("NOPE", "x")));
    assertThat(RespClient.text(unknown))
        .isEqualTo("-ERR unknown command 'NOPE', with args beginning with: 'x' ");
    byte[] resp2 =
        TestGateway.await(
            cluster.gateway.submit(0, Request.of("GET", "none"), 2, new RequestSession(null)));
    assertThat(resp2).asString().isEqualTo("$-1\r\n");
  }

  @Test
  void whatIsParsedAheadOfAPauseIsExecutedAfterIt() {
    RespClient client = cluster.client();
    client.write(
        "SET k 1\r\nCLIENT PAUSE 100000 ALL\r\nSET k 2\r\n*2\r\n$3\r\nGET\r\n$1\r\n"
            .getBytes(StandardCharsets.US_ASCII));
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("OK");
    RespClient other = cluster.client();
    assertThat(other.ask("CLIENT", "UNPAUSE")).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("OK");
    client.write("k\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(client.readText()).isEqualTo("2");
  }

  @Test
  void aReadMayBringMoreCommandsThanABatchTakes() {
    RespClient client = cluster.client();
    int commands = 3 * RequestBatch.COMMANDS_MAX + 1;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < commands; i++) {
      text.append("SET k").append(i).append(" v").append(i).append("\r\n");
      text.append("GET k").append(i).append("\r\n");
    }
    client.write(text.toString().getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < commands; i++) {
      assertThat(client.readText()).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("v" + i);
    }
  }
}
