package io.slotferry.server.command.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON of {@code /v1/cluster} as text for people. */
final class ClusterReport {
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final DateTimeFormatter STARTED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

  private ClusterReport() {}

  static String status(JsonObject cluster) {
    Table shards = new Table("SHARD", "EPOCH", "LEADER", "REPLICAS", "IN SYNC", "SLOTS", "");
    for (JsonObject shard : objects(cluster, "shards")) {
      shards.row(
          shard.getValue("id"),
          shard.getValue("epoch"),
          text(shard.getValue("leader")),
          text(shard.getValue("replicas")),
          text(shard.getValue("inSync")),
          text(shard.getValue("slots")),
          shard.getBoolean("draining", false) ? "draining" : "");
    }
    Table nodes = new Table("NODE", "ROLES", "ADDRESS");
    for (JsonObject node : objects(cluster, "nodes")) {
      int port = node.getInteger("respPort", 0);
      nodes.row(
          node.getValue("id"),
          text(node.getValue("roles")),
          port == 0 ? "" : node.getString("host") + ":" + port);
    }
    return "map version "
        + cluster.getValue("version")
        + "\n\n"
        + shards
        + "\n"
        + nodes
        + underWay(cluster);
  }

  private static String underWay(JsonObject cluster) {
    List<JsonObject> operations =
        objects(cluster, "operations").stream()
            .filter(operation -> operation.getValue("endedMillis") == null)
            .toList();
    return operations.isEmpty() ? "" : "\n" + table(operations, System.currentTimeMillis());
  }

  /** All operations, those that have ended included. */
  static String operations(JsonObject answer) {
    List<JsonObject> operations = objects(answer, "operations");
    return operations.isEmpty()
        ? "no operation was asked for"
        : table(operations, System.currentTimeMillis());
  }

  static String operation(JsonObject operation) {
    return table(List.of(operation), System.currentTimeMillis());
  }

  private static String table(List<JsonObject> operations, long nowMillis) {
    Table table = new Table("OPERATION", "KIND", "STATE", "SHARD", "DONE", "STARTED", "TOOK", "");
    for (JsonObject operation : operations) {
      int shard = operation.getInteger("shard", 0);
      long startedMillis = operation.getLong("startedMillis");
      long endedMillis = Objects.requireNonNullElse(operation.getLong("endedMillis"), nowMillis);
      table.row(
          operation.getValue("id"),
          words(operation.getValue("kind")),
          words(operation.getValue("state")),
          shard == 0 ? "" : shard,
          operation.getValue("done") + "/" + operation.getValue("total"),
          STARTED.format(Instant.ofEpochMilli(startedMillis)),
          String.format(
              Locale.ROOT, "%.1f s", Math.max(0, endedMillis - startedMillis) / MILLIS_PER_SECOND),
          operation.getString("detail", ""));
    }
    return table.toString();
  }

  static String map(JsonObject cluster) {
    Table slots = new Table("SHARD", "SLOTS");
    for (JsonObject shard : objects(cluster, "shards")) {
      slots.row(shard.getValue("id"), text(shard.getValue("slotRanges")));
    }
    StringBuilder text = new StringBuilder(slots.toString());
    for (JsonObject keyspace : objects(cluster, "keyspaces")) {
      List<JsonObject> tablets = objects(keyspace, "tablets");
      if (!tablets.isEmpty()) {
        Table table = new Table("FROM", "TO", "SHARD");
        for (JsonObject tablet : tablets) {
          table.row(
              bound(tablet.getValue("from")),
              bound(tablet.getValue("to")),
              tablet.getValue("shard"));
        }
        text.append("\nkeyspace ").append(keyspace.getValue("name")).append('\n').append(table);
      }
    }
    return text.toString();
  }

  static String keyspaces(JsonObject cluster) {
    Table table = new Table("NUMBER", "NAME", "PARTITIONING", "ORDER", "TABLETS");
    for (JsonObject keyspace : objects(cluster, "keyspaces")) {
      int tablets = objects(keyspace, "tablets").size();
      table.row(
          keyspace.getValue("number"),
          keyspace.getValue("name"),
          keyspace.getValue("partitioning"),
          tablets == 0 ? "" : keyspace.getValue("order"),
          tablets == 0 ? "" : tablets);
    }
    return table.toString();
  }

  static String plan(JsonObject answer) {
    List<JsonObject> moves = objects(answer, "moves");
    if (moves.isEmpty()) {
      return "nothing to move";
    }
    Table table = new Table("FROM", "TO", "BYTES", "PARTITIONS");
    for (JsonObject move : moves) {
      table.row(
          move.getValue("from"),
          move.getValue("to"),
          move.getValue("bytes"),
          text(move.getValue("partitions")));
    }
    Table effect = new Table("SHARD", "SLOTS", "TABLETS", "KEYS", "BYTES", "OPS/S", "CPU");
    for (JsonObject shard : objects(answer, "shards")) {
      JsonObject before = shard.getJsonObject("before");
      JsonObject after = shard.getJsonObject("after");
      effect.row(
          shard.getValue("id"),
          change(before, after, "slots"),
          change(before, after, "tablets"),
          change(before, after, "keys"),
          change(before, after, "bytes"),
          change(before, after, "operationsPerSecond"),
          change(percent(before), percent(after)));
    }
    return table + "\n\n" + effect;
  }

  private static String change(JsonObject before, JsonObject after, String name) {
    return change(before.getValue(name), after.getValue(name));
  }

  private static String change(Object before, Object after) {
    return before.equals(after) ? before.toString() : before + " -> " + after;
  }

  /** Of one core. */
  private static String percent(JsonObject part) {
    return String.format(Locale.ROOT, "%.1f%%", part.getLong("cpuMicrosPerSecond") / 1e4);
  }

  /** The node that leads a shard; null when there is no such shard. */
  static @Nullable String leader(JsonObject cluster, int shard) {
    for (JsonObject candidate : objects(cluster, "shards")) {
      if (candidate.getInteger("id") == shard) {
        return candidate.getString("leader");
      }
    }
    return null;
  }

  private static List<JsonObject> objects(JsonObject parent, String name) {
    JsonArray array = parent.getJsonArray(name);
    List<JsonObject> objects = new ArrayList<>();
    if (array != null) {
      for (int i = 0; i < array.size(); i++) {
        objects.add(array.getJsonObject(i));
      }
    }
    return objects;
  }

  /** An end of a tablet; null and empty are the open ones. */
  private static String bound(@Nullable Object key) {
    return key == null || key.equals("") ? "-" : key.toString();
  }

  private static String text(@Nullable Object value) {
    if (value instanceof JsonArray array) {
      return array.stream().map(ClusterReport::text).collect(Collectors.joining(","));
    }
    return value == null ? "-" : value.toString();
  }

  private static String words(@Nullable Object constant) {
    return text(constant).toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
