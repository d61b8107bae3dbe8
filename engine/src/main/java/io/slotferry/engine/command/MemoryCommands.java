package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.Command;
import java.util.Map;

/**
 * MEMORY: what a key takes, and what the process does that executes the command. Memory is the
 * JVM's: it was allocated when it is part of the heap, and what is free in the heap is not lost.
 */
public final class MemoryCommands {
  private static final Subcommands MEMORY =
      new Subcommands(
          Map.of("DOCTOR", 2, "MALLOC-STATS", 2, "PURGE", 2, "STATS", 2, "USAGE", -3),
          "DOCTOR",
          "    Return memory problems reports.",
          "MALLOC-STATS",
          "    Return internal statistics report from the memory allocator.",
          "PURGE",
          "    Attempt to purge dirty pages for reclamation by the allocator.",
          "STATS",
          "    Return information about the memory usage of the server.",
          "USAGE <key> [SAMPLES <count>]",
          "    Return memory in bytes used by <key> and its value. Nested values are",
          "    sampled up to <count> times (default: 5, 0 means sample all).");

  /** A heap that is filled beyond this share collects often. */
  private static final double FULL_SHARE = 0.9;

  private MemoryCommands() {}

  private static void memory(CommandContext context) {
    String subcommand = MEMORY.name(context);
    if (context.failed()) {
      return;
    }
    switch (subcommand) {
      case "USAGE" -> usage(context);
      case "STATS" -> stats(context);
      case "DOCTOR" -> doctor(context.reply());
      // The collector gives memory back by itself, and to force it would stop every client.
      case "PURGE" -> context.reply().ok();
      case "MALLOC-STATS" ->
          context.reply().verbatim("txt", "Stats not supported for the current allocator");
      default -> MEMORY.writeHelp(context);
    }
  }

  /** Nested values are counted as they change, so that nothing has to be sampled. */
  private static void usage(CommandContext context) {
    for (int i = 3; i < context.count() && !context.failed(); i += 2) {
      boolean isSamples = i + 1 < context.count() && context.is(i, "SAMPLES");
      if (!isSamples || context.integer(i + 1) < 0) {
        context.syntaxError();
      }
    }
    long bytes = context.failed() ? 0 : context.bytesOf(2);
    if (context.failed()) {
      return;
    }
    if (bytes < 0) {
      context.reply().nullBulk();
    } else {
      context.reply().integer(bytes);
    }
  }

  private static void stats(CommandContext context) {
    long keys = 0;
    long dataset = 0;
    PartitionStore store = context.store();
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      keys += at.size();
      dataset += at.bytes();
    }
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    ReplyWriter reply = context.reply();
    reply.map(8);
    integer(reply, "peak.allocated", runtime.totalMemory());
    integer(reply, "total.allocated", used);
    integer(reply, "overhead.total", Math.max(0, used - dataset));
    integer(reply, "keys.count", keys);
    integer(reply, "keys.bytes-per-key", keys == 0 ? 0 : dataset / keys);
    integer(reply, "dataset.bytes", dataset);
    number(reply, "dataset.percentage", 100.0 * dataset / used);
    number(reply, "peak.percentage", 100.0 * used / runtime.totalMemory());
  }

  private static void integer(ReplyWriter reply, String name, long value) {
    reply.bulk(name);
    reply.integer(value);
  }

  private static void number(ReplyWriter reply, String name, double value) {
    reply.bulk(name);
    reply.doubleValue(value);
  }

  private static void doctor(ReplyWriter reply) {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    boolean full = used > FULL_SHARE * runtime.maxMemory();
    reply.verbatim(
        "txt",
        full
            ? "The heap is nearly full: the collector takes time from the commands. Give the"
                + " process more memory (-Xmx), or move partitions to another shard.\n"
            : "No memory issue was found in this process.\n");
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.MEMORY, MemoryCommands::memory);
  }
}
