package io.slotferry.server.command;

import io.slotferry.server.StartRefusedException;
import io.slotferry.server.client.RespClient;
import io.slotferry.server.command.cluster.AdminClient;
import io.slotferry.server.command.cluster.AdminException;
import io.slotferry.server.config.HostPort;
import io.slotferry.server.config.SettingsReader;
import io.slotferry.server.config.SettingsReader.Option;
import io.slotferry.server.config.SettingsReader.Result;
import io.slotferry.server.node.NodeProcess;
import io.slotferry.server.process.FreePorts;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;

/**
 * {@code slotferry rehearse}: starts a node with all the roles, asks what its first clients are
 * likely to ask, lets slots move to a second node and back, and ends. The launcher has Java record
 * what that needs, which halves the work of every later start. It also spares clients a wait: the
 * JSON parser alone keeps a loop busy for a third of a second when it is loaded from its files, and
 * slots would move first by code that nobody has run before.
 */
@Command(name = "rehearse", hidden = true, mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
  private static final int TIMEOUT_MILLIS = 10_000;

  /** Between two looks at an operation. */
  private static final int POLL_MILLIS = 20;

  /** Where a node's line of its start says that clients reach it. */
  private static final Pattern ADDRESSES = Pattern.compile("resp=(\\S+) http=(\\S+)");

  private static final List<String> COMMANDS =
      List.of(
          "HELLO 3",
          "PING",
          "INFO",
          "SET string 1 EX 100",
          "GET string",
          "INCR string",
          "MSET a 1 b 2",
          "MGET a b",
          "EXPIRE a 100",
          "TTL a",
          "EXISTS a",
          "SCAN 0",
          "LPUSH list a b",
          "LRANGE list 0 -1",
          "HSET hash a 1 b 2",
          "HGETALL hash",
          "SADD set a b",
          "SMEMBERS set",
          "ZADD zset 1 a 2 b",
          "ZRANGE zset 0 -1 WITHSCORES",
          "XADD stream * a 1",
          "XRANGE stream - +",
          "MULTI",
          "DEL a b",
          "EXEC");

  private static Option setting(String path, String text) {
    return new Option(path, path, text);
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      int member = new FreePorts().next();
      NodeProcess node = node("first", "rebalancer,shard,gateway", member, member);
      try {
        Matcher addresses = ADDRESSES.matcher(node.start());
        if (!addresses.find()) {
          throw new IllegalStateException("the node does not say where it listens");
        }
        AdminClient http = new AdminClient(addresses.group(2), "");
        HostPort resp = Objects.requireNonNull(HostPort.parse(addresses.group(1)));
        askByResp(resp);
        askByHttp(http);
        moveSlots(node("second", "shard", 0, member), http, resp);
        return ExitStatus.DONE;
      } finally {
        node.stop();
      }
    } catch (StartRefusedException | AdminException | IOException e) {
      return SlotferryCommand.fail(String.valueOf(e.getMessage()));
    }
  }

  private static NodeProcess node(String id, String roles, int port, int member) {
    List<Option> options =
        List.of(
            setting("node.id", id),
            setting("node.roles", roles),
            setting("data.ephemeral", "true"),
            setting("resp.port", "0"),
            setting("http.port", "0"),
            setting("cluster.name", "rehearsal"),
            setting("cluster.shards", "1"),
            setting("cluster.replicas", "0"),
            setting("cluster.members", "127.0.0.1:" + member),
            setting("cluster.port", Integer.toString(port)),
            setting("cluster.eventBusPort", "0"));
    // Whatever the variables say is for the real start.
    if (SettingsReader.read(null, Map.of(), options) instanceof Result.Valid(var settings)) {
      return new NodeProcess(settings);
    }
    throw new IllegalStateException("the rehearsal's settings are wrong");
  }

  private static void askByResp(HostPort address) throws IOException {
    try (RespClient client = RespClient.connect(address, TIMEOUT_MILLIS)) {
      for (String command : COMMANDS) {
        client.call(command.split(" "));
      }
    }
  }

  /** A shard more and one less, with keys that are asked for meanwhile. */
  private static void moveSlots(NodeProcess second, AdminClient http, HostPort resp)
      throws StartRefusedException, AdminException, IOException, InterruptedException {
    try {
      second.start();
      await(http.send("POST", "/v1/cluster/shards", new JsonObject()), http, resp);
      await(http.send("DELETE", "/v1/cluster/shards/2", null), http, resp);
    } finally {
      second.stop();
    }
  }

  private static void await(JsonObject begun, AdminClient http, HostPort resp)
      throws AdminException, IOException, InterruptedException {
    String operation = "/v1/cluster/operations/" + begun.getLong("operation");
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
    while (!http.get(operation).getString("state").equals("DONE")) {
      if (System.nanoTime() > endNanos) {
        throw new IOException("the slots take too long");
      }
      askByResp(resp);
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static void askByHttp(AdminClient client) throws AdminException, InterruptedException {
    String key = "/v1/keyspaces/0/keys/document";
    client.send("PUT", key, JsonObject.of("type", "string", "value", "1"));
    client.get(key);
    client.get("/v1/cluster");
    client.send("DELETE", key, null);
  }
}
