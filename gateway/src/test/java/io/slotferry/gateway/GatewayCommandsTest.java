package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.Reply;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.Routing;
import io.slotferry.topology.MapChange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands that the gateway answers itself, with Redis' replies. */
class GatewayCommandsTest {
  private final TestGateway cluster =
      new TestGateway(
          2, Placement.SAME_LOOP, new GatewayOptions("gateway-1", "127.0.0.1", 0, null, 4));

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void everyRowOfTheGatewayIsBound() {
    for (Command command : Command.ofClients()) {
      if (command.routing() == Routing.GATEWAY) {
        assertThatCode(() -> GatewayCommands.of(command)).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void pingAndEcho() {
    RespClient client = cluster.client();
    assertThat(client.ask("PING")).isEqualTo("PONG");
    assertThat(client.ask("ping", "x")).isEqualTo("x");
    assertThat(client.ask("PING", "x", "y"))
        .isEqualTo("-ERR wrong number of arguments for 'ping' command");
    assertThat(client.ask("ECHO", "\0\r\n")).isEqualTo("\0\r\n");
    assertThat(client.ask("GET")).isEqualTo("-ERR wrong number of arguments for 'get' command");
    assertThat(client.ask("foo", "a", "b"))
        .isEqualTo("-ERR unknown command 'foo', with args beginning with: 'a' 'b' ");
  }

  @Test
  void helloChoosesTheProtocol() {
    RespClient client = cluster.client();
    assertThat(client.ask("HELLO", "4")).isEqualTo("-NOPROTO unsupported protocol version");
    assertThat(client.ask("HELLO", "x"))
        .isEqualTo("-ERR Protocol version is not an integer or out of range");
    assertThat(client.call("HELLO", "3", "SETNAME", "me")).isInstanceOf(Reply.Pairs.class);
    assertThat(client.ask("CLIENT", "GETNAME")).isEqualTo("me");
    client.write(RespClient.encode("GET", "none"));
    assertThat(client.readText()).isEqualTo("nil");
    assertThat(client.call("CONFIG", "GET", "maxmemory*")).isInstanceOf(Reply.Pairs.class);
    assertThat(client.ask("RESET")).isEqualTo("RESET");
    assertThat(client.call("HELLO")).isInstanceOf(Reply.Array.class);
    assertThat(client.ask("CLIENT", "GETNAME")).isEqualTo("nil");
    assertThat(client.ask("HELLO", "2", "NOPE"))
        .isEqualTo("-ERR Syntax error in HELLO option 'NOPE'");
  }

  @Test
  void authIsAskedForOnceThereIsAPassword() {
    RespClient client = cluster.client();
    assertThat(client.ask("AUTH", "x")).startsWith("-ERR AUTH <password> called without");
    assertThat(client.ask("CONFIG", "SET", "requirepass", "secret")).isEqualTo("OK");
    assertThat(client.ask("PING")).isEqualTo("PONG");
    RespClient other = cluster.client();
    assertThat(other.ask("PING")).isEqualTo("-NOAUTH Authentication required.");
    assertThat(other.ask("HELLO", "3")).startsWith("-NOAUTH HELLO must be called");
    assertThat(other.ask("AUTH", "wrong"))
        .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.");
    assertThat(other.ask("AUTH", "nobody", "secret")).startsWith("-WRONGPASS");
    assertThat(other.ask("AUTH", "default", "secret")).isEqualTo("OK");
    assertThat(other.ask("PING")).isEqualTo("PONG");
    RespClient third = cluster.client();
    assertThat(third.call("HELLO", "3", "AUTH", "default", "secret"))
        .isInstanceOf(Reply.Pairs.class);
  }

  @Test
  void selectMakesKeyspaces() {
    RespClient client = cluster.client();
    client.send("SET", "k", "in 0");
    client.send("SELECT", "3");
    client.send("GET", "k");
    client.send("SET", "k", "in 3");
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("nil");
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(cluster.maps.current().keyspace(3)).isNotNull();
    assertThat(client.ask("INFO", "keyspace"))
        .contains("db0:keys=1,expires=0,avg_ttl=0", "db3:keys=1,expires=0,avg_ttl=0");
    assertThat(client.ask("SELECT", "0")).isEqualTo("OK");
    assertThat(client.ask("GET", "k")).isEqualTo("in 0");
    assertThat(client.ask("SELECT", "16")).isEqualTo("-ERR DB index is out of range");
    assertThat(client.ask("SELECT", "a")).isEqualTo("-ERR value is not an integer or out of range");
  }

  @Test
  void clientTellsOfConnections() {
    RespClient client = cluster.client();
    RespClient other = cluster.client();
    assertThat(other.ask("CLIENT", "SETNAME", "other")).isEqualTo("OK");
    assertThat(other.ask("CLIENT", "SETNAME", "a b")).startsWith("-ERR Client names cannot");
    assertThat(other.ask("CLIENT", "SETINFO", "lib-name", "lib")).isEqualTo("OK");
    assertThat(other.ask("CLIENT", "DURABILITY", "SYNC")).isEqualTo("OK");
    assertThat(client.ask("CLIENT", "LIST").lines())
        .hasSize(2)
        .anyMatch(line -> line.contains(" name=other ") && line.contains("lib-name=lib"));
    assertThat(other.ask("CLIENT", "INFO")).contains("cmd=client").contains("name=other");
    String id = other.ask("CLIENT", "ID").replaceAll("\\D", "");
    assertThat(client.ask("CLIENT", "LIST", "ID", id).lines()).hasSize(1);
    assertThat(client.ask("CLIENT", "NOPE"))
        .isEqualTo("-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.");
    assertThat(client.ask("CLIENT", "GETNAME", "x"))
        .isEqualTo("-ERR wrong number of arguments for 'client|getname' command");
    assertThat(client.ask("CLIENT", "KILL", "ID", id)).isEqualTo("(1)");
    assertThat(other.isClosedByServer()).isTrue();
    assertThat(client.ask("CLIENT", "KILL", "1.2.3.4:5")).isEqualTo("-ERR No such client");
  }

  @Test
  void repliesCanBeLeftOut() {
    RespClient client = cluster.client();
    client.send("CLIENT", "REPLY", "SKIP");
    client.send("PING");
    client.send("ECHO", "1");
    client.send("CLIENT", "REPLY", "OFF");
    client.send("PING");
    client.send("MGET", "a", "b", "c");
    client.send("CLIENT", "REPLY", "ON");
    client.send("ECHO", "2");
    assertThat(client.readText()).isEqualTo("1");
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("2");
  }

  @Test
  void whatIsNotForClientsSaysSo() {
    RespClient client = cluster.client();
    assertThat(client.ask("SHUTDOWN")).startsWith("-ERR SHUTDOWN is not for clients");
    assertThat(client.ask("MODULE", "LIST")).isEqualTo("[]");
  }

  @Test
  void whoIsPausedCountsAsBlocked() {
    RespClient client = cluster.client();
    RespClient other = cluster.client();
    assertThat(client.ask("CLIENT", "PAUSE", "100000", "WRITE")).isEqualTo("OK");
    other.write("PING\r\nPUBLISH news x\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(other.readText()).isEqualTo("PONG");
    assertThat(client.ask("INFO", "clients")).contains("blocked_clients:1\r\n");
    assertThat(client.ask("SET", "k")).startsWith("-ERR wrong number of arguments");
    assertThat(client.ask("CLIENT", "UNPAUSE")).isEqualTo("OK");
    assertThat(other.readText()).isEqualTo("(0)");
    assertThat(client.ask("INFO", "clients")).contains("blocked_clients:0\r\n");
    assertThat(client.ask("CLIENT", "PAUSE", "100000")).isEqualTo("OK");
    client.send("CLIENT", "GETNAME");
    assertThat(other.ask("CLIENT", "UNPAUSE")).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("nil");
  }

  @Test
  void aPauseOfWritesLetsScriptsPassThatSayTheyDoNotWrite() {
    RespClient client = cluster.client();
    assertThat(client.ask("CLIENT", "PAUSE", "100000", "WRITE")).isEqualTo("OK");
    String script = "#!lua flags=allow-oom,no-writes\nreturn 1";
    String shardsAnswer = "";
    assertThat(client.ask("EVAL", script, "1", "k")).isEqualTo(shardsAnswer);
    client.ask("MULTI");
    client.ask("EVAL", script, "1", "k");
    assertThat(client.ask("EXEC")).isEqualTo("[" + shardsAnswer + "]");
    client.write("PING\r\nEVAL '#!lua' 1 k\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(client.readText()).isEqualTo("PONG");
    RespClient other = cluster.client();
    assertThat(other.ask("INFO", "clients")).contains("blocked_clients:1\r\n");
    assertThat(other.ask("CLIENT", "UNPAUSE")).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo(shardsAnswer);
  }

  @Test
  void aPauseHoldsCommandsBack() {
    RespClient client = cluster.client();
    RespClient other = cluster.client();
    assertThat(client.ask("CLIENT", "PAUSE", "100000", "WRITE")).isEqualTo("OK");
    other.send("GET", "k");
    other.send("SET", "k", "1");
    other.send("PING");
    assertThat(other.readText()).isEqualTo("nil");
    assertThat(client.ask("GET", "k")).isEqualTo("nil");
    assertThat(client.ask("CLIENT", "UNPAUSE")).isEqualTo("OK");
    assertThat(other.readText()).isEqualTo("OK");
    assertThat(other.readText()).isEqualTo("PONG");
    assertThat(client.ask("CLIENT", "PAUSE", "30")).isEqualTo("OK");
    assertThat(client.ask("GET", "k")).isEqualTo("1");
  }

  @Test
  void configKeepsWhatItKnows() {
    RespClient client = cluster.client();
    assertThat(client.ask("CONFIG", "SET", "maxmemory", "100mb", "hz", "20")).isEqualTo("OK");
    assertThat(client.ask("CONFIG", "GET", "maxmemory")).isEqualTo("[maxmemory, 104857600]");
    assertThat(client.ask("CONFIG", "GET", "h?")).isEqualTo("[hz, 20]");
    assertThat(client.ask("CONFIG", "SET", "no-such", "1"))
        .isEqualTo("-ERR Unknown option or number of arguments for CONFIG SET - 'no-such'");
    assertThat(client.ask("CONFIG", "SET", "appendonly", "maybe")).contains("'yes' or 'no'");
    assertThat(client.ask("CONFIG", "SET", "maxmemory", "1", "MAXMEMORY", "2"))
        .isEqualTo(
            "-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - duplicate"
                + " parameter");
    assertThat(client.ask("CONFIG", "SET", "databases", "3")).contains("immutable");
    assertThat(client.ask("CONFIG", "SET", "databases", "16")).isEqualTo("OK");
    assertThat(client.ask("CONFIG", "SET", "bind", "999.999.999.999"))
        .isEqualTo(
            "-ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to"
                + " specified addresses.");
    assertThat(client.ask("CONFIG", "GET", "proc-title*"))
        .isEqualTo("[proc-title-template, {title} {listen-addr} {server-mode}]");
    assertThat(client.ask("CONFIG", "SET", "rdbchecksum", "no")).contains("immutable");
    assertThat(client.ask("CONFIG", "GET", "key-load-del*")).isEqualTo("[]");
    assertThat(client.ask("CONFIG", "GET", "key-load-delay")).isEqualTo("[key-load-delay, 0]");
    assertThat(client.ask("CONFIG", "RESETSTAT")).isEqualTo("OK");
    assertThat(client.ask("CONFIG", "REWRITE")).isEqualTo("OK");
  }

  @Test
  void aSettingHoldsInAllLoopsWhenItIsAnswered() {
    TestGateway twoLoops = new TestGateway(1, Placement.BUS);
    try {
      twoLoops.openShardsLoop();
      RespClient setter = twoLoops.client();
      RespClient other = twoLoops.client();
      setter.ask("PING");
      other.ask("PING");
      CountDownLatch held = twoLoops.holdLoop();
      setter.send("CONFIG", "SET", "maxclients", "77");
      while (!other.ask("CONFIG", "GET", "maxclients").contains("77")) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 100; i++) {
        other.ask("PING");
      }
      assertThat(setter.hasInput()).isFalse();
      held.countDown();
      assertThat(setter.readText()).isEqualTo("OK");
    } finally {
      twoLoops.close();
    }
  }

  @Test
  void settingsOfTheClusterStandInItsMap() {
    RespClient client = cluster.client();
    client.ask("CONFIG", "SET", "hash-max-ziplist-entries", "7", "maxmemory-samples", "9");
    assertThat(cluster.maps.current().settings().number("hash-max-listpack-entries")).isEqualTo(7);

    cluster.change(new MapChange.ChangeSettings(Map.of("maxmemory-samples", "3")));

    assertThat(client.ask("CONFIG", "GET", "maxmemory-s*")).isEqualTo("[maxmemory-samples, 3]");
    assertThat(client.ask("CONFIG", "GET", "hash-max-*-entries"))
        .isEqualTo("[hash-max-listpack-entries, 7, hash-max-ziplist-entries, 7]");
  }

  @Test
  void configSetIsAnsweredWhenTheShardsOfThisProcessHaveIt() {
    RespClient client = cluster.client();
    RespClient other = cluster.client();
    cluster.onLoop(() -> cluster.shard(2).isWithoutMap = true);
    client.send("CONFIG", "SET", "hll-sparse-max-bytes", "10");
    client.send("CONFIG", "GET", "hll-sparse-max-bytes");
    assertThat(other.ask("PING")).isEqualTo("PONG");
    assertThat(client.hasInput()).isFalse();

    cluster.onLoop(() -> cluster.shard(2).isWithoutMap = false);

    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("[hll-sparse-max-bytes, 10]");
  }

  @Test
  void commandShowsTheTable() {
    RespClient client = cluster.client();
    assertThat(client.ask("COMMAND", "COUNT")).isEqualTo("(" + Command.ofClients().size() + ")");
    assertThat(client.ask("COMMAND", "INFO", "get", "nope"))
        .startsWith("[[get, (2), [readonly, fast], (1), (1), (1), [@read, @string, @fast]")
        .endsWith("nil]");
    assertThat(client.ask("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2")).isEqualTo("[a, b]");
    assertThat(client.ask("COMMAND", "GETKEYS", "PING"))
        .isEqualTo("-ERR The command has no key arguments");
    assertThat(client.ask("COMMAND", "LIST", "FILTERBY", "PATTERN", "mg*")).isEqualTo("[mget]");
  }

  @Test
  void clusterNamesTheGateways() {
    RespClient client = cluster.client();
    String id = client.ask("CLUSTER", "MYID");
    assertThat(id).matches("[0-9a-f]{40}");
    assertThat(client.ask("CLUSTER", "SLOTS"))
        .isEqualTo("[[(0), (16383), [127.0.0.1, (7001), " + id + ", []]]]");
    assertThat(client.ask("CLUSTER", "NODES"))
        .startsWith(id + " 127.0.0.1:7001@17001 myself,master - 0 0 ")
        .endsWith(" connected 0-16383\n");
    assertThat(client.ask("CLUSTER", "KEYSLOT", "foo")).isEqualTo("(12182)");
    assertThat(client.ask("CLUSTER", "INFO")).contains("cluster_state:ok");
    client.ask("SET", "foo", "1");
    assertThat(client.ask("CLUSTER", "COUNTKEYSINSLOT", "12182")).isEqualTo("(1)");
    assertThat(client.ask("CLUSTER", "COUNTKEYSINSLOT", "1")).isEqualTo("(0)");
    assertThat(client.ask("CLUSTER", "MYSHARDID")).isEqualTo(id);
    assertThat(client.ask("CLUSTER", "REPLICAS", id)).isEqualTo("[]");
    assertThat(client.ask("CLUSTER", "COUNT-FAILURE-REPORTS", id)).isEqualTo("(0)");
    for (String change :
        List.of(
            "ADDSLOTS",
            "ADDSLOTSRANGE",
            "BUMPEPOCH",
            "DELSLOTS",
            "DELSLOTSRANGE",
            "FAILOVER",
            "FLUSHSLOTS",
            "FORGET",
            "MEET",
            "REPLICATE",
            "RESET",
            "SAVECONFIG",
            "SET-CONFIG-EPOCH",
            "SETSLOT")) {
      assertThat(client.ask("CLUSTER", change)).startsWith("-ERR the cluster is changed");
    }
  }

  @Test
  void clusterListsTheKeysOfASlot() {
    RespClient client = cluster.client();
    for (int i = 0; i < 2500; i++) {
      client.ask("SET", "{foo}" + i, "v");
    }
    client.ask("SET", "next to it, perhaps", "v");
    assertThat(client.call("CLUSTER", "GETKEYSINSLOT", "12182", "10000"))
        .isInstanceOfSatisfying(
            Reply.Array.class,
            keys ->
                assertThat(keys.elements())
                    .hasSize(2500)
                    .doesNotHaveDuplicates()
                    .allMatch(key -> ((Reply.BulkString) key).text().startsWith("{foo}")));
    assertThat(client.call("CLUSTER", "GETKEYSINSLOT", "12182", "7"))
        .isInstanceOfSatisfying(Reply.Array.class, keys -> assertThat(keys.elements()).hasSize(7));
    assertThat(client.ask("CLUSTER", "GETKEYSINSLOT", "12182", "0")).isEqualTo("[]");
    assertThat(client.ask("CLUSTER", "GETKEYSINSLOT", "0", "10")).isEqualTo("[]");
    assertThat(client.ask("CLUSTER", "GETKEYSINSLOT", "16383", "10")).isEqualTo("[]");
    assertThat(client.ask("CLUSTER", "GETKEYSINSLOT", "16384", "10"))
        .isEqualTo("-ERR Invalid slot or number of keys");
  }

  @Test
  void infoHasItsSections() {
    RespClient client = cluster.client();
    assertThat(client.ask("INFO"))
        .contains(
            "# Server\r\n",
            "redis_version:7.",
            "# Clients\r\nconnected_clients:1\r\n",
            "# Replication\r\nrole:master\r\n",
            "# Keyspace\r\n");
    assertThat(client.ask("INFO", "cpu")).startsWith("# Cpu\r\n").doesNotContain("# Server");
    assertThat(client.ask("ROLE")).isEqualTo("[master, (0), []]");
    assertThat(client.ask("TIME")).matches("\\[\\d+, \\d+]");
    assertThat(client.ask("LOLWUT")).contains("Redis ver. 7.");
  }

  @Test
  void moreClientsThanAllowedAreTurnedAway() {
    for (int i = 0; i < 4; i++) {
      assertThat(cluster.client().ask("PING")).isEqualTo("PONG");
    }
    RespClient fifth = cluster.client();
    assertThat(fifth.readText()).isEqualTo("-ERR max number of clients reached");
    assertThat(fifth.isClosedByServer()).isTrue();
  }
}
