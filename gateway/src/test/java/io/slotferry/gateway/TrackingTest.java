package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.Reply;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client-side caching and keyspace notifications, wherever the shards live. */
class TrackingTest {
  private static RespClient resp3(TestGateway cluster) {
    RespClient client = cluster.client();
    client.call("HELLO", "3");
    return client;
  }

  private static RespClient tracking(TestGateway cluster) {
    RespClient client = resp3(cluster);
    client.ask("CLIENT", "TRACKING", "ON");
    return client;
  }

  /** The next thing that a RESP3 client gets, if it is an invalidation. */
  private static String invalidated(RespClient client) {
    return client.read() instanceof Reply.Push push && push.elements().size() == 2
        ? RespClient.text(push.elements().get(1))
        : "no push";
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void aChangeOfWhatWasReadIsToldOnce(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient reader = resp3(cluster);
      RespClient writer = cluster.client();
      assertThat(reader.ask("CLIENT", "TRACKING", "ON")).isEqualTo("OK");
      reader.ask("MGET", "a", "b", "c");
      writer.ask("SET", "b", "1");
      assertThat(invalidated(reader)).isEqualTo("[b]");
      writer.ask("SET", "b", "2");
      writer.ask("SET", "a", "2");
      assertThat(invalidated(reader)).isEqualTo("[a]");
      assertThat(reader.ask("CLIENT", "TRACKING", "OFF")).isEqualTo("OK");
      writer.ask("SET", "c", "2");
      assertThat(reader.ask("PING")).isEqualTo("PONG");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void theKeysThatAScriptReadsAreTracked(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient reader = tracking(cluster);
      RespClient writer = cluster.client();
      reader.ask("EVAL", "reads b,not-given", "2", "a", "b");
      assertThat(reader.ask("INFO", "stats")).contains("tracking_total_items:2");
      writer.ask("SET", "a", "1");
      writer.ask("SET", "b", "1");
      assertThat(invalidated(reader)).isEqualTo("[b]");
      writer.ask("SET", "not-given", "1");
      assertThat(invalidated(reader)).isEqualTo("[not-given]");
      reader.ask("MULTI");
      reader.ask("EVAL", "reads b", "2", "a", "b");
      reader.ask("GET", "c");
      reader.ask("EXEC");
      writer.ask("SET", "a", "2");
      writer.ask("SET", "c", "2");
      assertThat(invalidated(reader)).isEqualTo("[c]");
      writer.ask("SET", "b", "2");
      assertThat(invalidated(reader)).isEqualTo("[b]");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void aKeyThatIsReadBesideAScriptStaysTracked(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient reader = tracking(cluster);
      reader.send("EVAL", "reads b", "2", "a", "b");
      reader.send("GET", "a");
      reader.send("EVAL", "reads b", "2", "a", "b");
      reader.readText();
      reader.readText();
      reader.readText();
      cluster.client().ask("SET", "a", "1");
      assertThat(invalidated(reader)).isEqualTo("[a]");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void whatATransactionReadsAfterItsOwnChangeIsNew(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient client = tracking(cluster);
      transaction(client, "SET a 1", "GET a");
      assertThat(client.ask("PING")).isEqualTo("PONG");
      cluster.client().ask("SET", "a", "2");
      assertThat(invalidated(client)).isEqualTo("[a]");
    }
  }

  @Test
  void whatWasChangedInTheSameTurnBeforeItWasReadIsNoNews() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = tracking(cluster);
      ByteArrayOutputStream pipeline = new ByteArrayOutputStream();
      pipeline.writeBytes(RespClient.encode("GET", "b"));
      pipeline.writeBytes(RespClient.encode("SET", "a", "1"));
      pipeline.writeBytes(RespClient.encode("SET", "b", "1"));
      pipeline.writeBytes(RespClient.encode("GET", "a"));
      client.write(pipeline.toByteArray());
      for (String expected : List.of("nil", "OK", "OK")) {
        assertThat(client.readText()).isEqualTo(expected);
      }
      // The change of b is told as soon as it is known.
      assertThat(List.of(client.readText(), client.readText())).containsOnlyOnce("1");
      assertThat(client.ask("PING")).isEqualTo("PONG");
      cluster.client().ask("SET", "a", "2");
      assertThat(invalidated(client)).isEqualTo("[a]");
    }
  }

  /** From further away some of it is told twice. */
  @Test
  void whatATransactionChangesOfWhatWasReadIsToldAfterItsReply() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = tracking(cluster);
      client.ask("GET", "b");
      transaction(client, "SET b 1", "GET b", "GET c", "SET c 1", "GET c", "SET a 1", "GET a");
      assertThat(invalidated(client)).isEqualTo("[b]");
      assertThat(invalidated(client)).isEqualTo("[c]");
      assertThat(client.ask("SET", "a", "3")).isEqualTo("OK");
      assertThat(invalidated(client)).isEqualTo("[a]");
    }
  }

  private static void transaction(RespClient client, String... commands) {
    client.ask("MULTI");
    for (String command : commands) {
      assertThat(client.ask(command.split(" "))).isEqualTo("QUEUED");
    }
    assertThat(client.ask("EXEC")).startsWith("[");
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void whatWasReadIsForgottenWhenNobodyTracks(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient reader = tracking(cluster);
      reader.ask("GET", "a");
      assertThat(reader.ask("INFO", "stats")).contains("tracking_total_items:1");
      reader.ask("CLIENT", "TRACKING", "OFF");
      reader.ask("CLIENT", "TRACKING", "ON");
      assertThat(reader.ask("INFO", "stats")).contains("tracking_total_items:0");
      reader.ask("GET", "b");
      RespClient writer = cluster.client();
      writer.ask("SET", "a", "1");
      writer.ask("SET", "b", "1");
      assertThat(invalidated(reader)).isEqualTo("[b]");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void ownChangesAreToldUnlessNoLoop(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      RespClient client = tracking(cluster);
      client.ask("GET", "a");
      assertThat(client.ask("SET", "a", "1")).isEqualTo("OK");
      assertThat(invalidated(client)).isEqualTo("[a]");
      client.ask("CLIENT", "TRACKING", "ON", "NOLOOP");
      client.ask("GET", "a");
      assertThat(client.ask("SET", "a", "2")).isEqualTo("OK");
      client.ask("GET", "a");
      cluster.client().ask("SET", "a", "3");
      assertThat(invalidated(client)).isEqualTo("[a]");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void broadcastTellsOfAllKeysWithAPrefix(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = resp3(cluster);
      client.ask("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "user:", "PREFIX", "item:");
      cluster.until(() -> cluster.shards.stream().allMatch(shard -> shard.watched() != 0));
      RespClient writer = cluster.client();
      writer.ask("SET", "other:1", "x");
      writer.ask("SET", "user:1", "x");
      assertThat(invalidated(client)).isEqualTo("[user:1]");
      writer.ask("SET", "item:1", "x");
      assertThat(invalidated(client)).isEqualTo("[item:1]");
      assertThat(client.ask("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "user:9"))
          .isEqualTo(
              "-ERR Prefix 'user:9' overlaps with an existing prefix 'user:'. Prefixes for a single"
                  + " client must not overlap.");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void aMoveAndAFailoverInvalidateEverything(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = tracking(cluster);
      client.ask("GET", "a");
      int slot = io.slotferry.topology.Slots.slotOf(new byte[] {'a'}, 0, 1);
      int owner = cluster.maps.current().shardOf(slot);
      cluster.maps.move(owner, 3 - owner, slot);
      assertThat(invalidated(client)).isEqualTo("nil");
      client.ask("GET", "a");
      cluster.maps.promote(3 - owner);
      assertThat(invalidated(client)).isEqualTo("nil");
      client.ask("GET", "a");
      cluster.client().ask("SET", "a", "1");
      assertThat(invalidated(client)).isEqualTo("[a]");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  void notificationsGoToWhoIsSubscribed(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient writer = cluster.client();
      assertThat(writer.ask("CONFIG", "SET", "notify-keyspace-events", "q")).startsWith("-ERR");
      assertThat(writer.ask("CONFIG", "SET", "notify-keyspace-events", "KE$")).isEqualTo("OK");
      assertThat(writer.ask("CONFIG", "GET", "notify-keyspace-events"))
          .isEqualTo("[notify-keyspace-events, $KE]");
      assertThat(cluster.<Integer>onLoop(() -> cluster.shard(1).watched())).isZero();
      RespClient subscriber = cluster.client();
      subscriber.ask("PSUBSCRIBE", "__key*@0__:*");
      cluster.until(() -> cluster.shards.stream().allMatch(shard -> shard.watched() != 0));
      writer.ask("SET", "a", "1");
      assertThat(subscriber.readText())
          .isEqualTo("[pmessage, __key*@0__:*, __keyspace@0__:a, set]");
      assertThat(subscriber.readText())
          .isEqualTo("[pmessage, __key*@0__:*, __keyevent@0__:set, a]");
      subscriber.close();
      cluster.until(() -> cluster.shards.stream().allMatch(shard -> shard.watched() == 0));
    }
  }
}
