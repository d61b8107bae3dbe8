package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Publish and subscribe on one gateway. */
class PubSubTest {
  private final TestGateway cluster = new TestGateway(2, Placement.SAME_LOOP);

  @AfterEach
  void close() {
    cluster.close();
  }

  private RespClient resp3() {
    RespClient client = cluster.client();
    client.call("HELLO", "3");
    return client;
  }

  @Test
  void messagesComeInTheOrderOfTheirPublisher() {
    RespClient subscriber = cluster.client();
    assertThat(subscriber.ask("SUBSCRIBE", "news", "more")).isEqualTo("[subscribe, news, (1)]");
    assertThat(subscriber.readText()).isEqualTo("[subscribe, more, (2)]");
    RespClient publisher = cluster.client();
    for (int i = 0; i < 1000; i++) {
      publisher.send("PUBLISH", i % 2 == 0 ? "news" : "more", "m" + i);
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(publisher.readText()).isEqualTo("(1)");
      assertThat(subscriber.readText())
          .isEqualTo("[message, " + (i % 2 == 0 ? "news" : "more") + ", m" + i + "]");
    }
    assertThat(publisher.ask("PUBLISH", "else", "x")).isEqualTo("(0)");
  }

  @Test
  void patternsAndChannelsAreCountedTogetherAndDeliveredSeparately() {
    RespClient subscriber = cluster.client();
    assertThat(subscriber.ask("PSUBSCRIBE", "n?ws", "*")).isEqualTo("[psubscribe, n?ws, (1)]");
    assertThat(subscriber.readText()).isEqualTo("[psubscribe, *, (2)]");
    assertThat(subscriber.ask("SUBSCRIBE", "news")).isEqualTo("[subscribe, news, (3)]");
    assertThat(subscriber.ask("SSUBSCRIBE", "news")).isEqualTo("[ssubscribe, news, (1)]");
    RespClient publisher = cluster.client();
    assertThat(publisher.ask("PUBLISH", "news", "x")).isEqualTo("(3)");
    assertThat(publisher.ask("SPUBLISH", "news", "y")).isEqualTo("(1)");
    assertThat(subscriber.readText()).isEqualTo("[message, news, x]");
    assertThat(subscriber.readText()).isEqualTo("[pmessage, n?ws, news, x]");
    assertThat(subscriber.readText()).isEqualTo("[pmessage, *, news, x]");
    assertThat(subscriber.readText()).isEqualTo("[smessage, news, y]");
    assertThat(subscriber.ask("PUNSUBSCRIBE")).isEqualTo("[punsubscribe, n?ws, (2)]");
    assertThat(subscriber.readText()).isEqualTo("[punsubscribe, *, (1)]");
    assertThat(subscriber.ask("PUNSUBSCRIBE")).isEqualTo("[punsubscribe, nil, (1)]");
    assertThat(subscriber.ask("UNSUBSCRIBE", "none")).isEqualTo("[unsubscribe, none, (1)]");
    assertThat(subscriber.ask("SUNSUBSCRIBE")).isEqualTo("[sunsubscribe, news, (0)]");
    assertThat(publisher.ask("PUBLISH", "news", "z")).isEqualTo("(1)");
    assertThat(subscriber.readText()).isEqualTo("[message, news, z]");
  }

  @Test
  void aRespTwoSubscriberMaySendLittle() {
    RespClient subscriber = cluster.client();
    subscriber.ask("SUBSCRIBE", "news");
    assertThat(subscriber.ask("GET", "key"))
        .isEqualTo(
            "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET"
                + " are allowed in this context");
    assertThat(subscriber.ask("PING")).isEqualTo("[pong, ]");
    assertThat(subscriber.ask("PING", "x")).isEqualTo("[pong, x]");
    assertThat(subscriber.ask("RESET")).isEqualTo("RESET");
    assertThat(subscriber.ask("GET", "key")).isEqualTo("nil");
    assertThat(cluster.client().ask("PUBLISH", "news", "x")).isEqualTo("(0)");
  }

  @Test
  void inRespThreeMessagesArePushedBetweenReplies() {
    RespClient client = resp3();
    assertThat(client.ask("SUBSCRIBE", "news")).contains("subscribe");
    assertThat(client.ask("PING")).isEqualTo("PONG");
    // The message to itself follows the reply.
    assertThat(client.ask("PUBLISH", "news", "x")).isEqualTo("(1)");
    assertThat(client.readText()).startsWith("Push").contains("message");
    client.send("GET", "late");
    cluster.until(() -> cluster.shards.stream().mapToInt(FakeShard::lateCount).sum() == 1);
    cluster.client().ask("PUBLISH", "news", "y");
    assertThat(client.readText()).startsWith("Push");
    for (FakeShard shard : cluster.shards) {
      cluster.onLoop(() -> shard.release(shard.lateCount()));
    }
    assertThat(client.readText()).isEqualTo("nil");
  }

  @Test
  void introspection() {
    RespClient first = cluster.client();
    RespClient second = cluster.client();
    first.ask("SUBSCRIBE", "news.a");
    second.ask("SUBSCRIBE", "news.a");
    first.ask("SUBSCRIBE", "other");
    first.ask("PSUBSCRIBE", "n*");
    second.ask("PSUBSCRIBE", "n*");
    second.ask("SSUBSCRIBE", "shard");
    RespClient client = cluster.client();
    assertThat(client.ask("PUBSUB", "CHANNELS")).isEqualTo("[news.a, other]");
    assertThat(client.ask("PUBSUB", "CHANNELS", "n*")).isEqualTo("[news.a]");
    assertThat(client.ask("PUBSUB", "NUMSUB", "news.a", "none"))
        .isEqualTo("[news.a, (2), none, (0)]");
    assertThat(client.ask("PUBSUB", "NUMSUB")).isEqualTo("[]");
    assertThat(client.ask("PUBSUB", "NUMPAT")).isEqualTo("(1)");
    assertThat(client.ask("PUBSUB", "SHARDCHANNELS")).isEqualTo("[shard]");
    assertThat(client.ask("PUBSUB", "SHARDNUMSUB", "shard")).isEqualTo("[shard, (1)]");
    assertThat(client.ask("PUBSUB", "HELP")).contains("CHANNELS [<pattern>]");
    first.close();
    cluster.until(() -> cluster.gateway.counters().connections() == 2);
    assertThat(client.ask("PUBSUB", "NUMSUB", "news.a", "other"))
        .isEqualTo("[news.a, (1), other, (0)]");
  }

  @Test
  void aSubscriberThatDoesNotReadIsClosed() {
    RespClient client = cluster.client();
    client.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 0 0");
    RespClient slow = new RespClient(cluster.gateway.respPort(), 1 << 12);
    slow.ask("SUBSCRIBE", "news");
    String message = "x".repeat(100_000);
    String receivers = "(1)";
    for (int i = 0; i < 1000 && receivers.equals("(1)"); i++) {
      receivers = client.ask("PUBLISH", "news", message);
    }
    assertThat(receivers).isEqualTo("(0)");
    slow.close();
  }

  @Test
  void callersWithoutAConnectionPublishButDoNotSubscribe() {
    RespClient subscriber = cluster.client();
    subscriber.ask("SUBSCRIBE", "news");
    var published = cluster.gateway.execute(0, Request.of("PUBLISH", "news", "x"));
    assertThat(RespClient.text(TestGateway.await(published))).isEqualTo("(1)");
    assertThat(subscriber.readText()).isEqualTo("[message, news, x]");
    var refused = cluster.gateway.execute(0, Request.of("SUBSCRIBE", "news"));
    assertThat(RespClient.text(TestGateway.await(refused)))
        .isEqualTo("-ERR SUBSCRIBE isn't allowed for a DENY BLOCKING client");
  }

  @ParameterizedTest
  @EnumSource
  void scriptsPublishByTheGatewayThatGetsTheirReply(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient subscriber = cluster.client();
      subscriber.ask("SUBSCRIBE", "c");
      subscriber.ask("SSUBSCRIBE", "s");
      RespClient client = cluster.client();
      assertThat(client.ask("EVAL", "publish", "1", "k")).isEmpty();
      assertThat(subscriber.readText()).isEqualTo("[message, c, m1]");
      assertThat(subscriber.readText()).isEqualTo("[smessage, s, m2]");
      client.ask("MULTI");
      client.ask("EVAL", "publish", "1", "k");
      client.ask("EVAL", "nothing", "1", "k");
      assertThat(client.ask("EXEC")).isEqualTo("[, ]");
      assertThat(subscriber.readText()).isEqualTo("[message, c, m1]");
    }
  }
}
