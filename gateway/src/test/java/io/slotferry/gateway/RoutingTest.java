package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.Reply;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Slots;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands find their shards, and split ones their way back, wherever the shards live. */
class RoutingTest {
  private static final int KEYS = 40;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static int ownerOf(TestGateway cluster, String key) {
    return cluster.maps.current().shardOf(Slots.slotOf(bytes(key)));
  }

  private static List<String> fill(RespClient client) {
    List<String> keys = new ArrayList<>();
    List<String> request = new ArrayList<>(List.of("MSET"));
    for (int i = 0; i < KEYS; i++) {
      keys.add("key:" + i);
      request.add("key:" + i);
      request.add("value:" + i);
    }
    assertThat(client.ask(request.toArray(String[]::new))).isEqualTo("OK");
    return keys;
  }

  private static String[] with(String command, List<String> keys) {
    List<String> request = new ArrayList<>(List.of(command));
    request.addAll(keys);
    return request.toArray(String[]::new);
  }

  @ParameterizedTest
  @EnumSource
  void splitCommandsKeepTheOrderOfTheirKeys(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      List<String> keys = fill(client);
      assertThat(keys.stream().map(key -> ownerOf(cluster, key)).distinct()).hasSize(3);
      List<String> asked = new ArrayList<>(keys);
      asked.add(7, "none");
      asked.add(keys.getFirst());
      List<String> expected =
          new ArrayList<>(keys.stream().map(key -> key.replace("key", "value")).toList());
      expected.add(7, "nil");
      expected.add("value:0");
      assertThat(client.ask(with("MGET", asked))).isEqualTo(expected.toString());
      assertThat(client.ask(with("EXISTS", asked))).isEqualTo("(" + (KEYS + 1) + ")");
      assertThat(client.ask("DBSIZE")).isEqualTo("(" + KEYS + ")");
      assertThat(client.ask(with("DEL", keys.subList(0, 10)))).isEqualTo("(10)");
      assertThat(client.ask("DBSIZE")).isEqualTo("(" + (KEYS - 10) + ")");
      assertThat(client.ask("MSET", "a", "1", "b"))
          .isEqualTo("-ERR wrong number of arguments for 'mset' command");
      assertThat(client.ask("WAIT", "1", "0")).isEqualTo("(1)");
      assertThat(client.ask("FLUSHALL")).isEqualTo("OK");
      assertThat(client.ask("DBSIZE")).isEqualTo("(0)");
    }
  }

  @ParameterizedTest
  @EnumSource
  void scansAndListsMeetEveryKey(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      Set<String> keys = new TreeSet<>(fill(client));
      Set<String> scanned = new TreeSet<>();
      String cursor = "0";
      int calls = 0;
      do {
        Reply.Array reply = (Reply.Array) client.call("SCAN", cursor);
        cursor = RespClient.text(reply.elements().getFirst());
        ((Reply.Array) reply.elements().get(1))
            .elements()
            .forEach(key -> scanned.add(RespClient.text(key)));
        assertThat(++calls).isLessThan(100);
      } while (!cursor.equals("0"));
      assertThat(scanned).isEqualTo(keys);
      assertThat(client.ask("SCAN", "x")).isEqualTo("-ERR invalid cursor");
      Reply.Array all = (Reply.Array) client.call("KEYS", "*");
      assertThat(all.elements().stream().map(RespClient::text))
          .containsExactlyInAnyOrderElementsOf(keys);
      assertThat(keys).contains(client.ask("RANDOMKEY"));
      client.ask("FLUSHALL");
      assertThat(client.ask("RANDOMKEY")).isEqualTo("nil");
      client.ask("SET", "only", "1");
      assertThat(client.ask("RANDOMKEY")).isEqualTo("only");
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalKeysNeedOneSlotOnlyWhenThereAreSeveralShards(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      assertThat(client.ask("RENAME", "a", "b"))
          .isEqualTo("-CROSSSLOT Keys in request don't hash to the same slot");
      client.ask("SET", "{x}a", "1");
      assertThat(client.ask("RENAME", "{x}a", "{x}b")).isEqualTo("OK");
      assertThat(client.ask("SWAPDB", "0", "1"))
          .isEqualTo("-ERR SWAPDB is not allowed in a cluster of several shards");
      assertThat(client.ask("SORT", "a", "BY", "w_*")).startsWith("-ERR BY option of SORT denied");
    }
    try (TestGateway single = new TestGateway(1, placement)) {
      RespClient client = single.client();
      client.ask("SET", "a", "1");
      assertThat(client.ask("RENAME", "a", "b")).isEqualTo("OK");
    }
  }

  @ParameterizedTest
  @EnumSource
  void debugGoesWhereItsSubcommandSays(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      assertThat(client.ask("DEBUG", "POPULATE", "30", "key")).isEqualTo("OK");
      assertThat(client.ask("DBSIZE")).isEqualTo("(30)");
      assertThat(client.ask("GET", "key:29")).isEqualTo("value:29");
      assertThat(client.ask("DEBUG", "SLEEP", "0.001")).isEqualTo("OK");
    }
  }

  @ParameterizedTest
  @EnumSource
  void keyRangesWalkTheTabletsInOrder(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      cluster.change(
          new MapChange.CreateKeyspace(
              1,
              "events",
              Partitioning.RANGE,
              KeyOrder.NATURAL,
              Durability.ASYNC,
              List.of(bytes("event:100"), bytes("event:1000"), bytes("event:5000"))));
      RespClient client = cluster.client();
      assertThat(client.ask("SELECT", "1")).isEqualTo("OK");
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 8000; i += 250) {
        keys.add("event:" + i);
        client.ask("SET", "event:" + i, Integer.toString(i));
      }
      assertThat(client.ask("KEYRANGE", "-", "+")).isEqualTo(keys.toString());
      assertThat(client.ask("KEYRANGE", "-", "+", "REV")).isEqualTo(keys.reversed().toString());
      assertThat(client.ask("KEYRANGE", "[event:750", "(event:1500"))
          .isEqualTo("[event:750, event:1000, event:1250]");
      assertThat(client.ask("KEYRANGE", "[event:750", "(event:1500", "REV", "WITHVALUES"))
          .isEqualTo("[event:1250, 1250, event:1000, 1000, event:750, 750]");
      assertThat(client.ask("KEYRANGE", "-", "+", "LIMIT", "3", "4"))
          .isEqualTo(keys.subList(3, 7).toString());
      assertThat(client.ask("KEYRANGE", "-", "+", "LIMIT", "30", "-1"))
          .isEqualTo(keys.subList(30, keys.size()).toString());
      assertThat(client.ask("KEYRANGE", "-", "+", "REV", "LIMIT", "10", "2"))
          .isEqualTo(keys.reversed().subList(10, 12).toString());
      assertThat(client.ask("KEYRANGE", "-", "+", "LIMIT", "0", "0")).isEqualTo("[]");
      assertThat(client.ask("KEYRANGE", "-", "+", "LIMIT", "x", "0"))
          .isEqualTo("-ERR value is not an integer or out of range");
      assertThat(client.ask("KEYRANGE", "[event:7900", "+")).isEqualTo("[]");
      assertThat(client.ask("RENAME", "event:0", "event:7000")).startsWith("-CROSSSLOT");
      client.ask("SELECT", "0");
      assertThat(client.ask("KEYRANGE", "-", "+"))
          .isEqualTo("-ERR KEYRANGE needs a range keyspace");
    }
  }
}
