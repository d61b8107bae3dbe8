package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.SetValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** SADD, SINTER and the other commands of sets. */
public final class SetCommands {
  /** Members in one effect of SPOP, at most. */
  private static final int EFFECT_MEMBERS_MAX = 1024;

  private static final byte[] SADD = Effect.name("SADD");
  private static final byte[] SREM = Effect.name("SREM");

  private SetCommands() {}

  // ---- members

  private static boolean contains(@Nullable SetValue set, Request request, int member) {
    return set != null
        && set.contains(request.buffer(), request.start(member), request.length(member));
  }

  private static boolean add(SetValue set, Request request, int member) {
    return set.add(request.buffer(), request.start(member), request.length(member));
  }

  private static boolean remove(SetValue set, Request request, int member) {
    return set.remove(request.buffer(), request.start(member), request.length(member));
  }

  private static SetValue demand(CommandContext context, int key, @Nullable SetValue found) {
    if (found != null) {
      return found;
    }
    SetValue set = new SetValue();
    context.put(key, set, CommandContext.NO_EXPIRY);
    return set;
  }

  private static void sadd(CommandContext context) {
    SetValue found = context.find(1, SetValue.class);
    if (context.failed()) {
      return;
    }
    SetValue set = demand(context, 1, found);
    Request request = context.request();
    set.expect(context.count() - 2, request.buffer(), request.start(2), request.length(2));
    int added = 0;
    for (int i = 2; i < context.count(); i++) {
      added += add(set, request, i) ? 1 : 0;
    }
    if (added > 0) {
      context.changed();
    }
    context.reply().integer(added);
  }

  private static void srem(CommandContext context) {
    SetValue set = context.find(1, SetValue.class);
    if (context.failed()) {
      return;
    }
    int removed = 0;
    if (set != null) {
      for (int i = 2; i < context.count(); i++) {
        removed += remove(set, context.request(), i) ? 1 : 0;
      }
      if (set.size() == 0) {
        context.remove(1);
      }
    }
    if (removed > 0) {
      context.changed();
    }
    context.reply().integer(removed);
  }

  private static void smove(CommandContext context) {
    SetValue source = context.find(1, SetValue.class);
    if (context.failed()) {
      return;
    }
    if (source == null) {
      context.reply().integer(0);
      return;
    }
    SetValue found = context.find(2, SetValue.class);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    boolean there = contains(source, request, 3);
    if (there && source != found) {
      if (add(demand(context, 2, found), request, 3)) {
        context.beginEffect(2, SADD).argument(3).emit();
      }
      remove(source, request, 3);
      if (source.size() == 0) {
        context.remove(1);
      }
      context.beginEffect(1, SREM).argument(3).emit();
    }
    context.reply().integer(there ? 1 : 0);
  }

  private static void scard(CommandContext context) {
    SetValue set = context.find(1, SetValue.class);
    if (!context.failed()) {
      context.reply().integer(set == null ? 0 : set.size());
    }
  }

  private static void sismember(CommandContext context) {
    SetValue set = context.find(1, SetValue.class);
    if (!context.failed()) {
      context.reply().integer(contains(set, context.request(), 2) ? 1 : 0);
    }
  }

  private static void smismember(CommandContext context) {
    SetValue set = context.find(1, SetValue.class);
    if (context.failed()) {
      return;
    }
    context.reply().array(context.count() - 2);
    for (int i = 2; i < context.count(); i++) {
      context.reply().integer(contains(set, context.request(), i) ? 1 : 0);
    }
  }

  private static void smembers(CommandContext context) {
    SetValue set = context.find(1, SetValue.class);
    if (!context.failed()) {
      write(context.reply(), set);
    }
  }

  private static void write(ReplyWriter reply, @Nullable SetValue set) {
    reply.set(set == null ? 0 : set.size());
    if (set == null) {
      return;
    }
    Slice slice = new Slice();
    for (int at = set.first(); at >= 0; at = set.next(at)) {
      set.elementAt(at, slice);
      slice.writeTo(reply);
    }
  }

  // ---- chance

  private static void spop(CommandContext context) {
    if (context.count() > 3) {
      context.syntaxError();
      return;
    }
    boolean counted = context.count() == 3;
    long count = counted ? context.integer(2, 0, Long.MAX_VALUE, ListCommands.NOT_POSITIVE) : 1;
    SetValue set = context.failed() ? null : context.find(1, SetValue.class);
    if (context.failed()) {
      return;
    }
    if (counted && (set == null || count >= set.size())) {
      write(context.reply(), set);
      context.delete(1);
    } else if (set == null) {
      context.reply().nullBulk();
    } else {
      if (counted) {
        context.reply().set((int) count);
      }
      popSome(context, set, (int) count);
    }
  }

  /** Removes members by chance, and says which: a follower must remove the same. */
  private static void popSome(CommandContext context, SetValue set, int count) {
    byte[][] popped = new byte[Math.min(count, EFFECT_MEMBERS_MAX)][];
    Slice slice = new Slice();
    for (int done = 0; done < count; ) {
      int batch = Math.min(count - done, EFFECT_MEMBERS_MAX);
      for (int i = 0; i < batch; i++) {
        int position = set.randomPosition(context.random());
        set.elementAt(position, slice);
        slice.writeTo(context.reply());
        popped[i] = slice.toByteArray();
        set.removeAt(position);
      }
      if (set.size() == 0) {
        context.remove(1);
      }
      Effect effect = context.beginEffect(1, SREM);
      for (int i = 0; i < batch; i++) {
        effect.bytes(popped[i]);
      }
      effect.emit();
      done += batch;
    }
  }

  private static void srandmember(CommandContext context) {
    if (context.count() > 3) {
      context.syntaxError();
      return;
    }
    boolean counted = context.count() == 3;
    long count = counted ? RandomElements.count(context) : 1;
    SetValue set = context.failed() ? null : context.find(1, SetValue.class);
    if (context.failed()) {
      return;
    }
    ReplyWriter reply = context.reply();
    if (set == null) {
      if (counted) {
        reply.emptyArray();
      } else {
        reply.nullBulk();
      }
      return;
    }
    Slice slice = new Slice();
    IntConsumer writer =
        position -> {
          set.elementAt(position, slice);
          slice.writeTo(reply);
        };
    if (counted) {
      RandomElements.reply(context, set, count, 1, writer);
    } else {
      writer.accept(set.randomPosition(context.random()));
    }
  }

  // ---- algebra

  @FunctionalInterface
  private interface Operation {
    SetValue of(@Nullable SetValue[] sets);
  }

  /** The sets at the arguments {@code [from, to)}. */
  private static @Nullable SetValue[] sources(CommandContext context, int from, int to) {
    @Nullable SetValue[] sets = new @Nullable SetValue[to - from];
    for (int key = from; key < to && !context.failed(); key++) {
      sets[key - from] = context.find(key, SetValue.class);
    }
    return sets;
  }

  private static void compute(CommandContext context, Operation operation) {
    @Nullable SetValue[] sets = sources(context, 1, context.count());
    if (!context.failed()) {
      write(context.reply(), operation.of(sets));
    }
  }

  private static void store(CommandContext context, Operation operation) {
    @Nullable SetValue[] sets = sources(context, 2, context.count());
    if (context.failed()) {
      return;
    }
    SetValue result = operation.of(sets);
    if (result.size() == 0) {
      context.delete(1);
    } else {
      context.put(1, result, CommandContext.NO_EXPIRY);
      context.effectOfKey(1);
    }
    context.reply().integer(result.size());
  }

  private static void sintercard(CommandContext context) {
    long numkeys = context.integer(1, 1, Long.MAX_VALUE, "ERR numkeys should be greater than 0");
    if (!context.failed() && numkeys > context.count() - 2) {
      context.fail("ERR Number of keys can't be greater than number of args");
    }
    if (context.failed()) {
      return;
    }
    int end = 2 + (int) numkeys;
    long limit = 0;
    for (int i = end; i < context.count() && !context.failed(); i += 2) {
      if (i + 1 < context.count() && context.is(i, "LIMIT")) {
        limit = context.integer(i + 1, 0, Long.MAX_VALUE, "ERR LIMIT can't be negative");
      } else {
        context.syntaxError();
      }
    }
    @Nullable SetValue[] sets = sources(context, 2, end);
    if (!context.failed()) {
      long max = limit == 0 ? Long.MAX_VALUE : limit;
      context.reply().integer(SetAlgebra.intersectionSize(sets, max));
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.SADD, SetCommands::sadd);
    table.bind(Command.SREM, SetCommands::srem);
    table.bind(Command.SMOVE, SetCommands::smove);
    table.bind(Command.SCARD, SetCommands::scard);
    table.bind(Command.SISMEMBER, SetCommands::sismember);
    table.bind(Command.SMISMEMBER, SetCommands::smismember);
    table.bind(Command.SMEMBERS, SetCommands::smembers);
    table.bind(Command.SPOP, SetCommands::spop);
    table.bind(Command.SRANDMEMBER, SetCommands::srandmember);
    table.bind(Command.SINTER, context -> compute(context, SetAlgebra::intersection));
    table.bind(Command.SINTERSTORE, context -> store(context, SetAlgebra::intersection));
    table.bind(Command.SINTERCARD, SetCommands::sintercard);
    table.bind(Command.SUNION, context -> compute(context, SetAlgebra::union));
    table.bind(Command.SUNIONSTORE, context -> store(context, SetAlgebra::union));
    table.bind(Command.SDIFF, context -> compute(context, SetAlgebra::difference));
    table.bind(Command.SDIFFSTORE, context -> store(context, SetAlgebra::difference));
    table.bind(Command.SSCAN, context -> ElementScan.scan(context, SetValue.class));
  }
}
