package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;

/** The options of SET and GETEX as a bit set, with the position of the expiry's argument above. */
final class SetOptions {
  static final int NX = 1;
  static final int XX = 1 << 1;
  static final int GET = 1 << 2;
  static final int KEEPTTL = 1 << 3;
  static final int PERSIST = 1 << 4;
  private static final int EX = 1 << 5;
  private static final int PX = 1 << 6;
  private static final int EXAT = 1 << 7;
  private static final int PXAT = 1 << 8;
  private static final int EXPIRY = EX | PX | EXAT | PXAT;

  static final int OF_SET = NX | XX | GET | KEEPTTL | EXPIRY;
  static final int OF_GETEX = PERSIST | EXPIRY;

  private static final int NX_XX = NX | XX;
  private static final int TIME_TO_LIVE = KEEPTTL | PERSIST | EXPIRY;
  private static final int ARGUMENT_SHIFT = 16;
  private static final long MILLIS_PER_SECOND = 1000;

  private SetOptions() {}

  /** Parses the arguments from {@code first} on; latches a syntax error. */
  static long parse(CommandContext context, int first, int allowed) {
    long options = 0;
    for (int argument = first; argument < context.count(); argument++) {
      int option = option(context, argument);
      if ((option & allowed) == 0 || conflicts(option, (int) options)) {
        context.syntaxError();
        return 0;
      }
      options |= option;
      if ((option & EXPIRY) != 0) {
        if (++argument == context.count()) {
          context.syntaxError();
          return 0;
        }
        options |= (long) argument << ARGUMENT_SHIFT;
      }
    }
    return options;
  }

  private static int option(CommandContext context, int argument) {
    if (context.is(argument, "EX")) {
      return EX;
    } else if (context.is(argument, "PX")) {
      return PX;
    } else if (context.is(argument, "NX")) {
      return NX;
    } else if (context.is(argument, "XX")) {
      return XX;
    } else if (context.is(argument, "GET")) {
      return GET;
    } else if (context.is(argument, "KEEPTTL")) {
      return KEEPTTL;
    } else if (context.is(argument, "PERSIST")) {
      return PERSIST;
    } else if (context.is(argument, "EXAT")) {
      return EXAT;
    } else if (context.is(argument, "PXAT")) {
      return PXAT;
    }
    return 0;
  }

  private static boolean conflicts(int option, int options) {
    boolean otherCondition = (option & NX_XX) != 0 && (options & NX_XX & ~option) != 0;
    boolean otherTime = (option & TIME_TO_LIVE) != 0 && (options & TIME_TO_LIVE) != 0;
    return otherCondition || (otherTime && !(option == KEEPTTL && has(options, KEEPTTL)));
  }

  static boolean has(long options, int option) {
    return (options & option) != 0;
  }

  static boolean hasExpiry(long options) {
    return (options & EXPIRY) != 0;
  }

  /** The expiry that the options ask for, or none; latches one that is no time. */
  static long expiryMillis(CommandContext context, long options) {
    if (!hasExpiry(options)) {
      return CommandContext.NO_EXPIRY;
    }
    return expiryMillis(
        context,
        (int) (options >>> ARGUMENT_SHIFT),
        (options & (EX | EXAT)) != 0,
        (options & (EX | PX)) != 0);
  }

  /** The positive time at {@code argument} as milliseconds since 1970; latches another. */
  static long expiryMillis(
      CommandContext context, int argument, boolean seconds, boolean relative) {
    long time = context.integer(argument);
    if (context.failed()) {
      return 0;
    }
    long base = relative ? context.nowMillis() : 0;
    long unit = seconds ? MILLIS_PER_SECOND : 1;
    if (time <= 0 || time > (Long.MAX_VALUE - base) / unit) {
      invalidExpiry(context);
      return 0;
    }
    return time * unit + base;
  }

  static void invalidExpiry(CommandContext context) {
    context.fail("ERR invalid expire time in '" + context.call().command.lowerName() + "' command");
  }
}
