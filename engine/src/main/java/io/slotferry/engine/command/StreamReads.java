package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.PendingEntry;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.engine.value.StreamWalk;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** One XREAD or XREADGROUP. */
public final class StreamReads {
  /** {@code >}, as Redis has it: what no consumer of the group was given. */
  private static final StreamId NEW = StreamId.MAX;

  private final CommandContext context;
  private final StreamReply out;
  private final boolean byGroup;
  private boolean noAck;
  private boolean blocks;
  private long count;

  /** Where the group's name stands, and behind it the consumer's; 0 while there is none. */
  private int groupArgument;

  /** Where the first key stands; 0 while there is none. */
  private int firstKey;

  private int streams;
  private StreamId[] after = new StreamId[0];

  private StreamReads(CommandContext context, boolean byGroup) {
    this.context = context;
    this.out = new StreamReply(context.reply());
    this.byGroup = byGroup;
  }

  private static void read(CommandContext context, boolean byGroup) {
    StreamReads reads = new StreamReads(context, byGroup);
    reads.parse();
    if (!context.failed()) {
      reads.resolve();
    }
    if (!context.failed()) {
      reads.serve();
    }
  }

  // ---- arguments

  private void parse() {
    for (int i = 1; i < context.count() && firstKey == 0 && !context.failed(); i++) {
      i = option(i);
    }
    if (firstKey == 0) {
      context.syntaxError();
    } else if (byGroup && groupArgument == 0) {
      context.fail("ERR Missing GROUP option for XREADGROUP");
    }
  }

  /** Takes an option and returns its last argument. */
  private int option(int i) {
    int more = context.count() - i - 1;
    if (more >= 1 && context.is(i, "BLOCK")) {
      blocks = true;
      checkTimeout(i + 1);
      return i + 1;
    } else if (more >= 1 && context.is(i, "COUNT")) {
      count = Math.max(0, context.integer(i + 1));
      return i + 1;
    } else if (more >= 1 && context.is(i, "STREAMS")) {
      keys(i + 1, more);
    } else if (more >= 2 && context.is(i, "GROUP")) {
      demandGroup("GROUP");
      groupArgument = i + 1;
      return i + 2;
    } else if (context.is(i, "NOACK")) {
      demandGroup("NOACK");
      noAck = true;
    } else {
      context.syntaxError();
    }
    return i;
  }

  /** Whoever lets the command wait counts the time. */
  private void checkTimeout(int argument) {
    long millis =
        context.integer(
            argument,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "ERR timeout is not an integer or out of range");
    if (millis < 0) {
      context.fail("ERR timeout is negative");
    } else if (millis > Long.MAX_VALUE - context.nowMillis()) {
      context.fail("ERR timeout is out of range");
    }
  }

  private void demandGroup(String option) {
    if (!byGroup) {
      context.fail(
          "ERR The "
              + option
              + " option is only supported by XREADGROUP. You called XREAD instead.");
    }
  }

  private void keys(int first, int arguments) {
    if (arguments % 2 != 0) {
      context.fail(
          "ERR Unbalanced '"
              + context.call().command.lowerName()
              + "' list of streams: for each stream key an ID or '"
              + (byGroup ? '>' : '$')
              + "' must be specified.");
    }
    firstKey = first;
    streams = arguments / 2;
  }

  /** Finds out what each stream is to be read after. */
  private void resolve() {
    after = new StreamId[streams];
    for (int i = 0; i < streams && !context.failed(); i++) {
      StreamValue stream = context.find(firstKey + i, StreamValue.class);
      if (!context.failed() && byGroup && group(stream) == null) {
        context.fail(
            "NOGROUP No such key '"
                + context.request().text(firstKey + i)
                + "' or consumer group '"
                + context.request().text(groupArgument)
                + "' in XREADGROUP with GROUP option");
      }
      if (!context.failed()) {
        after[i] = after(stream, firstKey + streams + i);
      }
    }
  }

  private StreamId after(@Nullable StreamValue stream, int argument) {
    if (context.is(argument, "$")) {
      if (byGroup) {
        context.fail(
            "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history"
                + " of this consumer by specifying a proper ID, or use the > ID to get new"
                + " messages. The $ ID would just return an empty result set.");
      }
      return stream == null ? StreamId.MIN : stream.lastId();
    } else if (context.is(argument, ">")) {
      if (!byGroup) {
        context.fail(
            "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group>"
                + " <consumer> option.");
      }
      return NEW;
    }
    return StreamArguments.id(context, argument);
  }

  private @Nullable ConsumerGroup group(@Nullable StreamValue stream) {
    return stream == null ? null : stream.group(context.request().copy(groupArgument));
  }

  // ---- reading

  private void serve() {
    ReplyWriter reply = context.reply();
    int start = reply.size();
    int served = 0;
    for (int i = 0; i < streams; i++) {
      StreamValue stream = context.find(firstKey + i, StreamValue.class);
      if (stream != null) {
        served += byGroup ? serveGroup(stream, i) : serveOne(stream, i);
      }
    }
    if (served == 0) {
      reply.nullArray();
      await();
    } else if (reply.isResp3()) {
      reply.mapFrom(start, served);
    } else {
      reply.arrayFrom(start, served);
    }
  }

  /**
   * A read of a stream waits for entries; one for a group also for the end of its stream or group,
   * which is an error.
   */
  private void await() {
    if (blocks) {
      context.await(byGroup ? null : ValueType.STREAM, withoutLast());
    }
  }

  /** The request with what {@code $} means now in its place. */
  private Request withoutLast() {
    Request request = context.request();
    byte[][] arguments = new byte[request.count()][];
    for (int i = 0; i < arguments.length; i++) {
      int stream = i - firstKey - streams;
      boolean isLast = stream >= 0 && context.is(i, "$");
      arguments[i] = isLast ? after[stream].toBytes() : request.copy(i);
    }
    return Request.of(arguments);
  }

  private void beginStream(int index) {
    if (!context.reply().isResp3()) {
      context.reply().array(2);
    }
    int key = firstKey + index;
    context
        .reply()
        .bulk(
            context.request().buffer(),
            context.request().start(key),
            context.request().length(key));
  }

  /** Whether there are entries after this ID: asks a walk that then stands before the first. */
  private static boolean hasAfter(StreamValue stream, StreamId id) {
    return id.isBefore(stream.lastId()) && walkAfter(stream, id).next();
  }

  private static StreamWalk walkAfter(StreamValue stream, StreamId id) {
    return stream.walk(id.next(), StreamId.MAX, false);
  }

  private int serveOne(StreamValue stream, int index) {
    if (!hasAfter(stream, after[index])) {
      return 0;
    }
    beginStream(index);
    out.entries(walkAfter(stream, after[index]), count);
    return 1;
  }

  private int serveGroup(StreamValue stream, int index) {
    ConsumerGroup group = group(stream);
    if (group == null) {
      return 0;
    }
    byte[] name = context.request().copy(groupArgument + 1);
    boolean isNew = group.consumer(name) == null;
    Consumer consumer = group.demandConsumer(name);
    consumer.seen(context.nowMillis());
    if (isNew) {
      ClaimEffect.consumerCreated(context, firstKey + index);
    }
    boolean history = !after[index].equals(NEW);
    ClaimEffect effect =
        new ClaimEffect(
            context,
            firstKey + index,
            group,
            consumer,
            context.nowMillis(),
            history ? ClaimEffect.ONE_MORE : 1);
    boolean served = history || hasAfter(stream, group.lastId());
    if (served) {
      beginStream(index);
    }
    boolean changed = isNew;
    if (history) {
      deliverAgain(stream, consumer, after[index].next(), effect);
    } else if (served) {
      deliver(stream, group, consumer, effect);
      changed = true;
    }
    effect.end(changed);
    return served ? 1 : 0;
  }

  private void deliver(
      StreamValue stream, ConsumerGroup group, Consumer consumer, ClaimEffect effect) {
    int start = context.reply().size();
    int delivered = 0;
    StreamWalk walk = walkAfter(stream, group.lastId());
    while ((count == 0 || delivered < count) && walk.next()) {
      StreamId id = walk.id();
      stream.advance(group, id);
      out.entry(walk);
      if (!noAck) {
        consumer.active(context.nowMillis());
        effect.give(id);
      }
      delivered++;
    }
    context.reply().arrayFrom(start, delivered);
  }

  /** What is pending for the consumer, from an ID on; what was deleted meanwhile has no fields. */
  private void deliverAgain(
      StreamValue stream, Consumer consumer, StreamId from, ClaimEffect effect) {
    ReplyWriter reply = context.reply();
    int start = reply.size();
    int delivered = 0;
    PendingEntry at = consumer.pendingFrom(from);
    while (at != null && (count == 0 || delivered < count)) {
      StreamId id = at.id();
      if (out.entry(stream, id)) {
        effect.give(id);
      } else {
        reply.array(2);
        out.id(id);
        reply.nullArray();
      }
      delivered++;
      at = consumer.pendingAfter(at);
    }
    reply.arrayFrom(start, delivered);
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.XREAD, context -> read(context, false));
    table.bind(Command.XREADGROUP, context -> read(context, true));
  }
}
