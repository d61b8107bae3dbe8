package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.PendingEntry;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.engine.value.StreamWalk;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.Command;
import java.util.Map;

/** XINFO. */
public final class StreamInfo {
  private static final Subcommands XINFO =
      new Subcommands(
          Map.of("CONSUMERS", 4, "GROUPS", 3, "STREAM", -3),
          "CONSUMERS <key> <groupname>",
          "    Show consumers of <groupname>.",
          "GROUPS <key>",
          "    Show the stream consumer groups.",
          "STREAM <key> [FULL [COUNT <count>]",
          "    Show information about the stream.");

  private static final int KEY = 2;
  private static final int GROUP = 3;
  private static final int OPTIONS = 3;
  private static final long COUNT_DEFAULT = 10;

  private final CommandContext context;
  private final ReplyWriter reply;
  private final StreamReply out;
  private final StreamValue stream;

  private StreamInfo(CommandContext context, StreamValue stream) {
    this.context = context;
    this.reply = context.reply();
    this.out = new StreamReply(reply);
    this.stream = stream;
  }

  private static void xinfo(CommandContext context) {
    String subcommand = XINFO.name(context);
    if (context.failed()) {
      return;
    }
    if (subcommand.equals("HELP")) {
      XINFO.writeHelp(context);
      return;
    }
    StreamValue stream = context.find(KEY, StreamValue.class);
    if (stream == null) {
      context.fail("ERR no such key");
      return;
    }
    StreamInfo info = new StreamInfo(context, stream);
    switch (subcommand) {
      case "CONSUMERS" -> info.consumers();
      case "GROUPS" -> info.groups();
      default -> info.stream();
    }
  }

  private void number(String name, long value) {
    reply.bulk(name);
    reply.integer(value);
  }

  private void id(String name, StreamId id) {
    reply.bulk(name);
    out.id(id);
  }

  // ---- CONSUMERS, GROUPS

  private void consumers() {
    ConsumerGroup group = stream.group(context.request().copy(GROUP));
    if (group == null) {
      context.fail(GroupCommands.noGroup(context, GROUP, KEY));
      return;
    }
    reply.array(group.consumers().size());
    long now = context.nowMillis();
    for (Consumer consumer : group.consumers()) {
      boolean wasActive = consumer.activeMillis() != Consumer.NEVER;
      reply.map(4);
      reply.bulk("name");
      reply.bulk(consumer.name());
      number("pending", consumer.pendingCount());
      number("idle", Math.max(0, now - consumer.seenMillis()));
      number("inactive", wasActive ? now - consumer.activeMillis() : -1);
    }
  }

  private void groups() {
    reply.array(stream.groups().size());
    for (ConsumerGroup group : stream.groups()) {
      reply.map(6);
      reply.bulk("name");
      reply.bulk(group.name());
      number("consumers", group.consumers().size());
      number("pending", group.pendingCount());
      position(group);
    }
  }

  /** Three pairs: how far a group has read. */
  private void position(ConsumerGroup group) {
    id("last-delivered-id", group.lastId());
    reply.bulk("entries-read");
    if (group.entriesRead() == ConsumerGroup.UNKNOWN) {
      reply.nullBulk();
    } else {
      reply.integer(group.entriesRead());
    }
    reply.bulk("lag");
    long lag = stream.lag(group);
    if (lag == StreamValue.NO_LAG) {
      reply.nullBulk();
    } else {
      reply.integer(lag);
    }
  }

  // ---- STREAM

  private void stream() {
    if (context.count() == OPTIONS) {
      summary();
      return;
    }
    int options = context.count() - OPTIONS;
    boolean isFull = context.is(OPTIONS, "FULL") && (options == 1 || options == 3);
    long count = COUNT_DEFAULT;
    if (!isFull || (options == 3 && !context.is(OPTIONS + 1, "COUNT"))) {
      Subcommands.syntaxError(context);
    } else if (options == 3) {
      count = context.integer(OPTIONS + 2);
    }
    if (!context.failed()) {
      full(count < 0 ? COUNT_DEFAULT : count);
    }
  }

  /** Seven pairs. */
  private void figures() {
    number("length", stream.size());
    number("radix-tree-keys", stream.blockCount());
    number("radix-tree-nodes", stream.radixTreeNodes());
    id("last-generated-id", stream.lastId());
    id("max-deleted-entry-id", stream.maxDeletedId());
    number("entries-added", stream.entriesAdded());
    id("recorded-first-entry-id", stream.firstEntryId());
  }

  private void summary() {
    reply.map(10);
    figures();
    number("groups", stream.groups().size());
    edge("first-entry", false);
    edge("last-entry", true);
  }

  private void edge(String name, boolean last) {
    reply.bulk(name);
    StreamWalk walk = stream.walk(StreamId.MIN, StreamId.MAX, last);
    if (walk.next()) {
      out.entry(walk);
    } else {
      reply.nullBulk();
    }
  }

  private void full(long count) {
    reply.map(9);
    figures();
    reply.bulk("entries");
    out.entries(stream.walk(StreamId.MIN, StreamId.MAX, false), count);
    reply.bulk("groups");
    reply.array(stream.groups().size());
    for (ConsumerGroup group : stream.groups()) {
      full(group, count);
    }
  }

  private void full(ConsumerGroup group, long count) {
    reply.map(7);
    reply.bulk("name");
    reply.bulk(group.name());
    position(group);
    number("pel-count", group.pendingCount());
    reply.bulk("pending");
    int start = reply.size();
    int written = 0;
    PendingEntry at = group.pendingFrom(StreamId.MIN);
    while (at != null && (count == 0 || written < count)) {
      reply.array(4);
      out.id(at.id());
      reply.bulk(at.consumer().name());
      delivery(at);
      written++;
      at = group.pendingAfter(at);
    }
    reply.arrayFrom(start, written);
    reply.bulk("consumers");
    reply.array(group.consumers().size());
    for (Consumer consumer : group.consumers()) {
      full(consumer, count);
    }
  }

  private void full(Consumer consumer, long count) {
    reply.map(5);
    reply.bulk("name");
    reply.bulk(consumer.name());
    number("seen-time", consumer.seenMillis());
    number("active-time", consumer.activeMillis());
    number("pel-count", consumer.pendingCount());
    reply.bulk("pending");
    int start = reply.size();
    int written = 0;
    PendingEntry at = consumer.pendingFrom(StreamId.MIN);
    while (at != null && (count == 0 || written < count)) {
      reply.array(3);
      out.id(at.id());
      delivery(at);
      written++;
      at = consumer.pendingAfter(at);
    }
    reply.arrayFrom(start, written);
  }

  private void delivery(PendingEntry entry) {
    reply.integer(entry.deliveredMillis());
    reply.integer(entry.deliveries());
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.XINFO, StreamInfo::xinfo);
  }
}
