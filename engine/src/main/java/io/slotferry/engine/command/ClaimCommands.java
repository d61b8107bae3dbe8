package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.PendingEntry;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;

/** XCLAIM and XAUTOCLAIM. */
public final class ClaimCommands {
  private static final int MIN_IDLE = 4;
  private static final int FIRST_ID = 5;
  private static final int START = 5;
  private static final int AUTOCLAIM_OPTIONS = 6;
  private static final long AUTOCLAIM_COUNT_DEFAULT = 100;
  private static final long AUTOCLAIM_COUNT_MAX = Long.MAX_VALUE / 16;

  /** XAUTOCLAIM looks at this many entries for each that it may return. */
  private static final long ATTEMPTS_FACTOR = 10;

  private ClaimCommands() {}

  private static long integer(CommandContext context, int argument, String name) {
    return context.integer(
        argument,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        "ERR Invalid " + name + " argument for " + context.call().command.name());
  }

  private static boolean isIdle(CommandContext context, PendingEntry entry, long minIdle) {
    return minIdle <= 0 || context.nowMillis() - entry.deliveredMillis() >= minIdle;
  }

  // ---- XCLAIM

  private static void xclaim(CommandContext context) {
    StreamValue stream = context.find(1, StreamValue.class);
    ConsumerGroup group = PendingCommands.group(context, stream);
    long minIdle = integer(context, MIN_IDLE, "min-idle-time");
    if (context.failed() || stream == null || group == null) {
      return;
    }
    XclaimOptions options = new XclaimOptions(context);
    if (context.failed()) {
      return;
    }
    boolean moved = options.lastId.isAfter(group.lastId());
    if (moved) {
      group.moveTo(options.lastId, group.entriesRead());
    }
    Claim claim =
        new Claim(context, stream, group, options.deliveredMillis(), options.deliveries());
    for (StreamId id : options.ids) {
      PendingEntry pending = group.pending(id);
      if (!stream.contains(id)) {
        claim.forget(id);
      } else if (pending == null ? options.force : isIdle(context, pending, minIdle)) {
        claim.take(id);
      }
    }
    claim.end(moved);
    claim.write(options.justId);
  }

  /** The IDs of an XCLAIM, up to the first argument that is none, and the options behind them. */
  private static final class XclaimOptions {
    private static final long NOT_GIVEN = -1;

    private final CommandContext context;
    private final List<StreamId> ids = new ArrayList<>();
    private boolean force;
    private boolean justId;
    private long time = NOT_GIVEN;
    private long retryCount = NOT_GIVEN;
    private StreamId lastId = StreamId.MIN;

    XclaimOptions(CommandContext context) {
      this.context = context;
      int i = takeIds();
      while (i < context.count() && !context.failed()) {
        i = option(i);
      }
    }

    /** Returns where the options begin. */
    private int takeIds() {
      for (int i = FIRST_ID; i < context.count(); i++) {
        StreamId id = StreamArguments.idIfAny(context.request(), i);
        if (id == null) {
          return i;
        }
        ids.add(id);
      }
      return context.count();
    }

    /** Takes an option; returns what follows. */
    private int option(int i) {
      if (context.is(i, "FORCE")) {
        force = true;
        return i + 1;
      } else if (context.is(i, "JUSTID")) {
        justId = true;
        return i + 1;
      }
      boolean hasNext = i + 1 < context.count();
      if (hasNext && context.is(i, "IDLE")) {
        time = context.nowMillis() - integer(context, i + 1, "IDLE option");
      } else if (hasNext && context.is(i, "TIME")) {
        time = integer(context, i + 1, "TIME option");
      } else if (hasNext && context.is(i, "RETRYCOUNT")) {
        retryCount = integer(context, i + 1, "RETRYCOUNT option");
      } else if (hasNext && context.is(i, "LASTID")) {
        lastId = StreamArguments.id(context, i + 1);
      } else {
        context.fail("ERR Unrecognized XCLAIM option '" + context.request().text(i) + "'");
      }
      return i + 2;
    }

    /** Now, unless a time in the past is asked for. */
    private long deliveredMillis() {
      return time < 0 || time > context.nowMillis() ? context.nowMillis() : time;
    }

    private long deliveries() {
      return retryCount >= 0 ? retryCount : justId ? ClaimEffect.UNCHANGED : ClaimEffect.ONE_MORE;
    }
  }

  // ---- XAUTOCLAIM

  private static void xautoclaim(CommandContext context) {
    long minIdle = integer(context, MIN_IDLE, "min-idle-time");
    StreamId from = StreamArguments.from(context, START);
    long count = AUTOCLAIM_COUNT_DEFAULT;
    boolean justId = false;
    for (int i = AUTOCLAIM_OPTIONS; i < context.count() && !context.failed(); i++) {
      if (i + 1 < context.count() && context.is(i, "COUNT")) {
        count = context.integer(++i, 1, AUTOCLAIM_COUNT_MAX, "ERR COUNT must be > 0");
      } else if (context.is(i, "JUSTID")) {
        justId = true;
      } else {
        context.syntaxError();
      }
    }
    StreamValue stream = context.failed() ? null : context.find(1, StreamValue.class);
    ConsumerGroup group = PendingCommands.group(context, stream);
    if (context.failed() || stream == null || group == null) {
      return;
    }
    long deliveries = justId ? ClaimEffect.UNCHANGED : ClaimEffect.ONE_MORE;
    Claim claim = new Claim(context, stream, group, context.nowMillis(), deliveries);
    PendingEntry next = group.pendingFrom(from);
    long left = count;
    for (long tries = count * ATTEMPTS_FACTOR; next != null && left > 0 && tries > 0; tries--) {
      if (!stream.contains(next.id())) {
        claim.forget(next.id());
        left--;
      } else if (isIdle(context, next, minIdle)) {
        claim.take(next.id());
        left--;
      }
      next = group.pendingAfter(next);
    }
    claim.end(false);
    writeAutoClaimed(context.reply(), claim, next == null ? StreamId.MIN : next.id(), justId);
  }

  private static void writeAutoClaimed(
      ReplyWriter reply, Claim claim, StreamId cursor, boolean justId) {
    StreamReply out = new StreamReply(reply);
    reply.array(3);
    out.id(cursor);
    claim.write(justId);
    reply.array(claim.deleted().size());
    claim.deleted().forEach(out::id);
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.XCLAIM, ClaimCommands::xclaim);
    table.bind(Command.XAUTOCLAIM, ClaimCommands::xautoclaim);
  }
}
