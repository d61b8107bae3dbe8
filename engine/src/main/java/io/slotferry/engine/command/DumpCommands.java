package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.rdb.Dump;
import io.slotferry.engine.store.AccessClock;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** DUMP and RESTORE: a value in Redis' own serialisation. */
public final class DumpCommands {
  private static final int FREQUENCY_MAX = 255;
  private static final int NOT_GIVEN = -1;
  private static final int TTL = 2;
  private static final int PAYLOAD = 3;
  private static final int OPTIONS = 4;

  private DumpCommands() {}

  private static void dump(CommandContext context) {
    Value value = context.find(1);
    if (value == null) {
      context.reply().nullBulk();
    } else {
      context.reply().bulk(Dump.of(value));
    }
  }

  private static void restore(CommandContext context) {
    Restoration restoration = new Restoration(context);
    restoration.parse();
    if (!context.failed() && !restoration.replace && context.exists(1)) {
      context.fail("BUSYKEY Target key name already exists.");
    }
    Value value = context.failed() ? null : restoration.readValue();
    if (value == null || context.failed()) {
      return;
    }
    long expiryMillis = restoration.expiryMillis();
    if (expiryMillis != CommandContext.NO_EXPIRY && expiryMillis <= context.nowMillis()) {
      context.delete(1);
    } else {
      context.put(1, value, expiryMillis);
      restoration.restoreUse();
      context.effectOfKey(1);
    }
    context.reply().ok();
  }

  /** One RESTORE: its options. */
  private static final class Restoration {
    private final CommandContext context;
    private boolean replace;
    private boolean absolute;
    private long idleSeconds = NOT_GIVEN;
    private long frequency = NOT_GIVEN;
    private long ttl;

    Restoration(CommandContext context) {
      this.context = context;
    }

    void parse() {
      for (int i = OPTIONS; i < context.count() && !context.failed(); i++) {
        boolean hasNext = i + 1 < context.count();
        if (context.is(i, "REPLACE")) {
          replace = true;
        } else if (context.is(i, "ABSTTL")) {
          absolute = true;
        } else if (context.is(i, "IDLETIME") && hasNext && frequency == NOT_GIVEN) {
          idleSeconds = context.integer(++i);
          if (idleSeconds < 0) {
            context.fail("ERR Invalid IDLETIME value, must be >= 0");
          }
        } else if (context.is(i, "FREQ") && hasNext && idleSeconds == NOT_GIVEN) {
          frequency = context.integer(++i);
          if (frequency < 0 || frequency > FREQUENCY_MAX) {
            context.fail("ERR Invalid FREQ value, must be >= 0 and <= 255");
          }
        } else {
          context.syntaxError();
        }
      }
    }

    @Nullable Value readValue() {
      ttl = context.integer(TTL);
      if (ttl < 0) {
        context.fail("ERR Invalid TTL value, must be >= 0");
      }
      if (context.failed()) {
        return null;
      }
      Request request = context.request();
      int start = request.start(PAYLOAD);
      int length = request.length(PAYLOAD);
      if (!Dump.isSound(request.buffer(), start, length)) {
        context.fail("ERR DUMP payload version or checksum are wrong");
        return null;
      }
      Value value = Dump.read(request.buffer(), start, length);
      if (value == null) {
        context.fail("ERR Bad data format");
      }
      return value;
    }

    /** Sets the clock of the key, if it is kept in the way that was given. */
    void restoreUse() {
      AccessClock clock = context.accessClock();
      long nowMillis = context.nowMillis();
      if (idleSeconds != NOT_GIVEN && clock.kind() == AccessClock.Kind.RECENCY) {
        long idleMillis = Math.min(idleSeconds, nowMillis / 1000) * 1000;
        context.clockIs(1, clock.ofIdle(idleMillis, nowMillis));
      } else if (frequency != NOT_GIVEN && clock.kind() == AccessClock.Kind.FREQUENCY) {
        context.clockIs(1, clock.ofFrequency((int) frequency, nowMillis));
      }
    }

    long expiryMillis() {
      if (ttl == 0) {
        return CommandContext.NO_EXPIRY;
      }
      if (absolute) {
        return ttl;
      }
      // As far in the future as a time can be, rather than one that has wrapped round.
      return ttl > Long.MAX_VALUE - context.nowMillis()
          ? Long.MAX_VALUE
          : ttl + context.nowMillis();
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.DUMP, DumpCommands::dump);
    table.bind(Command.RESTORE, DumpCommands::restore);
  }
}
