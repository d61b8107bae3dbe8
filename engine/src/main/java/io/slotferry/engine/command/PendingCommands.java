package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.PendingEntry;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** XPENDING. */
public final class PendingCommands {
  private static final int SUMMARY_COUNT = 3;
  private static final int EXTENDED_COUNT_MIN = 6;
  private static final int EXTENDED_COUNT_MAX = 9;

  private PendingCommands() {}

  /** The group named by the arguments 1 and 2; latches when there is none. */
  static @Nullable ConsumerGroup group(CommandContext context, @Nullable StreamValue stream) {
    ConsumerGroup group = stream == null ? null : stream.group(context.request().copy(2));
    if (group == null) {
      context.fail(
          "NOGROUP No such key '"
              + context.request().text(1)
              + "' or consumer group '"
              + context.request().text(2)
              + "'");
    }
    return group;
  }

  // ---- XPENDING

  private static void xpending(CommandContext context) {
    int count = context.count();
    if (count == SUMMARY_COUNT) {
      ConsumerGroup group = group(context, context.find(1, StreamValue.class));
      if (group != null) {
        writeSummary(context, group);
      }
    } else if (count < EXTENDED_COUNT_MIN || count > EXTENDED_COUNT_MAX) {
      context.syntaxError();
    } else {
      new Extended(context).execute();
    }
  }

  private static void writeSummary(CommandContext context, ConsumerGroup group) {
    ReplyWriter reply = context.reply();
    StreamReply out = new StreamReply(reply);
    PendingEntry first = group.pendingFrom(StreamId.MIN);
    PendingEntry last = group.lastPending();
    reply.array(4);
    reply.integer(group.pendingCount());
    if (first == null || last == null) {
      reply.nullBulk();
      reply.nullBulk();
      reply.nullArray();
      return;
    }
    out.id(first.id());
    out.id(last.id());
    int start = reply.size();
    int consumers = 0;
    for (Consumer consumer : group.consumers()) {
      if (consumer.pendingCount() > 0) {
        reply.array(2);
        reply.bulk(consumer.name());
        reply.bulkLong(consumer.pendingCount());
        consumers++;
      }
    }
    reply.arrayFrom(start, consumers);
  }

  /** {@code XPENDING key group [IDLE min] start end count [consumer]}. */
  private static final class Extended {
    private final CommandContext context;
    private final boolean byIdle;
    private final int rangeArgument;
    private long minIdle;

    Extended(CommandContext context) {
      this.context = context;
      this.byIdle = context.is(3, "IDLE");
      this.rangeArgument = byIdle ? 5 : 3;
    }

    void execute() {
      if (byIdle) {
        minIdle = context.integer(4);
        if (context.count() < EXTENDED_COUNT_MIN + 2) {
          context.syntaxError();
        }
      }
      if (context.failed()) {
        return;
      }
      long count = context.integer(rangeArgument + 2);
      StreamId from = StreamArguments.from(context, rangeArgument);
      StreamId to = StreamArguments.to(context, rangeArgument + 1);
      StreamValue stream = context.failed() ? null : context.find(1, StreamValue.class);
      ConsumerGroup group = group(context, stream);
      if (!context.failed() && group != null) {
        write(group, from, to, count);
      }
    }

    private void write(ConsumerGroup group, StreamId from, StreamId to, long count) {
      int consumerArgument = rangeArgument + 3;
      Consumer consumer = null;
      if (consumerArgument < context.count()) {
        consumer = group.consumer(context.request().copy(consumerArgument));
        if (consumer == null) {
          context.reply().emptyArray();
          return;
        }
      }
      int start = context.reply().size();
      int written = 0;
      PendingEntry at = consumer == null ? group.pendingFrom(from) : consumer.pendingFrom(from);
      while (at != null && written < count && !at.id().isAfter(to)) {
        if (minIdle == 0 || context.nowMillis() - at.deliveredMillis() >= minIdle) {
          writeEntry(at);
          written++;
        }
        at = consumer == null ? group.pendingAfter(at) : consumer.pendingAfter(at);
      }
      context.reply().arrayFrom(start, written);
    }

    private void writeEntry(PendingEntry entry) {
      ReplyWriter reply = context.reply();
      reply.array(4);
      new StreamReply(reply).id(entry.id());
      reply.bulk(entry.consumer().name());
      reply.integer(Math.max(0, context.nowMillis() - entry.deliveredMillis()));
      reply.integer(entry.deliveries());
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.XPENDING, PendingCommands::xpending);
  }
}
