package io.slotferry.server.demo;

import io.slotferry.server.demo.LoadMeter.Sample;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The cluster and its load, as lines of text. */
final class Picture {
  private static final int SLOTS = 16_384;
  private static final int BAR_LENGTH = 40;
  private static final double MICROS_PER_MILLI = 1_000;

  /** From low to high. */
  private final String levels;

  /**
   * @param blocks whether the terminal can show more than ASCII
   */
  Picture(boolean blocks) {
    levels = blocks ? " ▁▂▃▄▅▆▇█" : " .:-=+*#@";
  }

  /**
   * Draws it.
   *
   * @param title what happens
   * @param cluster as {@code /v1/cluster} has it
   * @param last the samples of the load, the newest last
   * @param all what the whole load came to
   */
  List<String> lines(String title, JsonObject cluster, List<Sample> last, Sample all) {
    List<String> lines = new ArrayList<>();
    lines.add(title);
    lines.add("");
    lines.add("SHARD  LEADER      EPOCH   SLOTS");
    for (Object element : cluster.getJsonArray("shards", new JsonArray())) {
      JsonObject shard = (JsonObject) element;
      int slots = shard.getInteger("slots", 0);
      lines.add(
          String.format(
              Locale.ROOT,
              "%5d  %-10s  %5d  %6d  %s",
              shard.getInteger("id"),
              shard.getString("leader"),
              shard.getInteger("epoch"),
              slots,
              "#".repeat((slots * BAR_LENGTH + SLOTS - 1) / SLOTS)));
    }
    lines.addAll(ranges(cluster));
    lines.addAll(operations(cluster));
    lines.add("");
    Sample now = last.isEmpty() ? Sample.NONE : last.getLast();
    lines.add(
        String.format(
            Locale.ROOT, "op/s  %,9.0f     %s", now.operationsPerSecond(), operations(last)));
    lines.add(
        String.format(
            Locale.ROOT, "p99   %9.1f ms  %s", now.p99Micros() / MICROS_PER_MILLI, p99(last)));
    lines.add(
        String.format(
            Locale.ROOT,
            "%,d operations, %d errors, %d writes of unknown fate",
            all.operations(),
            all.errors(),
            all.unknown()));
    return lines;
  }

  private static List<String> ranges(JsonObject cluster) {
    List<String> lines = new ArrayList<>();
    for (Object element : cluster.getJsonArray("keyspaces", new JsonArray())) {
      JsonObject keyspace = (JsonObject) element;
      JsonArray tablets = keyspace.getJsonArray("tablets", new JsonArray());
      for (Object tablet : tablets) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%5d  range of '%s' from %s",
                ((JsonObject) tablet).getInteger("shard"),
                keyspace.getString("name"),
                Objects.requireNonNullElse(((JsonObject) tablet).getString("from"), "its start")));
      }
    }
    return lines;
  }

  private static List<String> operations(JsonObject cluster) {
    List<String> lines = new ArrayList<>();
    for (Object element : cluster.getJsonArray("operations", new JsonArray())) {
      JsonObject operation = (JsonObject) element;
      String kind = operation.getString("kind").toLowerCase(Locale.ROOT).replace('_', ' ');
      switch (operation.getString("state")) {
        case "WAITING_FOR_NODE" -> lines.add("       " + kind + ": its node starts");
        case "RUNNING" ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "       %s: %d of %d partitions",
                    kind,
                    operation.getInteger("done", 0),
                    operation.getInteger("total", 0)));
        default -> {}
      }
    }
    return lines;
  }

  private String operations(List<Sample> samples) {
    return line(samples.stream().mapToDouble(Sample::operationsPerSecond).toArray());
  }

  private String p99(List<Sample> samples) {
    return line(samples.stream().mapToDouble(Sample::p99Micros).toArray());
  }

  /** A character for each value, the highest of them all the way up. */
  private String line(double[] values) {
    double max = 1;
    for (double value : values) {
      max = Math.max(max, value);
    }
    StringBuilder line = new StringBuilder();
    for (double value : values) {
      line.append(levels.charAt((int) Math.ceil(value / max * (levels.length() - 1))));
    }
    return line.toString();
  }
}
