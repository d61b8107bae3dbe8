package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.DecimalSum;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** GET, SET, INCR and the other commands of strings. */
public final class StringCommands {
  /** Redis' default {@code proto-max-bulk-len}. */
  static final int STRING_BYTES_MAX = 512 << 20;

  private static final String TOO_LONG =
      "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
  private static final byte[] SET = Effect.name("SET");
  private static final byte[] PXAT = Effect.name("PXAT");
  private static final byte[] KEEPTTL = Effect.name("KEEPTTL");
  private static final byte[] NOTHING = {};

  private StringCommands() {}

  // ---- reading

  private static void get(CommandContext context) {
    StringValue value = context.find(1, StringValue.class);
    if (!context.failed()) {
      bulk(context.reply(), value);
    }
  }

  private static void bulk(ReplyWriter reply, @Nullable StringValue value) {
    if (value == null) {
      reply.nullBulk();
    } else {
      value.reply(reply, 0, value.length());
    }
  }

  private static void mget(CommandContext context) {
    context.reply().array(context.count() - 1);
    for (int key = 1; key < context.count(); key++) {
      Value value = context.find(key);
      bulk(context.reply(), value instanceof StringValue string ? string : null);
    }
  }

  private static void strlen(CommandContext context) {
    StringValue value = context.find(1, StringValue.class);
    if (!context.failed()) {
      context.reply().integer(value == null ? 0 : value.length());
    }
  }

  private static void getrange(CommandContext context) {
    long from = context.integer(2);
    long to = context.integer(3);
    if (context.failed()) {
      return;
    }
    StringValue value = context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    int length = value == null ? 0 : value.length();
    boolean backwards = from < 0 && to < 0 && from > to;
    from = Math.max(0, from < 0 ? length + from : from);
    to = Math.min(length - 1, Math.max(0, to < 0 ? length + to : to));
    if (value == null || backwards || from > to) {
      context.reply().bulk(NOTHING);
    } else {
      value.reply(context.reply(), (int) from, (int) (to - from + 1));
    }
  }

  // ---- writing

  private static void set(CommandContext context) {
    long options = context.count() == 3 ? 0 : SetOptions.parse(context, 3, SetOptions.OF_SET);
    long expiryMillis = SetOptions.expiryMillis(context, options);
    boolean get = SetOptions.has(options, SetOptions.GET);
    StringValue old = get && !context.failed() ? context.find(1, StringValue.class) : null;
    if (context.failed()) {
      return;
    }
    boolean refused = SetOptions.has(options, context.exists(1) ? SetOptions.NX : SetOptions.XX);
    if (get || refused) {
      bulk(context.reply(), old);
    } else {
      context.reply().ok();
    }
    if (refused) {
      return;
    }
    if (SetOptions.hasExpiry(options)) {
      setExpiring(context, expiryMillis, 2);
    } else {
      boolean keep = SetOptions.has(options, SetOptions.KEEPTTL);
      context.putArgument(1, 2, keep ? context.expiry(1) : CommandContext.NO_EXPIRY);
      context.changed();
    }
  }

  private static void setExpiring(CommandContext context, long expiryMillis, int value) {
    if (expiryMillis <= context.nowMillis()) {
      context.delete(1);
      return;
    }
    context.putArgument(1, value, expiryMillis);
    context.beginEffect(1, SET).argument(value).bytes(PXAT).decimal(expiryMillis).emit();
  }

  private static void setnx(CommandContext context) {
    boolean free = !context.exists(1);
    if (free) {
      context.putArgument(1, 2, CommandContext.NO_EXPIRY);
      context.changed();
    }
    context.reply().integer(free ? 1 : 0);
  }

  private static void setex(CommandContext context, boolean seconds) {
    long expiryMillis = SetOptions.expiryMillis(context, 2, seconds, true);
    if (!context.failed()) {
      setExpiring(context, expiryMillis, 3);
      context.reply().ok();
    }
  }

  private static void getset(CommandContext context) {
    StringValue old = context.find(1, StringValue.class);
    if (!context.failed()) {
      bulk(context.reply(), old);
      context.putArgument(1, 2, CommandContext.NO_EXPIRY);
      context.beginEffect(1, SET).argument(2).emit();
    }
  }

  private static void getdel(CommandContext context) {
    StringValue value = context.find(1, StringValue.class);
    if (!context.failed()) {
      bulk(context.reply(), value);
      context.delete(1);
    }
  }

  private static void getex(CommandContext context) {
    long options = SetOptions.parse(context, 2, SetOptions.OF_GETEX);
    StringValue value = context.failed() ? null : context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    bulk(context.reply(), value);
    if (value == null) {
      return;
    }
    long expiryMillis = SetOptions.expiryMillis(context, options);
    if (context.failed()) {
      return;
    }
    if (SetOptions.has(options, SetOptions.PERSIST)) {
      ExpiryCommands.removeExpiry(context);
    } else if (SetOptions.hasExpiry(options)) {
      ExpiryCommands.expireAt(context, expiryMillis);
    }
  }

  private static void mset(CommandContext context) {
    if (context.count() % 2 == 0) {
      context.wrongArity();
      return;
    }
    putPairs(context);
    context.reply().ok();
  }

  private static void msetnx(CommandContext context) {
    if (context.count() % 2 == 0) {
      context.wrongArity();
      return;
    }
    for (int key = 1; key < context.count(); key += 2) {
      if (context.exists(key)) {
        context.reply().integer(0);
        return;
      }
    }
    putPairs(context);
    context.reply().integer(1);
  }

  private static void putPairs(CommandContext context) {
    for (int key = 1; key < context.count(); key += 2) {
      context.putArgument(key, key + 1, CommandContext.NO_EXPIRY);
      context.beginEffect(key, SET).argument(key + 1).emit();
    }
  }

  private static void append(CommandContext context) {
    StringValue old = context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    int more = request.length(2);
    if (old == null) {
      context.putArgument(1, 2, CommandContext.NO_EXPIRY);
      context.changed();
      context.reply().integer(more);
      return;
    }
    long length = (long) old.length() + more;
    if (length > STRING_BYTES_MAX) {
      context.fail(TOO_LONG);
      return;
    }
    if (more > 0) {
      int from = old.length();
      StringValue joined = context.changeable(1, old, (int) length);
      copyArgument(request, 2, joined, from);
      context.markRaw(1);
      context.changed();
    } else {
      context.unchanged();
    }
    context.reply().integer(length);
  }

  private static void setrange(CommandContext context) {
    long offset = context.integer(2);
    if (offset < 0) {
      context.fail("ERR offset is out of range");
    }
    StringValue old = context.failed() ? null : context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    int more = request.length(3);
    int oldLength = old == null ? 0 : old.length();
    if (more == 0) {
      context.reply().integer(oldLength);
      return;
    }
    if (offset > STRING_BYTES_MAX - more) {
      context.fail(TOO_LONG);
      return;
    }
    int end = (int) offset + more;
    StringValue target = context.changeable(1, old, end);
    copyArgument(request, 3, target, (int) offset);
    context.markRaw(1);
    context.changed();
    context.reply().integer(target.length());
  }

  private static void copyArgument(Request request, int argument, StringValue target, int at) {
    System.arraycopy(
        request.buffer(),
        request.start(argument),
        target.buffer(),
        target.start() + at,
        request.length(argument));
  }

  // ---- counting

  private static void incrby(CommandContext context) {
    long delta = context.integer(2);
    if (!context.failed()) {
      add(context, delta);
    }
  }

  private static void decrby(CommandContext context) {
    long delta = context.integer(2);
    if (delta == Long.MIN_VALUE) {
      context.fail("ERR decrement would overflow");
    }
    if (!context.failed()) {
      add(context, -delta);
    }
  }

  private static void add(CommandContext context, long delta) {
    StringValue old = context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    long value = 0;
    if (old != null) {
      if (!Decimal.isLong(old.buffer(), old.start(), old.length())) {
        context.fail(CommandContext.NOT_AN_INTEGER);
        return;
      }
      value = Decimal.toLong(old.buffer(), old.start(), old.length());
    }
    long sum = value + delta;
    if (((value ^ sum) & (delta ^ sum)) < 0) {
      context.fail("ERR increment or decrement would overflow");
      return;
    }
    context.putInteger(1, sum, context.expiry(1));
    context.changed();
    context.reply().integer(sum);
  }

  private static void incrbyfloat(CommandContext context) {
    StringValue old = context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    int start = request.start(2);
    int length = request.length(2);
    BigDecimal value =
        old == null ? BigDecimal.ZERO : DecimalSum.parse(old.buffer(), old.start(), old.length());
    BigDecimal increment = DecimalSum.parse(request.buffer(), start, length);
    if (value != null && DecimalSum.isInfinite(request.buffer(), start, length)) {
      context.fail("ERR increment would produce NaN or Infinity");
      return;
    }
    if (value == null || increment == null) {
      context.fail(CommandContext.NOT_A_FLOAT);
      return;
    }
    byte[] sum = DecimalSum.add(value, increment);
    context.putString(1, sum, 0, sum.length, context.expiry(1));
    context.beginEffect(1, SET).bytes(sum).bytes(KEEPTTL).emit();
    context.reply().bulk(sum);
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.GET, StringCommands::get);
    table.bind(Command.SET, StringCommands::set);
    table.bind(Command.SETNX, StringCommands::setnx);
    table.bind(Command.SETEX, context -> setex(context, true));
    table.bind(Command.PSETEX, context -> setex(context, false));
    table.bind(Command.GETSET, StringCommands::getset);
    table.bind(Command.GETDEL, StringCommands::getdel);
    table.bind(Command.GETEX, StringCommands::getex);
    table.bind(Command.MGET, StringCommands::mget);
    table.bind(Command.MSET, StringCommands::mset);
    table.bind(Command.MSETNX, StringCommands::msetnx);
    table.bind(Command.APPEND, StringCommands::append);
    table.bind(Command.STRLEN, StringCommands::strlen);
    table.bind(Command.GETRANGE, StringCommands::getrange);
    table.bind(Command.SUBSTR, StringCommands::getrange);
    table.bind(Command.SETRANGE, StringCommands::setrange);
    table.bind(Command.INCR, context -> add(context, 1));
    table.bind(Command.DECR, context -> add(context, -1));
    table.bind(Command.INCRBY, StringCommands::incrby);
    table.bind(Command.DECRBY, StringCommands::decrby);
    table.bind(Command.INCRBYFLOAT, StringCommands::incrbyfloat);
    SubsequenceCommands.bind(table);
  }
}
