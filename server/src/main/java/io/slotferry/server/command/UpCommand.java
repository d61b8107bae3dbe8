package io.slotferry.server.command;

import io.slotferry.server.Lifetime;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.SettingsReader.Option;
import io.slotferry.server.node.EmbeddedCluster;
import io.slotferry.server.process.ProcessCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code slotferry up}. The options are texts: the settings that they override check them. */
@Command(
    name = "up",
    description = "Start a whole cluster on this machine.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  private static final int GATEWAYS_MAX = 16;
  private static final int REBALANCERS_MAX = 7;

  @Spec CommandSpec spec = CommandSpec.create();

  @picocli.CommandLine.Option(
      names = "--shards",
      paramLabel = "N",
      description = "Shards of a new cluster (3).")
  @Nullable String shards;

  @picocli.CommandLine.Option(
      names = "--replicas",
      paramLabel = "R",
      description = "Replicas of each shard (1).")
  @Nullable String replicas;

  @picocli.CommandLine.Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of Redis' protocol (6379); 0 takes a free one.")
  @Nullable String port;

  @picocli.CommandLine.Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port of HTTP (8080); 0 takes a free one.")
  @Nullable String httpPort;

  @picocli.CommandLine.Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description = "Where to listen for clients (127.0.0.1).")
  @Nullable String bind;

  @picocli.CommandLine.Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the data is kept (./data).")
  @Nullable String data;

  @picocli.CommandLine.Option(names = "--ephemeral", description = "Keep nothing on disk.")
  boolean ephemeral;

  @picocli.CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings (YAML); options win over them.")
  @Nullable Path config;

  @picocli.CommandLine.Option(
      names = "--processes",
      description = "Start every node as a process of its own.")
  boolean processes;

  @picocli.CommandLine.Option(
      names = "--gateways",
      paramLabel = "N",
      description = "With --processes: gateways (1).")
  @Nullable Integer gateways;

  @picocli.CommandLine.Option(
      names = "--rebalancers",
      paramLabel = "N",
      description = "With --processes: rebalancers (3).")
  @Nullable Integer rebalancers;

  @Override
  public Integer call() {
    int gatewayCount = count("--gateways", gateways, 1, GATEWAYS_MAX);
    int rebalancerCount = count("--rebalancers", rebalancers, 3, REBALANCERS_MAX);
    Settings settings = ServerOptions.read(config, overrides());
    if (settings == null) {
      return ExitStatus.USAGE;
    }
    return Lifetime.run(
        processes
            ? new ProcessCluster(settings, gatewayCount, rebalancerCount)
            : new EmbeddedCluster(settings));
  }

  private int count(String name, @Nullable Integer given, int preset, int max) {
    if (given == null) {
      return preset;
    }
    if (!processes) {
      throw new ParameterException(spec.commandLine(), name + " needs --processes");
    }
    if (given < 1 || given > max) {
      throw new ParameterException(
          spec.commandLine(),
          name + " must be a number from 1 to " + max + ", was '" + given + "'");
    }
    return given;
  }

  private List<Option> overrides() {
    List<Option> overrides = new ArrayList<>();
    override(overrides, "--shards", "cluster.shards", shards);
    override(overrides, "--replicas", "cluster.replicas", replicas);
    override(overrides, "--port", "resp.port", port);
    override(overrides, "--http-port", "http.port", httpPort);
    override(overrides, "--bind", "resp.bind", bind);
    override(overrides, "--bind", "http.bind", bind);
    override(overrides, "--data", "data.dir", data);
    override(overrides, "--ephemeral", "data.ephemeral", ephemeral ? "true" : null);
    return overrides;
  }

  private static void override(
      List<Option> overrides, String name, String path, @Nullable String text) {
    if (text != null) {
      overrides.add(new Option(name, path, text));
    }
  }
}
