package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.EntryView;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.OrderedKeys;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.value.StringValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code KEYRANGE min max [REV] [LIMIT offset count] [WITHVALUES]}: a tablet's keys in their order.
 * The interval is written as ZRANGEBYLEX's ({@code [a}, {@code (a}, {@code -}, {@code +}); {@code
 * min} comes first also with REV, which only turns the answer round. A negative count means all.
 *
 * <p>WITHVALUES puts each key's value behind it; a value that is no string comes as null: the
 * reader asks for it with its type's own command.
 */
final class KeyRange {
  private static final String INVALID = "ERR min or max not valid string range item";

  private final CommandContext context;
  private boolean reverse;
  private boolean withValues;
  private long offset;
  private long limit = -1;

  private KeyRange(CommandContext context) {
    this.context = context;
  }

  static void keyrange(CommandContext context) {
    KeyRange range = new KeyRange(context);
    range.parse();
    if (context.failed()) {
      return;
    }
    OrderedKeys keys = keysOf(context);
    if (keys == null) {
      context.fail("ERR KEYRANGE needs a range keyspace");
      return;
    }
    range.write(range.select(keys));
  }

  private static @Nullable OrderedKeys keysOf(CommandContext context) {
    Partition partition = context.store().partition(context.call().partition);
    KeyTable table = partition == null ? null : partition.table(context.keyspace());
    return table == null ? null : table.ordered();
  }

  private void parse() {
    if (!isBound(1) || !isBound(2)) {
      context.fail(INVALID);
    }
    for (int argument = 3; argument < context.count(); argument++) {
      if (context.is(argument, "REV")) {
        reverse = true;
      } else if (context.is(argument, "WITHVALUES")) {
        withValues = true;
      } else if (context.is(argument, "LIMIT") && argument + 2 < context.count()) {
        offset = context.integer(++argument);
        limit = context.integer(++argument);
      } else {
        context.syntaxError();
      }
    }
  }

  private byte first(int argument) {
    return context.request().buffer()[context.request().start(argument)];
  }

  private boolean isBound(int argument) {
    int length = context.request().length(argument);
    if (length == 0) {
      return false;
    }
    byte first = first(argument);
    return first == '[' || first == '(' || (length == 1 && (first == '-' || first == '+'));
  }

  private List<Integer> select(OrderedKeys keys) {
    List<Integer> selected = new ArrayList<>();
    long low = lowest(keys);
    long high = highest(keys);
    // A position is in the range if it is between both, and positions ascend with keys.
    if (offset < 0 || low == OrderedKeys.NONE || high == OrderedKeys.NONE || low > high) {
      return selected;
    }
    long skip = offset;
    long at = reverse ? high : low;
    long last = reverse ? low : high;
    while (limit < 0 || selected.size() < limit) {
      int entry = keys.entryAt(at);
      if (!context.store().memory().isExpired(entry, context.nowMillis()) && --skip < 0) {
        selected.add(entry);
      }
      if (at == last) {
        break;
      }
      at = reverse ? keys.previous(at) : keys.next(at);
    }
    return selected;
  }

  private long lowest(OrderedKeys keys) {
    if (first(1) == '-') {
      return keys.first();
    }
    if (first(1) == '+') {
      return OrderedKeys.NONE;
    }
    Request request = context.request();
    return keys.atOrAfter(
        request.buffer(), request.start(1) + 1, request.length(1) - 1, first(1) == '[');
  }

  private long highest(OrderedKeys keys) {
    if (first(2) == '+') {
      return keys.last();
    }
    if (first(2) == '-') {
      return OrderedKeys.NONE;
    }
    Request request = context.request();
    return keys.atOrBefore(
        request.buffer(), request.start(2) + 1, request.length(2) - 1, first(2) == '[');
  }

  private void write(List<Integer> selected) {
    ReplyWriter reply = context.reply();
    reply.array(withValues ? selected.size() * 2 : selected.size());
    EntryMemory memory = context.store().memory();
    EntryView view = new EntryView();
    for (int entry : selected) {
      KeyspaceCommands.writeKey(reply, memory, entry);
      if (withValues && view.of(memory, entry) instanceof StringValue string) {
        string.reply(reply, 0, string.length());
      } else if (withValues) {
        reply.nullBulk();
      }
    }
  }
}
