package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.HashValue;
import io.slotferry.protocol.command.Command;
import java.util.Locale;

/**
 * The options of HGETEX and HSETEX, in any order: a time or what else becomes of it, a condition,
 * and {@code FIELDS numfields …}.
 */
final class FieldAccess {
  private static final int NONE = -1;

  private final CommandContext context;
  private final boolean sets;
  private int first = NONE;
  private int count;
  private String time = "";
  private long expiryMillis = HashValue.NO_EXPIRY;
  private String condition = "";

  private FieldAccess(CommandContext context, boolean sets) {
    this.context = context;
    this.sets = sets;
  }

  /** Reads the arguments behind the key; latches what is wrong with them. */
  static FieldAccess parse(CommandContext context) {
    FieldAccess access = new FieldAccess(context, context.call().command == Command.HSETEX);
    for (int i = 2; i < context.count() && !context.failed(); ) {
      i = access.parse(i);
    }
    if (access.first == NONE) {
      context.fail("ERR missing FIELDS argument");
    }
    return access;
  }

  /** Returns the argument that follows the option at {@code argument}. */
  private int parse(int argument) {
    String option = context.request().text(argument).toUpperCase(Locale.ROOT);
    return switch (option) {
      case "FIELDS" -> parseFields(argument);
      case "EX", "PX", "EXAT", "PXAT" -> {
        setTime(option);
        if (argument + 1 == context.count()) {
          context.fail("ERR missing expire time");
        } else {
          parseTime(argument + 1);
        }
        yield argument + 2;
      }
      default -> {
        if (option.equals(sets ? "KEEPTTL" : "PERSIST")) {
          setTime(option);
        } else if (sets && (option.equals("FNX") || option.equals("FXX"))) {
          setCondition(option);
        } else {
          context.fail("ERR unknown argument: " + context.request().text(argument));
        }
        yield argument + 1;
      }
    };
  }

  private void setCondition(String option) {
    if (!condition.isEmpty()) {
      context.fail("ERR Only one of FXX or FNX arguments can be specified");
    }
    condition = option;
  }

  private int parseFields(int argument) {
    if (first != NONE) {
      context.fail("ERR multiple FIELDS arguments");
    }
    if (argument + 2 >= context.count()) {
      context.wrongArity();
      return context.count();
    }
    int stride = stride();
    count =
        (int)
            context.integer(argument + 1, 1, Integer.MAX_VALUE / 2, "ERR invalid number of fields");
    first = argument + 2;
    if ((long) count * stride > context.count() - first) {
      context.wrongArity();
    }
    return first + count * stride;
  }

  private void setTime(String option) {
    if (!time.isEmpty()) {
      context.fail(
          "ERR Only one of EX, PX, EXAT, PXAT or "
              + (sets ? "KEEPTTL" : "PERSIST")
              + " arguments can be specified");
    }
    time = option;
  }

  private void parseTime(int argument) {
    long given = context.integer(argument);
    if (given < 0) {
      context.fail("ERR invalid expire time, must be >= 0");
    }
    boolean seconds = time.startsWith("E");
    long max = FieldExpiryCommands.EXPIRY_MAX;
    long unit = seconds ? FieldExpiryCommands.MILLIS_PER_SECOND : 1;
    long base = time.endsWith("AT") ? 0 : context.nowMillis();
    if (given > max / unit || given * unit > max - base) {
      SetOptions.invalidExpiry(context);
    }
    expiryMillis = given * unit + base;
  }

  /** Arguments of a field. */
  int stride() {
    return sets ? 2 : 1;
  }

  /** The argument of the {@code index}-th field. */
  int field(int index) {
    return first + index * stride();
  }

  int count() {
    return count;
  }

  boolean persists() {
    return time.equals("PERSIST");
  }

  boolean keepsTimes() {
    return time.equals("KEEPTTL");
  }

  boolean hasTime() {
    return expiryMillis != HashValue.NO_EXPIRY;
  }

  long expiryMillis() {
    return expiryMillis;
  }

  /** Whether the condition holds of a field that is there, or not. */
  boolean allows(boolean exists) {
    return condition.isEmpty() || condition.equals(exists ? "FXX" : "FNX");
  }
}
