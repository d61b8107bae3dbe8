package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.ListValue;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;

/**
 * BLPOP and the others that wait for a key to take from. They do what their plain forms do, with
 * the effects of those; with nothing to take they write the reply of a wait in vain, and {@link
 * CommandContext#await ask to wait}.
 */
public final class BlockingCommands {
  private static final int NONE = -1;
  private static final double LONG_MAX = Long.MAX_VALUE;

  private BlockingCommands() {}

  /**
   * Checks a timeout in seconds, which may have a fraction. Whoever lets the command wait counts
   * the time.
   */
  static void checkTimeout(CommandContext context, int argument) {
    Request request = context.request();
    double seconds =
        Decimal.toDouble(request.buffer(), request.start(argument), request.length(argument));
    if (Double.isNaN(seconds)) {
      context.fail("ERR timeout is not a float or out of range");
    } else if (seconds * 1000 > LONG_MAX) {
      context.fail("ERR timeout is out of range");
    } else if (seconds < 0) {
      context.fail("ERR timeout is negative");
    } else if (seconds * 1000 > LONG_MAX - context.nowMillis()) {
      context.fail("ERR timeout is out of range");
    }
  }

  /** The first of the keys that has a value; -1 without one, or with an error. */
  private static int firstKey(CommandContext context, Class<? extends Value> type) {
    int last = context.count() - 1;
    for (int key = 1; key < last && !context.failed(); key++) {
      if (context.find(key, type) != null) {
        return key;
      }
    }
    return NONE;
  }

  private static void awaitAny(CommandContext context, ValueType type) {
    if (!context.failed()) {
      context.reply().nullArray();
      context.await(type);
    }
  }

  private static void writeKey(CommandContext context, int key) {
    Request request = context.request();
    context.reply().bulk(request.buffer(), request.start(key), request.length(key));
  }

  // ---- lists

  private static void bpop(CommandContext context, boolean left) {
    checkTimeout(context, context.count() - 1);
    int key = firstKey(context, ListValue.class);
    ListValue list = key == NONE ? null : context.find(key, ListValue.class);
    if (list == null) {
      awaitAny(context, ValueType.LIST);
      return;
    }
    context.reply().array(2);
    writeKey(context, key);
    ListCommands.popOne(context, key, list, left);
  }

  private static void blmove(CommandContext context) {
    if (!ListCommands.isSide(context, 3) || !ListCommands.isSide(context, 4)) {
      context.syntaxError();
    }
    bmove(context, 5, context.is(3, "LEFT"), context.is(4, "LEFT"));
  }

  private static void bmove(CommandContext context, int timeout, boolean fromLeft, boolean toLeft) {
    checkTimeout(context, timeout);
    boolean found = !context.failed() && context.find(1, ListValue.class) != null;
    if (context.failed()) {
      return;
    }
    if (found) {
      ListCommands.move(context, fromLeft, toLeft);
    } else {
      context.reply().nullBulk();
      context.await(ValueType.LIST);
    }
  }

  // ---- sorted sets

  private static void bzpop(CommandContext context, boolean max) {
    checkTimeout(context, context.count() - 1);
    int key = firstKey(context, SortedSetValue.class);
    SortedSetValue set = key == NONE ? null : context.find(key, SortedSetValue.class);
    if (set == null) {
      awaitAny(context, ValueType.SORTED_SET);
      return;
    }
    context.reply().array(3);
    writeKey(context, key);
    SortedSetCommands.popOne(context, key, set, max);
  }

  // ---- BLMPOP, BZMPOP

  private static void blmpop(CommandContext context) {
    if (!ListCommands.lmpop(context, 2) && !context.failed()) {
      context.await(ValueType.LIST);
    }
  }

  private static void bzmpop(CommandContext context) {
    if (!SortedSetCommands.zmpop(context, 2) && !context.failed()) {
      context.await(ValueType.SORTED_SET);
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.BLPOP, context -> bpop(context, true));
    table.bind(Command.BRPOP, context -> bpop(context, false));
    table.bind(Command.BLMOVE, BlockingCommands::blmove);
    table.bind(Command.BLMPOP, BlockingCommands::blmpop);
    table.bind(Command.BZMPOP, BlockingCommands::bzmpop);
    table.bind(Command.BRPOPLPUSH, context -> bmove(context, 3, false, true));
    table.bind(Command.BZPOPMIN, context -> bzpop(context, false));
    table.bind(Command.BZPOPMAX, context -> bzpop(context, true));
  }
}
