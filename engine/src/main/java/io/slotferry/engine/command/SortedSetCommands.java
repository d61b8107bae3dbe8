package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** ZADD, ZSCORE and the other commands of sorted sets. */
public final class SortedSetCommands {
  // Options of ZADD.
  private static final int NX = 1;
  private static final int XX = 1 << 1;
  private static final int GT = 1 << 2;
  private static final int LT = 1 << 3;
  private static final int CH = 1 << 4;
  private static final int INCR = 1 << 5;

  /** Those that GEOADD has too. */
  static final int OF_GEOADD = NX | XX | CH;

  private static final byte[] ZPOPMIN = Effect.name("ZPOPMIN");
  private static final byte[] ZPOPMAX = Effect.name("ZPOPMAX");

  private SortedSetCommands() {}

  // ---- ZADD, ZINCRBY

  static int option(CommandContext context, int argument) {
    if (context.is(argument, "NX")) {
      return NX;
    }
    if (context.is(argument, "XX")) {
      return XX;
    }
    if (context.is(argument, "GT")) {
      return GT;
    }
    if (context.is(argument, "LT")) {
      return LT;
    }
    if (context.is(argument, "CH")) {
      return CH;
    }
    return context.is(argument, "INCR") ? INCR : 0;
  }

  private static boolean has(int options, int option) {
    return (options & option) != 0;
  }

  static boolean isContradictory(int options) {
    return has(options, NX) && has(options, XX);
  }

  private static void checkOptions(CommandContext context, int options, int rest) {
    if (rest == 0 || rest % 2 != 0) {
      context.syntaxError();
    } else if (isContradictory(options)) {
      context.fail("ERR XX and NX options at the same time are not compatible");
    } else if (Integer.bitCount(options & (NX | GT | LT)) > 1) {
      context.fail("ERR GT, LT, and/or NX options at the same time are not compatible");
    } else if (has(options, INCR) && rest > 2) {
      context.fail("ERR INCR option supports a single increment-element pair");
    }
  }

  private static void zadd(CommandContext context, int given) {
    int options = given;
    int first = 2;
    for (int option; first < context.count() && (option = option(context, first)) != 0; first++) {
      options |= option;
    }
    checkOptions(context, options, context.count() - first);
    if (context.failed()) {
      return;
    }
    double[] scores = new double[(context.count() - first) / 2];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = context.number(first + 2 * i);
    }
    if (!context.failed()) {
      add(context, options, scores, first + 1, 2);
    }
  }

  /** Adds the members at {@code first} and every {@code step} arguments behind it. */
  static void add(CommandContext context, int options, double[] scores, int first, int step) {
    SortedSetValue found = context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    Addition addition = new Addition(context, options);
    if (found != null || !has(options, XX)) {
      SortedSetValue set = demand(context, found);
      for (int i = 0; i < scores.length && !context.failed(); i++) {
        addition.add(set, first + step * i, scores[i]);
      }
    }
    if (!context.failed()) {
      addition.finish();
    }
  }

  private static SortedSetValue demand(CommandContext context, @Nullable SortedSetValue found) {
    if (found != null) {
      return found;
    }
    SortedSetValue set = new SortedSetValue();
    context.put(1, set, CommandContext.NO_EXPIRY);
    return set;
  }

  /** One ZADD: what it has done so far. */
  private static final class Addition {
    private final CommandContext context;
    private final int options;
    private int added;
    private int updated;

    /** Of the one member with INCR; NaN if the options kept it from being changed. */
    private double result = Double.NaN;

    Addition(CommandContext context, int options) {
      this.context = context;
      this.options = options;
    }

    void add(SortedSetValue set, int member, double given) {
      Request request = context.request();
      int start = request.start(member);
      int length = request.length(member);
      double old = set.score(request.buffer(), start, length);
      boolean exists = !Double.isNaN(old);
      if (has(options, exists ? NX : XX)) {
        return;
      }
      double score = exists && has(options, INCR) ? old + given : given;
      if (Double.isNaN(score)) {
        context.fail("ERR resulting score is not a number (NaN)");
        return;
      }
      if (exists && ((has(options, GT) && score <= old) || (has(options, LT) && score >= old))) {
        return;
      }
      result = score;
      set.put(score, request.buffer(), start, length);
      added += exists ? 0 : 1;
      updated += exists && score != old ? 1 : 0;
    }

    void finish() {
      if (added + updated > 0) {
        context.changed();
      }
      if (!has(options, INCR)) {
        context.reply().integer(has(options, CH) ? added + updated : added);
      } else {
        writeScore(context.reply(), result);
      }
    }
  }

  // ---- members

  private static void writeScore(ReplyWriter reply, double score) {
    if (Double.isNaN(score)) {
      reply.nullBulk();
    } else {
      reply.doubleValue(score);
    }
  }

  private static double score(@Nullable SortedSetValue set, Request request, int member) {
    return set == null
        ? Double.NaN
        : set.score(request.buffer(), request.start(member), request.length(member));
  }

  private static void zscore(CommandContext context) {
    SortedSetValue set = context.find(1, SortedSetValue.class);
    if (!context.failed()) {
      writeScore(context.reply(), score(set, context.request(), 2));
    }
  }

  private static void zmscore(CommandContext context) {
    SortedSetValue set = context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    context.reply().array(context.count() - 2);
    for (int i = 2; i < context.count(); i++) {
      writeScore(context.reply(), score(set, context.request(), i));
    }
  }

  private static void zcard(CommandContext context) {
    SortedSetValue set = context.find(1, SortedSetValue.class);
    if (!context.failed()) {
      context.reply().integer(set == null ? 0 : set.size());
    }
  }

  private static void zrem(CommandContext context) {
    SortedSetValue set = context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    int removed = 0;
    if (set != null) {
      for (int i = 2; i < context.count(); i++) {
        removed += set.remove(request.buffer(), request.start(i), request.length(i)) ? 1 : 0;
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

  private static void zrank(CommandContext context, boolean reverse) {
    boolean withScore = context.count() > 3;
    if (context.count() > 4) {
      context.wrongArity();
    } else if (withScore && !context.is(3, "WITHSCORE")) {
      context.syntaxError();
    }
    SortedSetValue set = context.failed() ? null : context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    ReplyWriter reply = context.reply();
    int rank = set == null ? -1 : set.rank(request.buffer(), request.start(2), request.length(2));
    if (set == null || rank < 0) {
      if (withScore) {
        reply.nullArray();
      } else {
        reply.nullBulk();
      }
      return;
    }
    if (withScore) {
      reply.array(2);
    }
    reply.integer(reverse ? set.size() - 1 - rank : rank);
    if (withScore) {
      reply.doubleValue(score(set, request, 2));
    }
  }

  // ---- ZPOPMIN, ZPOPMAX, ZRANDMEMBER

  private static void zpop(CommandContext context, boolean max) {
    if (context.count() > 3) {
      context.syntaxError();
      return;
    }
    boolean counted = context.count() == 3;
    long count = counted ? context.integer(2, 0, Long.MAX_VALUE, ListCommands.NOT_POSITIVE) : 1;
    SortedSetValue set = context.failed() ? null : context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    if (set == null || count == 0) {
      context.reply().emptyArray();
      return;
    }
    int popped = (int) Math.min(count, set.size());
    int from = max ? set.size() - popped : 0;
    SortedSetValue.Walk walk = set.walk(max ? set.size() - 1 : 0, max);
    writePopped(context.reply(), walk, popped, counted);
    set.removeRanks(from, from + popped);
    if (set.size() == 0) {
      context.remove(1);
    }
    context.changed();
  }

  /** Writes a member and its score and takes it away, with the effect that says so. */
  static void popOne(CommandContext context, int key, SortedSetValue set, boolean max) {
    int rank = max ? set.size() - 1 : 0;
    SortedSetValue.Walk walk = set.walk(rank, max);
    Slice slice = new Slice();
    walk.next();
    walk.member(slice);
    slice.writeTo(context.reply());
    context.reply().doubleValue(walk.score());
    set.removeRanks(rank, rank + 1);
    if (set.size() == 0) {
      context.remove(key);
    }
    context.beginEffect(key, max ? ZPOPMAX : ZPOPMIN).emit();
  }

  /** RESP3 nests a member and its score only if the command had a count. */
  private static void writePopped(
      ReplyWriter reply, SortedSetValue.Walk walk, int popped, boolean counted) {
    if (counted) {
      SortedSetRanges.write(reply, walk, popped, true);
      return;
    }
    Slice slice = new Slice();
    walk.next();
    walk.member(slice);
    reply.array(2);
    slice.writeTo(reply);
    reply.doubleValue(walk.score());
  }

  /** {@code numkeys} is where the number of keys stands; false when there was nothing to take. */
  static boolean zmpop(CommandContext context, int numkeys) {
    MultiPop pop = MultiPop.parse(context, numkeys, "MIN", "MAX");
    int key = pop.findKey(SortedSetValue.class);
    SortedSetValue set = key < 0 ? null : context.find(key, SortedSetValue.class);
    if (set == null) {
      return false;
    }
    boolean max = !pop.isFirst();
    int popped = pop.writeHead(key, set.size());
    SortedSetValue.Walk walk = set.walk(max ? set.size() - 1 : 0, max);
    Slice slice = new Slice();
    for (int i = 0; i < popped && walk.next(); i++) {
      walk.member(slice);
      context.reply().array(2);
      slice.writeTo(context.reply());
      context.reply().doubleValue(walk.score());
    }
    int from = max ? set.size() - popped : 0;
    set.removeRanks(from, from + popped);
    if (set.size() == 0) {
      context.remove(key);
    }
    context.beginEffect(key, max ? ZPOPMAX : ZPOPMIN).decimal(popped).emit();
    return true;
  }

  private static void zrandmember(CommandContext context) {
    boolean counted = context.count() > 2;
    long count = counted ? RandomElements.count(context) : 1;
    boolean withScores =
        counted && !context.failed() && RandomElements.isWith(context, "WITHSCORES", count);
    SortedSetValue set = context.failed() ? null : context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    if (counted) {
      writeChoice(context, set, count, withScores);
    } else if (set == null) {
      context.reply().nullBulk();
    } else {
      Slice slice = new Slice();
      set.elementAt(set.randomPosition(context.random()), slice);
      slice.writeTo(context.reply());
    }
  }

  private static void writeChoice(
      CommandContext context, @Nullable SortedSetValue set, long count, boolean withScores) {
    ReplyWriter reply = context.reply();
    if (set == null) {
      reply.emptyArray();
      return;
    }
    boolean pairs = withScores && reply.isResp3();
    Slice slice = new Slice();
    RandomElements.reply(
        context,
        set,
        count,
        withScores && !pairs ? 2 : 1,
        position -> {
          if (pairs) {
            reply.array(2);
          }
          set.elementAt(position, slice);
          slice.writeTo(reply);
          if (withScores) {
            reply.doubleValue(set.scoreAt(position));
          }
        });
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.ZADD, context -> zadd(context, 0));
    table.bind(Command.ZINCRBY, context -> zadd(context, INCR));
    table.bind(Command.ZREM, SortedSetCommands::zrem);
    table.bind(Command.ZCARD, SortedSetCommands::zcard);
    table.bind(Command.ZSCORE, SortedSetCommands::zscore);
    table.bind(Command.ZMSCORE, SortedSetCommands::zmscore);
    table.bind(Command.ZRANK, context -> zrank(context, false));
    table.bind(Command.ZREVRANK, context -> zrank(context, true));
    table.bind(Command.ZPOPMIN, context -> zpop(context, false));
    table.bind(Command.ZPOPMAX, context -> zpop(context, true));
    table.bind(Command.ZMPOP, context -> zmpop(context, 1));
    table.bind(Command.ZRANDMEMBER, SortedSetCommands::zrandmember);
    table.bind(Command.ZSCAN, context -> ElementScan.scan(context, SortedSetValue.class));
    SortedSetRanges.bind(table);
    SortedSetAlgebra.bind(table);
  }
}
