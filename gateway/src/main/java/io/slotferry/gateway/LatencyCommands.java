package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** LATENCY: what took long at this gateway, and the distribution of the commands' durations. */
final class LatencyCommands {
  static final GatewayCommand TABLE =
      new Subcommands(Command.LATENCY)
          .add("DOCTOR", "Return a human readable latency report.", 2, LatencyCommands::doctor)
          .add("GRAPH <event>", "Return a latency graph for the event.", 3, LatencyCommands::graph)
          .add(
              "HISTOGRAM [<command> ...]",
              "Return the distribution of latencies of commands.",
              -2,
              LatencyCommands::histogram)
          .add(
              "HISTORY <event>",
              "Return time-latency samples for the event.",
              3,
              LatencyCommands::history)
          .add("LATEST", "Return the latest latency of all events.", 2, LatencyCommands::latest)
          .add("RESET [<event> ...]", "Reset the data of the events.", -2, LatencyCommands::reset);

  private static final int GRAPH_LINES = 4;
  private static final String GRAPH_MARKS = "_-`";

  private LatencyCommands() {}

  private static boolean latest(Session session, Request request, ReplyWriter reply) {
    List<Latencies.Event> events = session.gateway.latencies().events();
    reply.array(events.size());
    for (Latencies.Event event : events) {
      reply.array(4);
      reply.bulk(event.name());
      reply.integer(event.latest().seconds());
      reply.integer(event.latest().millis());
      reply.integer(event.maxMillis());
    }
    return true;
  }

  private static List<Latencies.Sample> samples(Session session, String name) {
    for (Latencies.Event event : session.gateway.latencies().events()) {
      if (event.name().equals(name)) {
        return event.samples();
      }
    }
    return List.of();
  }

  private static boolean history(Session session, Request request, ReplyWriter reply) {
    List<Latencies.Sample> samples = samples(session, request.text(2));
    reply.array(samples.size());
    for (Latencies.Sample sample : samples) {
      reply.array(2);
      reply.integer(sample.seconds());
      reply.integer(sample.millis());
    }
    return true;
  }

  private static boolean reset(Session session, Request request, ReplyWriter reply) {
    List<String> names = new ArrayList<>();
    for (int i = 2; i < request.count(); i++) {
      names.add(request.text(i));
    }
    Latencies latencies = session.gateway.latencies();
    if (names.isEmpty()) {
      latencies.events().forEach(event -> names.add(event.name()));
    }
    reply.integer(names.stream().filter(latencies::forget).count());
    return true;
  }

  // ---- text

  private static boolean graph(Session session, Request request, ReplyWriter reply) {
    String name = request.text(2);
    List<Latencies.Sample> samples = samples(session, name);
    if (samples.isEmpty()) {
      reply.error("ERR No samples available for event '" + name + "'");
      return true;
    }
    long high = samples.stream().mapToLong(Latencies.Sample::millis).max().orElse(0);
    long low = samples.stream().mapToLong(Latencies.Sample::millis).min().orElse(0);
    StringBuilder text = new StringBuilder();
    text.append(
        name + " - high " + high + " ms, low " + low + " ms (all time high " + high + " ms)\n");
    text.append("-".repeat(80)).append('\n');
    int steps = GRAPH_LINES * GRAPH_MARKS.length();
    for (int line = GRAPH_LINES - 1; line >= 0; line--) {
      for (Latencies.Sample sample : samples) {
        long range = Math.max(1, high - low);
        int step = (int) ((sample.millis() - low) * (steps - 1) / range);
        int mark = step - line * GRAPH_MARKS.length();
        text.append(mark < 0 ? ' ' : mark < GRAPH_MARKS.length() ? GRAPH_MARKS.charAt(mark) : '#');
      }
      text.append('\n');
    }
    reply.verbatim("txt", text.toString());
    return true;
  }

  private static boolean doctor(Session session, Request request, ReplyWriter reply) {
    List<Latencies.Event> events = session.gateway.latencies().events();
    StringBuilder text = new StringBuilder();
    if (session.gateway.settings().cluster().number("latency-monitor-threshold") == 0) {
      text.append("Latency monitoring is disabled. Set a threshold of milliseconds with CONFIG SET")
          .append(" latency-monitor-threshold to enable it.\n");
    } else if (events.isEmpty()) {
      text.append("No latency spike was observed during the lifetime of this gateway.\n");
    }
    for (Latencies.Event event : events) {
      double mean =
          event.samples().stream().mapToLong(Latencies.Sample::millis).average().orElse(0);
      text.append(event.name())
          .append(": ")
          .append(event.samples().size())
          .append(" latency spikes (average ")
          .append(Math.round(mean))
          .append("ms). Worst all time event ")
          .append(event.maxMillis())
          .append("ms.\n");
    }
    reply.verbatim("txt", text.toString());
    return true;
  }

  // ---- distributions

  private static boolean histogram(Session session, Request request, ReplyWriter reply) {
    Map<String, CommandMeter.Counter> wanted = new TreeMap<>();
    Map<String, CommandMeter.Counter> all = session.gateway.commandCounters();
    for (int i = 2; i < request.count(); i++) {
      String name = request.text(i).toLowerCase(Locale.ROOT);
      all.forEach((command, counter) -> {
        if (command.equals(name) || command.startsWith(name + '|')) {
          wanted.put(command, counter);
        }
      });
    }
    Map<String, CommandMeter.Counter> chosen = request.count() == 2 ? all : wanted;
    chosen.values().removeIf(counter -> counter.durations.count() == 0);
    reply.map(chosen.size());
    chosen.forEach((name, counter) -> write(name, counter, reply));
    return true;
  }

  private static void write(String name, CommandMeter.Counter counter, ReplyWriter reply) {
    reply.bulk(name);
    reply.map(2);
    reply.bulk("calls");
    reply.integer(counter.durations.count());
    reply.bulk("histogram_usec");
    Map<Long, Long> parts = counter.durations.byPowerOfTwoMicros();
    reply.map(parts.size());
    parts.forEach((micros, count) -> {
      reply.integer(micros);
      reply.integer(count);
    });
  }
}
