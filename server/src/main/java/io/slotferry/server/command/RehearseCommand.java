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
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;

/**
 * {@code slotferry rehearse}: starts a node with all the roles, asks what its first clients are
 * likely to ask, and ends. The launcher has Java record what that needs, which halves the work of
 * every later start. It also spares the first clients a wait: the JSON parser alone keeps a loop
 * busy for a third of a second when it is loaded from its files.
 */
@Command(name = "rehearse", hidden = true, mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
  private static final List<Option> SETTINGS =
      List.of(
          setting("node.id", "rehearsal"),
          setting("node.roles", "rebalancer,shard,gateway"),
          setting("data.ephemeral", "true"),
          setting("resp.port", "0"),
          setting("http.port", "0"),
          setting("cluster.name", "rehearsal"),
          setting("cluster.shards", "1"),
          setting("cluster.replicas", "0"),
          setting("cluster.port", "0"),
          setting("cluster.eventBusPort", "0"));

  private static final int TIMEOUT_MILLIS = 10_000;

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
    // Whatever the variables say is for the real start.
    if (!(SettingsReader.read(null, Map.of(), SETTINGS) instanceof Result.Valid(var settings))) {
      throw new IllegalStateException("the rehearsal's settings are wrong");
    }
    NodeProcess node = new NodeProcess(settings);
    try {
      Matcher addresses = ADDRESSES.matcher(node.start());
      if (!addresses.find()) {
        throw new IllegalStateException("the node does not say where it listens");
      }
      askByResp(Objects.requireNonNull(HostPort.parse(addresses.group(1))));
      askByHttp(new AdminClient(addresses.group(2), ""));
      return ExitStatus.DONE;
    } catch (StartRefusedException | AdminException | IOException e) {
      return SlotferryCommand.fail(String.valueOf(e.getMessage()));
    } finally {
      node.stop();
    }
  }

  private static void askByResp(HostPort address) throws IOException {
    try (RespClient client = RespClient.connect(address, TIMEOUT_MILLIS)) {
      for (String command : COMMANDS) {
        client.call(command.split(" "));
      }
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
