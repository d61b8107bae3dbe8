package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.command.RankRange.By;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** ZRANGE with its older siblings, ZCOUNT and ZREMRANGE: commands about a part of a sorted set. */
final class SortedSetRanges {
  private static final String LIMIT_OF_RANKS =
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
  private static final String SCORES_OF_MEMBERS =
      "ERR syntax error, WITHSCORES not supported in combination with BYLEX";

  private final CommandContext context;
  private final int key;
  private final boolean store;

  /** Null as long as an option may choose. */
  private @Nullable By by;

  private boolean reverse;
  private boolean mayReverse;
  private boolean withScores;
  private long offset;
  private long limit = -1;

  /**
   * One query.
   *
   * @param key the argument of the source; two bounds and the options follow it
   * @param by what the command's name says, or null if an option says it
   */
  private SortedSetRanges(
      CommandContext context, int key, boolean store, @Nullable By by, boolean reverse) {
    this.context = context;
    this.key = key;
    this.store = store;
    this.by = by;
    this.reverse = reverse;
    this.mayReverse = by == null;
  }

  private static void range(CommandContext context, @Nullable By by, boolean reverse) {
    new SortedSetRanges(context, 1, false, by, reverse).run();
  }

  private static void zrangestore(CommandContext context) {
    new SortedSetRanges(context, 2, true, null, false).run();
  }

  private void run() {
    By parsed = parse();
    if (context.failed()) {
      return;
    }
    boolean highestFirst = reverse && parsed != By.RANK;
    int min = highestFirst ? key + 2 : key + 1;
    int max = highestFirst ? key + 1 : key + 2;
    RankRange range = new RankRange(context, parsed, min, max);
    SortedSetValue set = context.failed() ? null : context.find(key, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    if (set != null) {
      range.resolve(set, reverse);
      if (parsed != By.RANK) {
        range.limit(offset, limit, reverse);
      }
    }
    if (store) {
      store(set, range);
    } else if (set == null) {
      context.reply().emptyArray();
    } else {
      write(context.reply(), range.walk(set, reverse), range.size(), withScores);
    }
  }

  private By parse() {
    boolean limited = false;
    for (int i = key + 3; i < context.count() && !context.failed(); i++) {
      if (!store && context.is(i, "WITHSCORES")) {
        withScores = true;
      } else if (context.is(i, "LIMIT") && i + 2 < context.count()) {
        offset = context.integer(i + 1);
        limit = context.integer(i + 2);
        limited = limit != -1;
        i += 2;
      } else if (mayReverse && context.is(i, "REV")) {
        reverse = true;
        mayReverse = false;
      } else if (by == null && context.is(i, "BYLEX")) {
        by = By.MEMBER;
      } else if (by == null && context.is(i, "BYSCORE")) {
        by = By.SCORE;
      } else {
        context.syntaxError();
      }
    }
    By parsed = by == null ? By.RANK : by;
    if (limited && parsed == By.RANK) {
      context.fail(LIMIT_OF_RANKS);
    }
    if (withScores && parsed == By.MEMBER) {
      context.fail(SCORES_OF_MEMBERS);
    }
    return parsed;
  }

  /** Writes the next {@code count} members of a walk. */
  static void write(ReplyWriter reply, SortedSetValue.Walk walk, int count, boolean withScores) {
    boolean pairs = withScores && reply.isResp3();
    reply.array(withScores && !pairs ? count * 2 : count);
    Slice slice = new Slice();
    for (int i = 0; i < count && walk.next(); i++) {
      if (pairs) {
        reply.array(2);
      }
      walk.member(slice);
      slice.writeTo(reply);
      if (withScores) {
        reply.doubleValue(walk.score());
      }
    }
  }

  private void store(@Nullable SortedSetValue set, RankRange range) {
    SortedSetValue part = new SortedSetValue();
    if (set != null) {
      Slice slice = new Slice();
      SortedSetValue.Walk walk = range.walk(set, false);
      for (int i = 0; i < range.size() && walk.next(); i++) {
        walk.member(slice);
        part.put(walk.score(), slice.buffer(), slice.start(), slice.length());
      }
    }
    store(context, 1, part);
  }

  /** Binds a key to a result, or removes it if that is empty, and answers its size. */
  static void store(CommandContext context, int key, SortedSetValue result) {
    if (result.size() == 0) {
      context.delete(key);
    } else {
      context.put(key, result, CommandContext.NO_EXPIRY);
      context.effectOfKey(key);
    }
    context.reply().integer(result.size());
  }

  private static void count(CommandContext context, By by) {
    RankRange range = new RankRange(context, by, 2, 3);
    SortedSetValue set = context.failed() ? null : context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    if (set != null) {
      range.resolve(set, false);
    }
    context.reply().integer(range.size());
  }

  private static void remove(CommandContext context, By by) {
    RankRange range = new RankRange(context, by, 2, 3);
    SortedSetValue set = context.failed() ? null : context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    if (set != null) {
      range.resolve(set, false);
      set.removeRanks(range.from(), range.to());
      if (set.size() == 0) {
        context.remove(1);
      }
    }
    if (range.size() > 0) {
      context.changed();
    }
    context.reply().integer(range.size());
  }

  static void bind(HandlerTable table) {
    table.bind(Command.ZRANGE, context -> range(context, null, false));
    table.bind(Command.ZRANGESTORE, SortedSetRanges::zrangestore);
    table.bind(Command.ZREVRANGE, context -> range(context, By.RANK, true));
    table.bind(Command.ZRANGEBYSCORE, context -> range(context, By.SCORE, false));
    table.bind(Command.ZREVRANGEBYSCORE, context -> range(context, By.SCORE, true));
    table.bind(Command.ZRANGEBYLEX, context -> range(context, By.MEMBER, false));
    table.bind(Command.ZREVRANGEBYLEX, context -> range(context, By.MEMBER, true));
    table.bind(Command.ZCOUNT, context -> count(context, By.SCORE));
    table.bind(Command.ZLEXCOUNT, context -> count(context, By.MEMBER));
    table.bind(Command.ZREMRANGEBYRANK, context -> remove(context, By.RANK));
    table.bind(Command.ZREMRANGEBYSCORE, context -> remove(context, By.SCORE));
    table.bind(Command.ZREMRANGEBYLEX, context -> remove(context, By.MEMBER));
  }
}
