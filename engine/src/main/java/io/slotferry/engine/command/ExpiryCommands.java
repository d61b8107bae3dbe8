package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.protocol.command.Command;

/** EXPIRE, TTL, PERSIST and their siblings. */
public final class ExpiryCommands {
  private static final byte[] PEXPIREAT = Effect.name("PEXPIREAT");
  private static final byte[] PERSIST = Effect.name("PERSIST");

  private static final int NX = 1;
  private static final int XX = 1 << 1;
  private static final int GT = 1 << 2;
  private static final int LT = 1 << 3;

  private static final int NO_KEY = -2;
  private static final int KEY_WITHOUT_EXPIRY = -1;
  private static final long MILLIS_PER_SECOND = 1000;

  private ExpiryCommands() {}

  /** The key at argument 1, which exists, expires then: at once if the time is past. */
  static void expireAt(CommandContext context, long expiryMillis) {
    if (expiryMillis <= context.nowMillis()) {
      context.delete(1);
    } else {
      context.expire(1, expiryMillis);
      context.beginEffect(1, PEXPIREAT).decimal(expiryMillis).emit();
    }
  }

  /** Whether the key at argument 1 had an expiry. */
  static boolean removeExpiry(CommandContext context) {
    if (context.expiry(1) == CommandContext.NO_EXPIRY) {
      return false;
    }
    context.expire(1, CommandContext.NO_EXPIRY);
    context.beginEffect(1, PERSIST).emit();
    return true;
  }

  private static void expire(CommandContext context, boolean seconds, boolean relative) {
    int conditions = conditions(context);
    long expiryMillis = expiryMillis(context, seconds, relative);
    if (context.failed()) {
      return;
    }
    boolean changes = context.exists(1) && allow(conditions, context.expiry(1), expiryMillis);
    if (changes) {
      expireAt(context, expiryMillis);
    }
    context.reply().integer(changes ? 1 : 0);
  }

  private static int conditions(CommandContext context) {
    int conditions = 0;
    for (int argument = 3; argument < context.count(); argument++) {
      if (context.is(argument, "NX")) {
        conditions |= NX;
      } else if (context.is(argument, "XX")) {
        conditions |= XX;
      } else if (context.is(argument, "GT")) {
        conditions |= GT;
      } else if (context.is(argument, "LT")) {
        conditions |= LT;
      } else {
        context.fail("ERR Unsupported option " + context.request().text(argument));
      }
    }
    if ((conditions & NX) != 0 && conditions != NX) {
      context.fail("ERR NX and XX, GT or LT options at the same time are not compatible");
    } else if ((conditions & GT) != 0 && (conditions & LT) != 0) {
      context.fail("ERR GT and LT options at the same time are not compatible");
    }
    return conditions;
  }

  /** The time at argument 2 as milliseconds since 1970; it may be past. */
  private static long expiryMillis(CommandContext context, boolean seconds, boolean relative) {
    long time = context.failed() ? 0 : context.integer(2);
    if (context.failed()) {
      return 0;
    }
    long unit = seconds ? MILLIS_PER_SECOND : 1;
    long base = relative ? context.nowMillis() : 0;
    if (time > Long.MAX_VALUE / unit
        || time < Long.MIN_VALUE / unit
        || time * unit > Long.MAX_VALUE - base) {
      SetOptions.invalidExpiry(context);
      return 0;
    }
    return time * unit + base;
  }

  /** A key without an expiry lives for ever: longer than any time. */
  private static boolean allow(int conditions, long oldMillis, long newMillis) {
    boolean expires = oldMillis != CommandContext.NO_EXPIRY;
    if ((conditions & NX) != 0 && expires) {
      return false;
    }
    if ((conditions & XX) != 0 && !expires) {
      return false;
    }
    if ((conditions & GT) != 0 && (!expires || newMillis <= oldMillis)) {
      return false;
    }
    return (conditions & LT) == 0 || !expires || newMillis < oldMillis;
  }

  private static void persist(CommandContext context) {
    context.reply().integer(removeExpiry(context) ? 1 : 0);
  }

  /** The rest of the key's time, or its end. */
  private static void ttl(CommandContext context, boolean seconds, boolean relative) {
    if (!context.exists(1)) {
      context.reply().integer(NO_KEY);
      return;
    }
    long expiryMillis = context.expiry(1);
    if (expiryMillis == CommandContext.NO_EXPIRY) {
      context.reply().integer(KEY_WITHOUT_EXPIRY);
      return;
    }
    long time = relative ? expiryMillis - context.nowMillis() : expiryMillis;
    context.reply().integer(seconds ? roundToSeconds(time) : time);
  }

  /** Half a second and more counts as one; no sum that could overflow. */
  private static long roundToSeconds(long millis) {
    long up = millis % MILLIS_PER_SECOND >= MILLIS_PER_SECOND / 2 ? 1 : 0;
    return millis / MILLIS_PER_SECOND + up;
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.EXPIRE, context -> expire(context, true, true));
    table.bind(Command.PEXPIRE, context -> expire(context, false, true));
    table.bind(Command.EXPIREAT, context -> expire(context, true, false));
    table.bind(Command.PEXPIREAT, context -> expire(context, false, false));
    table.bind(Command.PERSIST, ExpiryCommands::persist);
    table.bind(Command.TTL, context -> ttl(context, true, true));
    table.bind(Command.PTTL, context -> ttl(context, false, true));
    table.bind(Command.EXPIRETIME, context -> ttl(context, true, false));
    table.bind(Command.PEXPIRETIME, context -> ttl(context, false, false));
  }
}
