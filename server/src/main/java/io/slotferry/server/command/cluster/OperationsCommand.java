package io.slotferry.server.command.cluster;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code slotferry cluster operations …}. */
@Command(
    name = "operations",
    description = "List what was asked of the cluster, and what came of it; or change that.",
    mixinStandardHelpOptions = true)
final class OperationsCommand implements Callable<Integer> {
  private static final String PATH = "/v1/cluster/operations";
  private static final String ID = "Number of the operation.";

  @Mixin AdminOptions options = new AdminOptions();

  @Option(names = "--watch", description = "Print them again at every change.")
  boolean watch;

  @Override
  public Integer call() {
    return options.run(client -> {
      if (watch) {
        return options.watch(client, () -> client.get(PATH), ClusterReport::operations);
      }
      JsonObject operations = client.get(PATH);
      return options.print(operations, ClusterReport.operations(operations));
    });
  }

  @Command(
      name = "watch",
      description = "Follow one to its end, with its exit status.",
      mixinStandardHelpOptions = true)
  int watchOne(
      @Mixin AdminOptions options, @Parameters(paramLabel = "ID", description = ID) long id) {
    return options.run(
        client -> options.follow(client, new JsonObject().put("operation", id), false));
  }

  @Command(name = "pause", description = "Let one rest.", mixinStandardHelpOptions = true)
  int pause(@Mixin AdminOptions options, @Parameters(paramLabel = "ID", description = ID) long id) {
    return change(options, "PATCH", id, new JsonObject().put("state", "paused"));
  }

  @Command(name = "resume", description = "Let one go on.", mixinStandardHelpOptions = true)
  int resume(
      @Mixin AdminOptions options, @Parameters(paramLabel = "ID", description = ID) long id) {
    return change(options, "PATCH", id, new JsonObject().put("state", "running"));
  }

  @Command(
      name = "throttle",
      description = "Bound the bandwidth of moves, for each shard that gives.",
      mixinStandardHelpOptions = true)
  int throttle(
      @Mixin AdminOptions options,
      @Parameters(paramLabel = "ID", description = ID) long id,
      @Parameters(paramLabel = "BYTES", description = "Bytes per second; 0 for no bound.")
          long bytesPerSecond) {
    return change(
        options, "PATCH", id, new JsonObject().put("bandwidthBytesPerSecond", bytesPerSecond));
  }

  @Command(
      name = "cancel",
      description = "End one early: what was moved stays moved.",
      mixinStandardHelpOptions = true)
  int cancel(
      @Mixin AdminOptions options, @Parameters(paramLabel = "ID", description = ID) long id) {
    return change(options, "DELETE", id, null);
  }

  private static int change(
      AdminOptions options, String method, long id, @Nullable JsonObject body) {
    return options.run(client -> {
      JsonObject operation = client.send(method, PATH + "/" + id, body);
      return options.print(operation, ClusterReport.operation(operation));
    });
  }
}
