package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.DecimalSum;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** HSET, HGET and the other commands of hashes. */
public final class HashCommands {
  private static final byte[] HSET = Effect.name("HSET");

  private HashCommands() {}

  // ---- writing

  private static HashValue demand(CommandContext context, @Nullable HashValue found) {
    if (found != null) {
      return found;
    }
    HashValue hash = new HashValue();
    context.put(1, hash, CommandContext.NO_EXPIRY);
    return hash;
  }

  private static int find(HashValue hash, Request request, int field) {
    return hash.find(request.buffer(), request.start(field), request.length(field));
  }

  private static boolean set(HashValue hash, Request request, int field, int value) {
    return hash.set(
        request.buffer(),
        request.start(field),
        request.length(field),
        request.buffer(),
        request.start(value),
        request.length(value));
  }

  private static void hset(CommandContext context, boolean isHmset) {
    if (context.count() % 2 != 0) {
      context.wrongArity();
      return;
    }
    HashValue found = context.findHash(1);
    if (context.failed()) {
      return;
    }
    HashValue hash = demand(context, found);
    int added = 0;
    for (int field = 2; field < context.count(); field += 2) {
      added += set(hash, context.request(), field, field + 1) ? 1 : 0;
    }
    context.changed();
    if (isHmset) {
      context.reply().ok();
    } else {
      context.reply().integer(added);
    }
  }

  private static void hsetnx(CommandContext context) {
    HashValue found = context.findHash(1);
    if (context.failed()) {
      return;
    }
    boolean absent = found == null || find(found, context.request(), 2) < 0;
    if (absent) {
      set(demand(context, found), context.request(), 2, 3);
      context.changed();
    }
    context.reply().integer(absent ? 1 : 0);
  }

  private static void hdel(CommandContext context) {
    HashValue hash = context.findHash(1);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    int removed = 0;
    if (hash != null) {
      for (int field = 2; field < context.count(); field++) {
        boolean there = hash.remove(request.buffer(), request.start(field), request.length(field));
        removed += there ? 1 : 0;
      }
      if (hash.size() == 0) {
        context.remove(1);
      }
    }
    if (removed > 0) {
      context.changed();
    }
    context.reply().integer(removed);
  }

  private static void hincrby(CommandContext context) {
    long increment = context.integer(3);
    if (context.failed()) {
      return;
    }
    HashValue found = context.findHash(1);
    if (context.failed()) {
      return;
    }
    Slice value = new Slice();
    long old = 0;
    if (get(found, context.request(), 2, value)) {
      if (!Decimal.isLong(value.buffer(), value.start(), value.length())) {
        context.fail("ERR hash value is not an integer");
        return;
      }
      old = Decimal.toLong(value.buffer(), value.start(), value.length());
    }
    long sum = old + increment;
    if (((old ^ sum) & (increment ^ sum)) < 0) {
      context.fail("ERR increment or decrement would overflow");
      return;
    }
    byte[] digits = new byte[Decimal.length(sum)];
    Decimal.write(sum, digits, 0, digits.length);
    setTo(demand(context, found), context.request(), digits);
    context.changed();
    context.reply().integer(sum);
  }

  private static void setTo(HashValue hash, Request request, byte[] value) {
    hash.put(request.buffer(), request.start(2), request.length(2), value, 0, value.length);
  }

  private static void hincrbyfloat(CommandContext context) {
    Request request = context.request();
    int start = request.start(3);
    int length = request.length(3);
    if (DecimalSum.isInfinite(request.buffer(), start, length)) {
      context.fail("ERR value is NaN or Infinity");
      return;
    }
    BigDecimal increment = DecimalSum.parse(request.buffer(), start, length);
    if (increment == null) {
      context.fail(CommandContext.NOT_A_FLOAT);
      return;
    }
    HashValue found = context.findHash(1);
    if (context.failed()) {
      return;
    }
    Slice value = new Slice();
    BigDecimal old = BigDecimal.ZERO;
    if (get(found, request, 2, value)) {
      old = number(context, value);
    }
    if (old == null) {
      return;
    }
    byte[] sum = DecimalSum.add(old, increment);
    HashValue hash = demand(context, found);
    setTo(hash, request, sum);
    context.beginEffect(1, HSET).argument(2).bytes(sum).emit();
    long expiryMillis = hash.expiryAt(find(hash, request, 2));
    if (expiryMillis != HashValue.NO_EXPIRY) {
      // The field keeps its time, which a plain HSET takes from it.
      FieldExpiryCommands.emitExpiry(context, 2, 2, expiryMillis);
    }
    context.reply().bulk(sum);
  }

  private static @Nullable BigDecimal number(CommandContext context, Slice value) {
    if (DecimalSum.isInfinite(value.buffer(), value.start(), value.length())) {
      context.fail("ERR increment would produce NaN or Infinity");
      return null;
    }
    BigDecimal number = DecimalSum.parse(value.buffer(), value.start(), value.length());
    if (number == null) {
      context.fail("ERR hash value is not a float");
    }
    return number;
  }

  // ---- reading

  private static boolean get(@Nullable HashValue hash, Request request, int field, Slice out) {
    return hash != null
        && hash.get(request.buffer(), request.start(field), request.length(field), out);
  }

  private static void writeValue(
      CommandContext context, @Nullable HashValue hash, int field, Slice slice) {
    if (get(hash, context.request(), field, slice)) {
      slice.writeTo(context.reply());
    } else {
      context.reply().nullBulk();
    }
  }

  private static void hget(CommandContext context) {
    HashValue hash = context.findHash(1);
    if (!context.failed()) {
      writeValue(context, hash, 2, new Slice());
    }
  }

  private static void hmget(CommandContext context) {
    HashValue hash = context.findHash(1);
    if (context.failed()) {
      return;
    }
    Slice slice = new Slice();
    context.reply().array(context.count() - 2);
    for (int field = 2; field < context.count(); field++) {
      writeValue(context, hash, field, slice);
    }
  }

  private static void hlen(CommandContext context) {
    HashValue hash = context.findHash(1);
    if (!context.failed()) {
      context.reply().integer(hash == null ? 0 : hash.size());
    }
  }

  private static void hstrlen(CommandContext context) {
    HashValue hash = context.findHash(1);
    if (!context.failed()) {
      Slice value = new Slice();
      context.reply().integer(get(hash, context.request(), 2, value) ? value.length() : 0);
    }
  }

  private static void hexists(CommandContext context) {
    HashValue hash = context.findHash(1);
    if (!context.failed()) {
      boolean there = hash != null && find(hash, context.request(), 2) >= 0;
      context.reply().integer(there ? 1 : 0);
    }
  }

  private static void hgetall(CommandContext context, boolean fields, boolean values) {
    HashValue hash = context.findHash(1);
    if (context.failed()) {
      return;
    }
    int size = hash == null ? 0 : hash.size();
    if (fields && values) {
      context.reply().map(size);
    } else {
      context.reply().array(size);
    }
    if (hash == null) {
      return;
    }
    Slice slice = new Slice();
    for (int at = hash.first(); at >= 0; at = hash.next(at)) {
      if (fields) {
        hash.elementAt(at, slice);
        slice.writeTo(context.reply());
      }
      if (values) {
        hash.valueAt(at, slice);
        slice.writeTo(context.reply());
      }
    }
  }

  private static void hrandfield(CommandContext context) {
    boolean counted = context.count() > 2;
    long count = counted ? RandomElements.count(context) : 1;
    boolean withValues =
        counted && !context.failed() && RandomElements.isWith(context, "WITHVALUES", count);
    HashValue hash = context.failed() ? null : context.findHash(1);
    if (context.failed()) {
      return;
    }
    if (counted) {
      writeChoice(context, hash, count, withValues);
    } else if (hash == null) {
      context.reply().nullBulk();
    } else {
      Slice slice = new Slice();
      hash.elementAt(hash.randomPosition(context.random()), slice);
      slice.writeTo(context.reply());
    }
  }

  private static void writeChoice(
      CommandContext context, @Nullable HashValue hash, long count, boolean withValues) {
    ReplyWriter reply = context.reply();
    if (hash == null) {
      reply.emptyArray();
      return;
    }
    boolean pairs = withValues && reply.isResp3();
    Slice slice = new Slice();
    RandomElements.reply(
        context,
        hash,
        count,
        withValues && !pairs ? 2 : 1,
        position -> {
          if (pairs) {
            reply.array(2);
          }
          hash.elementAt(position, slice);
          slice.writeTo(reply);
          if (withValues) {
            hash.valueAt(position, slice);
            slice.writeTo(reply);
          }
        });
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.HSET, context -> hset(context, false));
    table.bind(Command.HMSET, context -> hset(context, true));
    table.bind(Command.HSETNX, HashCommands::hsetnx);
    table.bind(Command.HGET, HashCommands::hget);
    table.bind(Command.HMGET, HashCommands::hmget);
    table.bind(Command.HDEL, HashCommands::hdel);
    table.bind(Command.HLEN, HashCommands::hlen);
    table.bind(Command.HSTRLEN, HashCommands::hstrlen);
    table.bind(Command.HEXISTS, HashCommands::hexists);
    table.bind(Command.HKEYS, context -> hgetall(context, true, false));
    table.bind(Command.HVALS, context -> hgetall(context, false, true));
    table.bind(Command.HGETALL, context -> hgetall(context, true, true));
    table.bind(Command.HINCRBY, HashCommands::hincrby);
    table.bind(Command.HINCRBYFLOAT, HashCommands::hincrbyfloat);
    table.bind(Command.HRANDFIELD, HashCommands::hrandfield);
    FieldExpiryCommands.bind(table);
    table.bind(Command.HSCAN, context -> ElementScan.scan(context, HashValue.class));
  }
}
