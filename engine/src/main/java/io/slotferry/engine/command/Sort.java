package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.Elements;
import io.slotferry.engine.value.ListValue;
import io.slotferry.engine.value.SetValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SORT and SORT_RO: the elements of a list, a set or a sorted set in the order of their numbers, of
 * their bytes, or of what a {@link SortPattern} finds for each.
 */
final class Sort {
  private static final byte[] NOTHING = {};

  /**
   * An element with what it is sorted by.
   *
   * @param text for ALPHA; null when the BY pattern found nothing
   */
  private record Item(byte[] element, double score, byte @Nullable [] text) {}

  private final CommandContext context;
  private final boolean mayStore;
  private final List<SortPattern> gets = new ArrayList<>();
  private boolean descending;
  private boolean alpha;
  private boolean unsorted;
  private long offset;
  private long limit = -1;
  private @Nullable SortPattern by;
  private int store;

  private Sort(CommandContext context, boolean mayStore) {
    this.context = context;
    this.mayStore = mayStore;
  }

  static void sort(CommandContext context, boolean mayStore) {
    new Sort(context, mayStore).run();
  }

  private void run() {
    parse();
    Value value = context.failed() ? null : context.find(1);
    boolean sortable =
        value == null
            || value instanceof ListValue
            || value instanceof SetValue
            || value instanceof SortedSetValue;
    if (!sortable) {
      context.fail(CommandContext.WRONG_TYPE);
    }
    if (context.failed()) {
      return;
    }
    if (unsorted && (store > 0 || context.isInScript()) && value instanceof SetValue) {
      // A set has no order of its own: what is stored, or a script goes by, is to be the same
      // everywhere.
      unsorted = false;
      alpha = true;
      by = null;
    }
    List<byte[]> elements = elements(value);
    if (!unsorted) {
      elements = sorted(elements);
    }
    List<byte @Nullable []> output = output(limited(elements));
    if (context.failed()) {
      return;
    }
    if (store > 0) {
      store(output);
    } else {
      write(output);
    }
  }

  // ---- arguments

  private void parse() {
    for (int i = 2; i < context.count() && !context.failed(); i++) {
      int rest = context.count() - i - 1;
      if (context.is(i, "ASC")) {
        descending = false;
      } else if (context.is(i, "DESC")) {
        descending = true;
      } else if (context.is(i, "ALPHA")) {
        alpha = true;
      } else if (context.is(i, "LIMIT") && rest >= 2) {
        offset = context.integer(++i);
        limit = context.integer(++i);
      } else if (mayStore && context.is(i, "STORE") && rest >= 1) {
        store = ++i;
      } else if (context.is(i, "BY") && rest >= 1) {
        by = new SortPattern(context.request().copy(++i));
        unsorted |= by.isConstant();
      } else if (context.is(i, "GET") && rest >= 1) {
        gets.add(new SortPattern(context.request().copy(++i)));
      } else {
        context.syntaxError();
      }
    }
  }

  // ---- elements

  private List<byte[]> elements(@Nullable Value value) {
    List<byte[]> elements = new ArrayList<>();
    Slice slice = new Slice();
    if (value instanceof ListValue list) {
      ListValue.Walk walk = list.walk(descending ? list.size() - 1 : 0, descending);
      while (walk.next()) {
        walk.element(slice);
        elements.add(slice.toByteArray());
      }
    } else if (value instanceof SortedSetValue set) {
      SortedSetValue.Walk walk = set.walk(descending ? set.size() - 1 : 0, descending);
      while (walk.next()) {
        walk.member(slice);
        elements.add(slice.toByteArray());
      }
    } else if (value instanceof Elements set) {
      for (int at = set.first(); at >= 0; at = set.next(at)) {
        set.elementAt(at, slice);
        elements.add(slice.toByteArray());
      }
    }
    return elements;
  }

  private List<byte[]> sorted(List<byte[]> elements) {
    List<Item> items = new ArrayList<>(elements.size());
    for (byte[] element : elements) {
      byte[] key = by == null ? element : by.lookUp(context, element);
      double score = alpha || key == null ? 0 : number(key);
      if (Double.isNaN(score)) {
        context.fail("ERR One or more scores can't be converted into double");
        return List.of();
      }
      items.add(new Item(element, score, alpha ? key : null));
    }
    Comparator<Item> order = alpha ? Sort::compareTexts : Sort::compareScores;
    items.sort(descending ? order.reversed() : order);
    return items.stream().map(Item::element).toList();
  }

  /** As C's strtod: the text ends at a zero byte, nothing is 0, and blanks may stand in front. */
  private static double number(byte[] text) {
    int start = 0;
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    while (start < end && (text[start] == ' ' || (text[start] >= '\t' && text[start] <= '\r'))) {
      start++;
    }
    return end == 0 ? 0 : Decimal.toDouble(text, start, end - start);
  }

  private static int compareScores(Item left, Item right) {
    if (left.score != right.score) {
      return left.score < right.score ? -1 : 1;
    }
    return Arrays.compareUnsigned(left.element, right.element);
  }

  private static int compareTexts(Item left, Item right) {
    return Arrays.compareUnsigned(left.text, right.text);
  }

  private List<byte[]> limited(List<byte[]> elements) {
    int size = elements.size();
    int start = Math.clamp(offset, 0, size);
    int count = limit < 0 ? size - start : (int) Math.min(limit, size - start);
    return elements.subList(start, start + count);
  }

  // ---- results

  private List<byte @Nullable []> output(List<byte[]> elements) {
    List<byte @Nullable []> output = new ArrayList<>();
    for (byte[] element : elements) {
      if (gets.isEmpty()) {
        output.add(element);
      }
      for (SortPattern get : gets) {
        output.add(get.lookUp(context, element));
      }
    }
    return output;
  }

  private void write(List<byte @Nullable []> output) {
    ReplyWriter reply = context.reply();
    reply.array(output.size());
    for (byte[] element : output) {
      if (element == null) {
        reply.nullBulk();
      } else {
        reply.bulk(element);
      }
    }
  }

  private void store(List<byte @Nullable []> output) {
    if (output.isEmpty()) {
      context.delete(store);
    } else {
      ListValue list = new ListValue();
      for (byte[] element : output) {
        byte[] stored = element == null ? NOTHING : element;
        list.addLast(stored, 0, stored.length);
      }
      context.put(store, list, CommandContext.NO_EXPIRY);
      context.effectOfKey(store);
    }
    context.reply().integer(output.size());
  }
}
