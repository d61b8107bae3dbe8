package io.slotferry.server.verify;

import io.slotferry.server.verify.Findings.Kind;
import io.slotferry.topology.Durability;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a {@link Verification} came to. */
public final class Verdict {
  private static final double MICROS_PER_MILLI = 1_000;
  private static final double MILLIS_PER_SECOND = 1_000;

  private final Durability durability;
  private final long millis;
  private final Progress totals;
  private final long p50Micros;
  private final int lists;
  private final Map<String, Long> errorTexts;
  private final Findings findings;

  Verdict(
      Durability durability,
      long millis,
      Progress totals,
      long p50Micros,
      int lists,
      Map<String, Long> errorTexts,
      Findings findings) {
    this.durability = durability;
    this.millis = millis;
    this.totals = totals;
    this.p50Micros = p50Micros;
    this.lists = lists;
    this.errorTexts = errorTexts;
    this.findings = findings;
  }

  /** What the whole load came to; its latencies are those of all of it. */
  public Progress totals() {
    return totals;
  }

  /** Whether something was seen that the durability of the writes does not allow. */
  public boolean isWrong() {
    for (Kind kind : Kind.values()) {
      if (isWrong(kind) && findings.count(kind) > 0) {
        return true;
      }
    }
    return false;
  }

  private boolean isWrong(Kind kind) {
    return kind.alwaysWrong || durability == Durability.SYNC;
  }

  /** Acknowledged writes that are not there at the end, whether or not they had to be. */
  public long lost() {
    return findings.count(Kind.LOST) + findings.count(Kind.LOST_CONFIRMED);
  }

  /** Everything unusual, one line each, that which durability allows included; errors too. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (String example : findings.examples(kind)) {
        remarks.add(lower(kind) + ": " + example);
      }
    }
    errorTexts.forEach((text, count) -> remarks.add("error, " + count + " times: " + text));
    return remarks;
  }

  /** The numbers, for people. */
  public String text() {
    Formatter text = new Formatter(Locale.ROOT);
    text.format(
        "%,d operations in %.1f s at durability %s: p50 %.1f ms, p99 %.1f ms, longest %.0f ms%n",
        totals.operations(),
        millis / MILLIS_PER_SECOND,
        lower(durability),
        p50Micros / MICROS_PER_MILLI,
        totals.p99Micros() / MICROS_PER_MILLI,
        totals.maxMicros() / MICROS_PER_MILLI);
    text.format(
        "%,d writes acknowledged (%,d confirmed by WAIT), %,d of unknown fate; %,d error replies, %,d"
            + " connections lost%n",
        totals.acknowledged(),
        totals.confirmed(),
        totals.unknown(),
        totals.errors(),
        totals.connectionsLost());
    text.format(
        "%,d lists and %,d registers checked: %s%n",
        lists,
        Keys.REGISTERS,
        Arrays.stream(Kind.values())
            .map(kind -> findings.count(kind) + " " + lower(kind))
            .collect(Collectors.joining(", ")));
    remarks().forEach(remark -> text.format("  %s%n", remark));
    return text.format("%s", conclusion()).toString();
  }

  private String conclusion() {
    if (isWrong()) {
      return "The history is wrong.";
    }
    return lost() == 0
        ? "The history is right: nothing that was acknowledged is lost."
        : "The history is right for durability async, which has lost "
            + lost()
            + " acknowledged writes.";
  }

  /** The numbers, for scripts. */
  public JsonObject json() {
    JsonObject counts = new JsonObject();
    for (Kind kind : Kind.values()) {
      counts.put(camelCase(kind), findings.count(kind));
    }
    JsonObject errors = new JsonObject();
    errorTexts.forEach(errors::put);
    return new JsonObject()
        .put("right", !isWrong())
        .put("durability", lower(durability))
        .put("millis", millis)
        .put("operations", totals.operations())
        .put("acknowledged", totals.acknowledged())
        .put("confirmed", totals.confirmed())
        .put("unknown", totals.unknown())
        .put("errors", totals.errors())
        .put("errorTexts", errors)
        .put("connectionsLost", totals.connectionsLost())
        .put("p50Micros", p50Micros)
        .put("p99Micros", totals.p99Micros())
        .put("maxMicros", totals.maxMicros())
        .put("lists", lists)
        .put("registers", Keys.REGISTERS)
        .put("findings", counts)
        .put("remarks", new JsonArray(remarks()));
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String camelCase(Kind kind) {
    StringBuilder name = new StringBuilder();
    for (String word : lower(kind).split(" ")) {
      name.append(
          name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return name.toString();
  }
}
