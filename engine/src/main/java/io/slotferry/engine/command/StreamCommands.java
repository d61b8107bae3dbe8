package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.NodeLimits;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;

/** XADD, XRANGE and the other commands about a stream's entries. */
public final class StreamCommands {
  private static final byte[] XADD = Effect.name("XADD");
  private static final byte[] XTRIM = Effect.name("XTRIM");

  /** Redis' name of what happens to a stream that loses its oldest entries. */
  private static final byte[] TRIMMED = Effect.name("xtrim");

  private StreamCommands() {}

  // ---- XADD

  private static void xadd(CommandContext context) {
    Request request = context.request();
    TrimOptions options = TrimOptions.parse(context, true);
    int idArgument = options.idArgument();
    boolean hasId = idArgument < context.count();
    boolean auto = hasId && context.is(idArgument, "*");
    boolean autoSequence = hasId && !auto && StreamArguments.isMillisOnly(request, idArgument);
    StreamId given = StreamId.MIN;
    if (hasId && !auto && !context.failed()) {
      given =
          autoSequence
              ? StreamArguments.millis(context, idArgument)
              : StreamArguments.id(context, idArgument);
    }
    options.check();
    int fields = context.count() - idArgument - 1;
    if (fields < 2 || fields % 2 != 0) {
      context.wrongArity();
    }
    if (!auto && !autoSequence && given.equals(StreamId.MIN)) {
      context.fail("ERR The ID specified in XADD must be greater than 0-0");
    }
    StreamValue found = context.failed() ? null : context.find(1, StreamValue.class);
    if (context.failed()) {
      return;
    }
    if (found == null && options.mayNotCreate()) {
      context.reply().nullBulk();
      return;
    }
    StreamId last = found == null ? StreamId.MIN : found.lastId();
    StreamId id = auto ? nextId(last, context.nowMillis()) : given;
    if (autoSequence && given.ms() == last.ms()) {
      id = last.seq() == -1 ? last : last.next();
    }
    if (isAddable(context, last, id, idArgument + 1)) {
      StreamValue stream = found == null ? create(context, 1) : found;
      stream.add(id, request, idArgument + 1, context.settings().streamNodes(), context.scratch());
      int trimmed = options.trim(stream);
      if (options.isExact() && !auto && !autoSequence) {
        context.changed();
      } else {
        effectOfXadd(context, stream, id, options);
      }
      if (trimmed > 0) {
        context.streamEvent(1, TRIMMED);
      }
      new StreamReply(context.reply()).id(id);
    }
  }

  private static StreamId nextId(StreamId last, long nowMillis) {
    return Long.compareUnsigned(nowMillis, last.ms()) > 0
        ? new StreamId(nowMillis, 0)
        : last.next();
  }

  static StreamValue create(CommandContext context, int keyArgument) {
    StreamValue stream = new StreamValue();
    context.put(keyArgument, stream, CommandContext.NO_EXPIRY);
    return stream;
  }

  private static boolean isAddable(CommandContext context, StreamId last, StreamId id, int first) {
    if (last.equals(StreamId.MAX)) {
      context.fail("ERR The stream has exhausted the last possible ID, unable to add more items");
    } else if (!id.isAfter(last)) {
      context.fail(
          "ERR The ID specified in XADD is equal or smaller than the target stream top item");
    } else if (StreamValue.argumentBytes(context.request(), first) > NodeLimits.HARD_BYTES_MAX) {
      context.fail("ERR Elements are too large to be stored");
    }
    return !context.failed();
  }

  /** With the ID that was given out, and with the trimming as it came out. */
  private static void effectOfXadd(
      CommandContext context, StreamValue stream, StreamId id, TrimOptions options) {
    Effect effect = context.beginEffect(1, XADD);
    if (options.isExact()) {
      for (int i = 2; i < options.idArgument(); i++) {
        effect.argument(i);
      }
    } else {
      TrimOptions.addTo(effect, stream);
    }
    effect.bytes(id.toBytes());
    for (int i = options.idArgument() + 1; i < context.count(); i++) {
      effect.argument(i);
    }
    effect.emit();
  }

  // ---- removing

  private static void xtrim(CommandContext context) {
    TrimOptions options = TrimOptions.parse(context, false);
    options.check();
    StreamValue stream = context.failed() ? null : context.find(1, StreamValue.class);
    if (context.failed()) {
      return;
    }
    context.reply().integer(stream == null ? 0 : trim(context, stream, options));
  }

  private static int trim(CommandContext context, StreamValue stream, TrimOptions options) {
    int blocks = stream.blockCount();
    int trimmed = options.trim(stream);
    if (trimmed == 0 && stream.blockCount() == blocks) {
      return 0;
    }
    if (trimmed == 0) {
      context.changesSilently();
    }
    if (options.isExact()) {
      context.changed();
    } else {
      Effect effect = context.beginEffect(1, XTRIM);
      TrimOptions.addTo(effect, stream);
      effect.emit();
    }
    return trimmed;
  }

  private static void xdel(CommandContext context) {
    StreamValue stream = context.find(1, StreamValue.class);
    if (context.failed()) {
      return;
    }
    StreamId[] ids = stream == null ? new StreamId[0] : ids(context, 2);
    if (context.failed()) {
      return;
    }
    int deleted = 0;
    for (StreamId id : ids) {
      deleted += stream != null && stream.delete(id) ? 1 : 0;
    }
    if (deleted > 0) {
      context.changed();
    }
    context.reply().integer(deleted);
  }

  /** The IDs from an argument on to the last. */
  static StreamId[] ids(CommandContext context, int first) {
    StreamId[] ids = new StreamId[context.count() - first];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = StreamArguments.id(context, first + i);
    }
    return ids;
  }

  // ---- reading

  private static void xlen(CommandContext context) {
    StreamValue stream = context.find(1, StreamValue.class);
    if (!context.failed()) {
      context.reply().integer(stream == null ? 0 : stream.size());
    }
  }

  private static void xrange(CommandContext context, boolean reverse) {
    StreamId from = StreamArguments.from(context, reverse ? 3 : 2);
    StreamId to = StreamArguments.to(context, reverse ? 2 : 3);
    long count = -1;
    for (int i = 4; i < context.count() && !context.failed(); i += 2) {
      if (i + 1 < context.count() && context.is(i, "COUNT")) {
        count = Math.max(0, context.integer(i + 1));
      } else {
        context.syntaxError();
      }
    }
    StreamValue stream = context.failed() ? null : context.find(1, StreamValue.class);
    if (context.failed()) {
      return;
    }
    if (stream == null) {
      context.reply().emptyArray();
    } else if (count == 0) {
      context.reply().nullArray();
    } else {
      new StreamReply(context.reply()).entries(stream.walk(from, to, reverse), Math.max(0, count));
    }
  }

  // ---- XSETID

  private static void xsetid(CommandContext context) {
    StreamId id = StreamArguments.id(context, 2);
    long entriesAdded = -1;
    StreamId maxDeleted = StreamId.MIN;
    for (int i = 3; i < context.count() && !context.failed(); i += 2) {
      if (i + 1 < context.count() && context.is(i, "ENTRIESADDED")) {
        entriesAdded = context.integer(i + 1);
        if (entriesAdded < 0) {
          context.fail("ERR entries_added must be positive");
        }
      } else if (i + 1 < context.count() && context.is(i, "MAXDELETEDID")) {
        maxDeleted = StreamArguments.id(context, i + 1);
        if (id.isBefore(maxDeleted)) {
          context.fail(
              "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
        }
      } else {
        context.syntaxError();
      }
    }
    StreamValue stream = context.failed() ? null : context.find(1, StreamValue.class);
    if (context.failed()) {
      return;
    }
    if (stream == null) {
      context.fail("ERR no such key");
    } else if (mayMoveTo(context, stream, id, entriesAdded)) {
      stream.moveTo(
          id,
          entriesAdded == -1 ? stream.entriesAdded() : entriesAdded,
          maxDeleted.equals(StreamId.MIN) ? stream.maxDeletedId() : maxDeleted);
      context.changed();
      context.reply().ok();
    }
  }

  private static boolean mayMoveTo(
      CommandContext context, StreamValue stream, StreamId id, long entriesAdded) {
    if (id.isBefore(stream.maxDeletedId())) {
      context.fail("ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
    } else if (stream.size() > 0 && id.isBefore(stream.lastEntryId())) {
      context.fail("ERR The ID specified in XSETID is smaller than the target stream top item");
    } else if (entriesAdded != -1 && stream.size() > entriesAdded) {
      context.fail(
          "ERR The entries_added specified in XSETID is smaller than the target stream length");
    }
    return !context.failed();
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.XADD, StreamCommands::xadd);
    table.bind(Command.XLEN, StreamCommands::xlen);
    table.bind(Command.XRANGE, context -> xrange(context, false));
    table.bind(Command.XREVRANGE, context -> xrange(context, true));
    table.bind(Command.XDEL, StreamCommands::xdel);
    table.bind(Command.XTRIM, StreamCommands::xtrim);
    table.bind(Command.XSETID, StreamCommands::xsetid);
  }
}
