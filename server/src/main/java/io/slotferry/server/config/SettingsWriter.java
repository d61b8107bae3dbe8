package io.slotferry.server.config;

import io.slotferry.server.config.Settings.ClusterSettings;
import io.slotferry.server.config.Settings.DataSettings;
import io.slotferry.server.config.Settings.NodeSettings;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes settings as the YAML that {@link SettingsReader} reads. */
public final class SettingsWriter {
  private SettingsWriter() {}

  public static String yaml(Settings settings) {
    NodeSettings node = settings.node();
    DataSettings data = settings.data();
    ClusterSettings cluster = settings.cluster();
    StringBuilder yaml = new StringBuilder();
    section(
        yaml,
        "node",
        "id",
        node.id(),
        "roles",
        node.roles(),
        "shard",
        node.shard(),
        "zone",
        node.zone());
    section(
        yaml,
        "data",
        "dir",
        data.dir(),
        "persistence",
        data.persistence(),
        "ephemeral",
        data.ephemeral());
    section(
        yaml,
        "resp",
        "bind",
        settings.resp().bind(),
        "port",
        settings.resp().port(),
        "password",
        settings.resp().password());
    section(
        yaml,
        "http",
        "bind",
        settings.http().bind(),
        "port",
        settings.http().port(),
        "token",
        settings.http().token());
    section(
        yaml,
        "cluster",
        "name",
        cluster.name(),
        "shards",
        cluster.shards(),
        "replicas",
        cluster.replicas(),
        "bind",
        cluster.bind(),
        "advertise",
        cluster.advertise(),
        "port",
        cluster.port(),
        "eventBusPort",
        cluster.eventBusPort(),
        "members",
        cluster.members(),
        "dns",
        cluster.dns());
    Settings.RebalancerSettings rebalancer = settings.rebalancer();
    section(
        yaml,
        "rebalancer",
        "peers",
        rebalancer.peers(),
        "automatic",
        rebalancer.automatic(),
        "splitMegabytes",
        rebalancer.splitMegabytes(),
        "splitOperations",
        rebalancer.splitOperations());
    section(yaml, "network", "transport", settings.network().transport());
    return yaml.toString();
  }

  /**
   * @param namesAndValues alternating
   */
  private static void section(StringBuilder yaml, String name, Object... namesAndValues) {
    yaml.append(name).append(":\n");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      yaml.append("  ").append(namesAndValues[i]).append(": ");
      yaml.append(value(namesAndValues[i + 1])).append('\n');
    }
  }

  private static String value(Object value) {
    return switch (value) {
      case Integer number -> number.toString();
      case Boolean flag -> flag.toString();
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> quoted(entry.getKey()) + ": " + quoted(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Collection<?> list ->
          list.stream()
              .map(item -> item instanceof Enum<?> ? value(item) : quoted(item))
              .collect(Collectors.joining(", ", "[", "]"));
      default -> quoted(value);
    };
  }

  private static String quoted(Object value) {
    return '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
