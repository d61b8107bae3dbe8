package io.slotferry.server.command.cluster;

import io.slotferry.server.command.ExitStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code slotferry cluster …}: one method for each command. */
@Command(
    name = "cluster",
    description = "Look at a running cluster, and change it.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {KeyspacesCommand.class, OperationsCommand.class})
public final class ClusterCommand implements Runnable {
  private static final long FAILOVER_POLL_MILLIS = 100;
  private static final int FAILOVER_POLLS_MAX = 150;
  private static final String BASE64 = "KEY is given in base64, for one that is no text.";
  private static final String NO_WAIT = "Do not wait for the end of the operation.";

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do");
  }

  @Command(
      name = "status",
      description = "Print shards, nodes and what is under way.",
      mixinStandardHelpOptions = true)
  int status(
      @Mixin AdminOptions options,
      @Option(names = "--watch", description = "Print it again at every change.") boolean watch) {
    return options.run(client -> {
      if (watch) {
        return options.watch(client, () -> client.get("/v1/cluster"), ClusterReport::status);
      }
      JsonObject cluster = client.get("/v1/cluster");
      return options.print(cluster, ClusterReport.status(cluster));
    });
  }

  @Command(
      name = "map",
      description = "Print which shard owns which slots and key ranges.",
      mixinStandardHelpOptions = true)
  int map(@Mixin AdminOptions options) {
    return options.run(client -> {
      JsonObject cluster = client.get("/v1/cluster");
      return options.print(cluster, ClusterReport.map(cluster));
    });
  }

  @Command(
      name = "add-shard",
      description = "Add a shard, and give it its share of the slots.",
      mixinStandardHelpOptions = true)
  int addShard(
      @Mixin AdminOptions options,
      @Option(names = "--no-wait", description = NO_WAIT) boolean noWait) {
    return options.run(client ->
        options.follow(
            client, client.send("POST", "/v1/cluster/shards", new JsonObject()), noWait));
  }

  @Command(
      name = "remove-shard",
      description = "Drain a shard, and let it leave.",
      mixinStandardHelpOptions = true)
  int removeShard(
      @Mixin AdminOptions options,
      @Parameters(paramLabel = "ID", description = "Number of the shard.") int shard,
      @Option(names = "--no-wait", description = NO_WAIT) boolean noWait) {
    return options.run(client ->
        options.follow(client, client.send("DELETE", "/v1/cluster/shards/" + shard, null), noWait));
  }

  @Command(
      name = "rebalance",
      description = "Spread slots, bytes or load evenly over the shards.",
      mixinStandardHelpOptions = true)
  int rebalance(
      @Mixin AdminOptions options,
      @Option(
              names = "--by",
              paramLabel = "WHAT",
              defaultValue = "slots",
              description = "slots (and tablets), bytes, or load; default: ${DEFAULT-VALUE}.")
          String by,
      @Option(
              names = "--dry-run",
              description = "Only print what would move, and what each shard has then.")
          boolean dryRun,
      @Option(names = "--no-wait", description = NO_WAIT) boolean noWait) {
    return options.run(client -> {
      JsonObject answer =
          client.send(
              "POST",
              "/v1/cluster/rebalance",
              new JsonObject().put("by", by).put("dryRun", dryRun));
      return dryRun
          ? options.print(answer, ClusterReport.plan(answer))
          : options.follow(client, answer, noWait);
    });
  }

  @Command(
      name = "move",
      description = "Move slots, or the key range that holds a key, to a shard.",
      mixinStandardHelpOptions = true)
  int move(
      @Mixin AdminOptions options,
      @Option(
              names = "--slots",
              paramLabel = "RANGE",
              split = ",",
              description = "Slots, as 7 or 100-199; several with commas.")
          @Nullable List<String> slots,
      @Option(names = "--keyspace", paramLabel = "NAME", description = "With --key.")
          @Nullable String keyspace,
      @Option(
              names = "--key",
              paramLabel = "KEY",
              description = "A key of a range keyspace: its whole tablet moves.")
          @Nullable String key,
      @Option(names = "--to", paramLabel = "ID", required = true, description = "The shard.")
          int to,
      @Option(names = "--no-wait", description = NO_WAIT) boolean noWait) {
    boolean tablet = keyspace != null && key != null;
    if ((slots != null) == tablet || (keyspace == null) != (key == null)) {
      throw new ParameterException(
          spec.commandLine(), "move wants --slots, or --keyspace and --key");
    }
    JsonObject body = new JsonObject().put("to", to);
    if (tablet) {
      body.put("keyspace", keyspace).put("key", key);
    } else {
      body.put("slots", new JsonArray(slots));
    }
    return options.run(
        client -> options.follow(client, client.send("POST", "/v1/cluster/moves", body), noWait));
  }

  @Command(
      name = "split",
      description = "Cut the key range that holds KEY in two, the second beginning with it.",
      mixinStandardHelpOptions = true)
  int split(
      @Mixin AdminOptions options,
      @Parameters(paramLabel = "KEYSPACE", description = "Name or number.") String keyspace,
      @Parameters(paramLabel = "KEY", description = "The boundary.") String key,
      @Option(names = "--base64", description = BASE64) boolean base64) {
    return change(options, keyspace, "/splits", at(key, base64), "split at " + key);
  }

  @Command(
      name = "merge",
      description = "Make one of the two key ranges that meet at KEY.",
      mixinStandardHelpOptions = true)
  int merge(
      @Mixin AdminOptions options,
      @Parameters(paramLabel = "KEYSPACE", description = "Name or number.") String keyspace,
      @Parameters(paramLabel = "KEY", description = "The boundary that goes.") String key,
      @Option(names = "--base64", description = BASE64) boolean base64) {
    return change(options, keyspace, "/merges", at(key, base64), "merged at " + key);
  }

  private static int change(
      AdminOptions options, String keyspace, String path, JsonObject boundary, String done) {
    return options.run(client ->
        options.print(client.send("POST", KeyspacesCommand.path(keyspace) + path, boundary), done));
  }

  private static JsonObject at(String key, boolean base64) {
    JsonObject body = new JsonObject().put("at", key);
    return base64 ? body.put("encoding", "base64") : body;
  }

  @Command(
      name = "failover",
      description = "Let another copy of a shard lead, without losing a write.",
      mixinStandardHelpOptions = true)
  int failover(
      @Mixin AdminOptions options,
      @Parameters(paramLabel = "SHARD", description = "Number of the shard.") int shard,
      @Option(names = "--to", paramLabel = "NODE", description = "The node that shall lead.")
          @Nullable String node,
      @Option(names = "--no-wait", description = NO_WAIT) boolean noWait) {
    JsonObject body = node == null ? new JsonObject() : new JsonObject().put("to", node);
    return options.run(client -> {
      JsonObject answer = client.send("POST", "/v1/cluster/shards/" + shard + "/failover", body);
      String successor = answer.getString("successor");
      if (noWait) {
        return options.print(answer, "shard " + shard + " goes over to " + successor);
      }
      awaitLeader(client, shard, successor);
      return options.print(answer, "shard " + shard + " is led by " + successor);
    });
  }

  private static void awaitLeader(AdminClient client, int shard, String node)
      throws AdminException, InterruptedException {
    for (int i = 0; i < FAILOVER_POLLS_MAX; i++) {
      JsonObject cluster = client.get("/v1/cluster");
      if (node.equals(ClusterReport.leader(cluster, shard))) {
        return;
      }
      Thread.sleep(FAILOVER_POLL_MILLIS);
    }
    throw new AdminException(
        ExitStatus.FAILED,
        "shard " + shard + " was not taken over by " + node + "; it stays where it was");
  }
}
