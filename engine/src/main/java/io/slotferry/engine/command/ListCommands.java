package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.ListValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** LPUSH, LRANGE and the other commands of lists. */
public final class ListCommands {
  /** What Redis says of a count that has to be 0 or more. */
  static final String NOT_POSITIVE = "ERR value is out of range, must be positive";

  private static final byte[] LPUSH = Effect.name("LPUSH");
  private static final byte[] RPUSH = Effect.name("RPUSH");
  private static final byte[] LPOP = Effect.name("LPOP");
  private static final byte[] RPOP = Effect.name("RPOP");

  private ListCommands() {}

  // ---- the ends

  private static ListValue demand(CommandContext context, int key, @Nullable ListValue found) {
    if (found != null) {
      return found;
    }
    ListValue list = new ListValue();
    context.put(key, list, CommandContext.NO_EXPIRY);
    return list;
  }

  private static void add(ListValue list, byte[] source, int start, int length, boolean left) {
    if (left) {
      list.addFirst(source, start, length);
    } else {
      list.addLast(source, start, length);
    }
  }

  private static void push(CommandContext context, boolean left, boolean onlyExisting) {
    ListValue found = context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    if (found == null && onlyExisting) {
      context.reply().integer(0);
      return;
    }
    ListValue list = demand(context, 1, found);
    Request request = context.request();
    for (int i = 2; i < context.count(); i++) {
      add(list, request.buffer(), request.start(i), request.length(i), left);
    }
    context.changed();
    context.reply().integer(list.size());
  }

  private static void pop(CommandContext context, boolean left) {
    if (context.count() > 3) {
      context.wrongArity();
      return;
    }
    boolean counted = context.count() == 3;
    long count = counted ? context.integer(2, 0, Long.MAX_VALUE, NOT_POSITIVE) : 1;
    ListValue list = context.failed() ? null : context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    ReplyWriter reply = context.reply();
    if (list == null) {
      if (counted) {
        reply.nullArray();
      } else {
        reply.nullBulk();
      }
      return;
    }
    int popped = (int) Math.min(count, list.size());
    if (counted) {
      reply.array(popped);
    }
    writeTaken(context, 1, list, popped, left);
    if (popped > 0) {
      context.changed();
    }
  }

  /** Takes elements away and writes them. */
  private static void writeTaken(
      CommandContext context, int key, ListValue list, int count, boolean left) {
    Slice slice = new Slice();
    for (int i = 0; i < count; i++) {
      look(list, left, slice);
      slice.writeTo(context.reply());
      take(list, left);
    }
    removeIfEmpty(context, key, list);
  }

  /** {@code numkeys} is where the number of keys stands; false when there was nothing to take. */
  static boolean lmpop(CommandContext context, int numkeys) {
    MultiPop pop = MultiPop.parse(context, numkeys, "LEFT", "RIGHT");
    int key = pop.findKey(ListValue.class);
    ListValue list = key < 0 ? null : context.find(key, ListValue.class);
    if (list != null) {
      int count = pop.writeHead(key, list.size());
      writeTaken(context, key, list, count, pop.isFirst());
      context.beginEffect(key, pop.isFirst() ? LPOP : RPOP).decimal(count).emit();
    }
    return list != null;
  }

  /** Writes an element and takes it away, with the effect that says so. */
  static void popOne(CommandContext context, int key, ListValue list, boolean left) {
    Slice slice = new Slice();
    look(list, left, slice);
    slice.writeTo(context.reply());
    take(list, left);
    removeIfEmpty(context, key, list);
    context.beginEffect(key, left ? LPOP : RPOP).emit();
  }

  private static void look(ListValue list, boolean left, Slice out) {
    if (left) {
      list.first(out);
    } else {
      list.last(out);
    }
  }

  private static void take(ListValue list, boolean left) {
    if (left) {
      list.removeFirst();
    } else {
      list.removeLast();
    }
  }

  private static void removeIfEmpty(CommandContext context, int key, ListValue list) {
    if (list.size() == 0) {
      context.remove(key);
    }
  }

  // ---- LMOVE

  private static void lmove(CommandContext context) {
    boolean valid = isSide(context, 3) && isSide(context, 4);
    if (!valid) {
      context.syntaxError();
      return;
    }
    move(context, context.is(3, "LEFT"), context.is(4, "LEFT"));
  }

  static boolean isSide(CommandContext context, int argument) {
    return context.is(argument, "LEFT") || context.is(argument, "RIGHT");
  }

  static void move(CommandContext context, boolean fromLeft, boolean toLeft) {
    ListValue source = context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    if (source == null) {
      context.reply().nullBulk();
      return;
    }
    ListValue found = context.find(2, ListValue.class);
    if (context.failed()) {
      return;
    }
    Slice slice = new Slice();
    look(source, fromLeft, slice);
    byte[] element = slice.toByteArray();
    take(source, fromLeft);
    ListValue destination = demand(context, 2, found);
    add(destination, element, 0, element.length, toLeft);
    context.beginEffect(2, toLeft ? LPUSH : RPUSH).bytes(element).emit();
    removeIfEmpty(context, 1, source);
    context.beginEffect(1, fromLeft ? LPOP : RPOP).emit();
    context.reply().bulk(element);
  }

  // ---- by index

  /** Turns a negative index, which counts from the end, into one from the front. */
  private static long fromFront(long index, int size) {
    return index < 0 ? size + index : index;
  }

  private static void llen(CommandContext context) {
    ListValue list = context.find(1, ListValue.class);
    if (!context.failed()) {
      context.reply().integer(list == null ? 0 : list.size());
    }
  }

  private static void lindex(CommandContext context) {
    ListValue list = context.find(1, ListValue.class);
    long index = context.failed() || list == null ? -1 : context.integer(2);
    if (context.failed()) {
      return;
    }
    index = list == null ? -1 : fromFront(index, list.size());
    if (list == null || index < 0 || index >= list.size()) {
      context.reply().nullBulk();
      return;
    }
    Slice slice = new Slice();
    list.get((int) index, slice);
    slice.writeTo(context.reply());
  }

  private static void lset(CommandContext context) {
    ListValue list = context.find(1, ListValue.class);
    if (list == null) {
      context.fail("ERR no such key");
      return;
    }
    long index = fromFront(context.integer(2), list.size());
    if (context.failed()) {
      return;
    }
    if (index < 0 || index >= list.size()) {
      context.fail("ERR index out of range");
      return;
    }
    Request request = context.request();
    list.set((int) index, request.buffer(), request.start(3), request.length(3));
    context.changed();
    context.reply().ok();
  }

  private static void lrange(CommandContext context) {
    long from = context.integer(2);
    long to = context.integer(3);
    ListValue list = context.failed() ? null : context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    int size = list == null ? 0 : list.size();
    from = Math.max(0, fromFront(from, size));
    to = Math.min(size - 1, fromFront(to, size));
    if (list == null || from > to) {
      context.reply().emptyArray();
      return;
    }
    int count = (int) (to - from + 1);
    context.reply().array(count);
    Slice slice = new Slice();
    ListValue.Walk walk = list.walk((int) from, false);
    for (int i = 0; i < count && walk.next(); i++) {
      walk.element(slice);
      slice.writeTo(context.reply());
    }
  }

  private static void ltrim(CommandContext context) {
    long from = context.integer(2);
    long to = context.integer(3);
    ListValue list = context.failed() ? null : context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    context.reply().ok();
    if (list == null) {
      return;
    }
    int size = list.size();
    from = Math.max(0, fromFront(from, size));
    to = Math.min(size - 1, fromFront(to, size));
    if (from > to) {
      context.remove(1);
    } else {
      list.trim((int) from, (int) to + 1);
    }
    if (from > to || list.size() < size) {
      context.changed();
    } else {
      context.unchanged();
    }
  }

  // ---- by element

  private static void lrem(CommandContext context) {
    long count = context.integer(2);
    ListValue list = context.failed() ? null : context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    if (list == null) {
      context.reply().integer(0);
      return;
    }
    int max = count == 0 ? list.size() : (int) Math.min(Math.abs((double) count), list.size());
    Request request = context.request();
    int removed =
        list.remove(request.buffer(), request.start(3), request.length(3), max, count < 0);
    if (removed > 0) {
      removeIfEmpty(context, 1, list);
      context.changed();
    }
    context.reply().integer(removed);
  }

  private static void linsert(CommandContext context) {
    boolean after = context.is(2, "AFTER");
    if (!after && !context.is(2, "BEFORE")) {
      context.syntaxError();
      return;
    }
    ListValue list = context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    if (list == null) {
      context.reply().integer(0);
      return;
    }
    int pivot = indexOf(list, context.request(), 3);
    if (pivot < 0) {
      context.reply().integer(-1);
      return;
    }
    Request request = context.request();
    int index = after ? pivot + 1 : pivot;
    if (index == list.size()) {
      list.addLast(request.buffer(), request.start(4), request.length(4));
    } else {
      list.insert(index, request.buffer(), request.start(4), request.length(4));
    }
    context.changed();
    context.reply().integer(list.size());
  }

  private static int indexOf(ListValue list, Request request, int element) {
    Slice slice = new Slice();
    ListValue.Walk walk = list.walk(0, false);
    for (int index = 0; walk.next(); index++) {
      walk.element(slice);
      if (slice.equalBytes(request.buffer(), request.start(element), request.length(element))) {
        return index;
      }
    }
    return -1;
  }

  private static void lpos(CommandContext context) {
    Positions positions = new Positions(context);
    ListValue list = context.failed() ? null : context.find(1, ListValue.class);
    if (context.failed()) {
      return;
    }
    if (list != null) {
      positions.search(list, context.request());
    }
    ReplyWriter reply = context.reply();
    if (positions.counted) {
      reply.array(positions.found);
      for (int i = 0; i < positions.found; i++) {
        reply.integer(positions.indexes[i]);
      }
    } else if (positions.found > 0) {
      reply.integer(positions.indexes[0]);
    } else {
      reply.nullBulk();
    }
  }

  /** One LPOS: what it looks for, and the indexes it has found. */
  private static final class Positions {
    private static final String RANK_ZERO =
        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use"
            + " negative to start from the end of the list";

    private long rank = 1;
    private long countMax = 1;
    private long lookMax;
    boolean counted;
    int[] indexes = new int[1];
    int found;

    Positions(CommandContext context) {
      for (int i = 3; i < context.count() && !context.failed(); i += 2) {
        if (i + 1 == context.count()) {
          context.syntaxError();
        } else if (context.is(i, "RANK")) {
          rank = context.integer(i + 1);
          if (rank == Long.MIN_VALUE) {
            context.fail(RandomElements.OUT_OF_RANGE);
          } else if (rank == 0) {
            context.fail(RANK_ZERO);
          }
        } else if (context.is(i, "COUNT")) {
          countMax = context.integer(i + 1, 0, Long.MAX_VALUE, "ERR COUNT can't be negative");
          counted = true;
        } else if (context.is(i, "MAXLEN")) {
          lookMax = context.integer(i + 1, 0, Long.MAX_VALUE, "ERR MAXLEN can't be negative");
        } else {
          context.syntaxError();
        }
      }
    }

    void search(ListValue list, Request request) {
      boolean backwards = rank < 0;
      // The smallest long has no positive counterpart; no list is that long either.
      long skip = (backwards ? -Math.max(rank, -Long.MAX_VALUE) : rank) - 1;
      long looks = lookMax == 0 ? list.size() : Math.min(lookMax, list.size());
      Slice slice = new Slice();
      ListValue.Walk walk = list.walk(backwards ? list.size() - 1 : 0, backwards);
      for (int i = 0; i < looks && walk.next(); i++) {
        walk.element(slice);
        if (slice.equalBytes(request.buffer(), request.start(2), request.length(2)) && --skip < 0) {
          add(backwards ? list.size() - 1 - i : i);
          if (found == countMax) {
            return;
          }
        }
      }
    }

    private void add(int index) {
      if (found == indexes.length) {
        indexes = Arrays.copyOf(indexes, found * 2);
      }
      indexes[found++] = index;
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.LPUSH, context -> push(context, true, false));
    table.bind(Command.RPUSH, context -> push(context, false, false));
    table.bind(Command.LPUSHX, context -> push(context, true, true));
    table.bind(Command.RPUSHX, context -> push(context, false, true));
    table.bind(Command.LPOP, context -> pop(context, true));
    table.bind(Command.RPOP, context -> pop(context, false));
    table.bind(Command.LMPOP, context -> lmpop(context, 1));
    table.bind(Command.LLEN, ListCommands::llen);
    table.bind(Command.LINDEX, ListCommands::lindex);
    table.bind(Command.LSET, ListCommands::lset);
    table.bind(Command.LRANGE, ListCommands::lrange);
    table.bind(Command.LTRIM, ListCommands::ltrim);
    table.bind(Command.LREM, ListCommands::lrem);
    table.bind(Command.LINSERT, ListCommands::linsert);
    table.bind(Command.LPOS, ListCommands::lpos);
    table.bind(Command.LMOVE, ListCommands::lmove);
    table.bind(Command.RPOPLPUSH, context -> move(context, false, true));
  }
}
