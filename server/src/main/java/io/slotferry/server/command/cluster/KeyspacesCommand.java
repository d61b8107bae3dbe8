package io.slotferry.server.command.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code slotferry cluster keyspaces …}. */
@Command(
    name = "keyspaces",
    description = "List, create and drop keyspaces.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class KeyspacesCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do");
  }

  @Command(name = "list", description = "Print the keyspaces.", mixinStandardHelpOptions = true)
  int list(@Mixin AdminOptions options) {
    return options.run(client -> {
      JsonObject cluster = client.get("/v1/cluster");
      JsonObject keyspaces = new JsonObject().put("keyspaces", cluster.getJsonArray("keyspaces"));
      return options.print(keyspaces, ClusterReport.keyspaces(cluster));
    });
  }

  @Command(name = "create", description = "Create a keyspace.", mixinStandardHelpOptions = true)
  int create(
      @Mixin AdminOptions options,
      @Parameters(paramLabel = "NAME", description = "Its name, or a number below 16.") String name,
      @Option(
              names = "--partitioning",
              paramLabel = "KIND",
              defaultValue = "hash",
              description = "hash or range (${DEFAULT-VALUE}).")
          String partitioning,
      @Option(
              names = "--order",
              paramLabel = "ORDER",
              description = "Of a range keyspace: bytes, or natural (runs of digits as numbers).")
          @Nullable String order,
      @Option(
              names = "--split",
              paramLabel = "KEY",
              description = "A boundary of a range keyspace; may be repeated.")
          @Nullable List<String> splits) {
    JsonObject body = new JsonObject().put("partitioning", partitioning);
    if (order != null) {
      body.put("order", order);
    }
    if (splits != null) {
      body.put("splits", new JsonArray(splits));
    }
    return options.run(client ->
        options.print(client.send("PUT", path(name), body), "keyspace " + name + " is there"));
  }

  @Command(
      name = "drop",
      description = "Drop a keyspace with all its keys.",
      mixinStandardHelpOptions = true)
  int drop(
      @Mixin AdminOptions options,
      @Parameters(paramLabel = "NAME", description = "Its name or number.") String name) {
    return options.run(client ->
        options.print(client.send("DELETE", path(name), null), "keyspace " + name + " is gone"));
  }

  static String path(String keyspace) {
    // URLEncoder knows forms, where a blank is a plus.
    return "/v1/keyspaces/"
        + URLEncoder.encode(keyspace, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
