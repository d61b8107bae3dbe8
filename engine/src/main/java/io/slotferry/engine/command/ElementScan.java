package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.Elements;
import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * HSCAN, SSCAN and ZSCAN. The cursor is the hash of the next element, so an element that is there
 * all the time is met at least once, however the value grows or shrinks meanwhile. A compact value
 * comes whole, whatever COUNT says.
 */
final class ElementScan {
  private static final int COUNT_DEFAULT = 10;

  /** Hashes have 32 bits. */
  private static final long CURSOR_MAX = 0xffffffffL;

  /** After every element. */
  private static final long CURSOR_END = CURSOR_MAX + 1;

  /** Cursors are unsigned 64-bit numbers to clients. */
  private static final byte[] UNSIGNED_MAX =
      "18446744073709551615".getBytes(StandardCharsets.US_ASCII);

  private static final int CURSOR_ARGUMENT = 2;
  private static final int OPTIONS = 3;

  private final CommandContext context;
  private long count = COUNT_DEFAULT;
  private @Nullable GlobPattern pattern;
  private boolean withoutValues;

  private ElementScan(CommandContext context) {
    this.context = context;
  }

  /** Executes the command on a value of {@code type}. */
  static <V extends Value & Elements> void scan(CommandContext context, Class<V> type) {
    long cursor = cursor(context.request());
    if (cursor < 0) {
      context.fail("ERR invalid cursor");
      return;
    }
    if (type == HashValue.class) {
      // Drops what has expired: the hash may be gone then.
      context.findHash(1);
    }
    V value = context.find(1, type);
    if (context.failed()) {
      return;
    }
    if (value == null) {
      begin(context.reply(), 0);
      context.reply().emptyArray();
      return;
    }
    ElementScan scan = new ElementScan(context);
    scan.parse();
    if (!context.failed()) {
      scan.run(value, cursor);
    }
  }

  /**
   * Reads what C's {@code strtoul} reads, as Redis does. Anything above a hash is one cursor, which
   * is at the end; -1 when it is none.
   */
  private static long cursor(Request request) {
    byte[] buffer = request.buffer();
    int at = request.start(CURSOR_ARGUMENT);
    int end = at + request.length(CURSOR_ARGUMENT);
    if (end - at > 1 && (buffer[at] == '-' || buffer[at] == '+')) {
      at++;
    }
    for (int i = at; i < end; i++) {
      if (buffer[i] < '0' || buffer[i] > '9') {
        return -1;
      }
    }
    int digits = end - at;
    boolean overflows =
        digits > UNSIGNED_MAX.length
            || (digits == UNSIGNED_MAX.length
                && Arrays.compare(buffer, at, end, UNSIGNED_MAX, 0, digits) > 0);
    if (overflows) {
      return -1;
    }
    if (digits == 0) {
      return 0;
    }
    boolean isLong = Decimal.isLong(buffer, at, digits);
    return isLong ? Math.min(Decimal.toLong(buffer, at, digits), CURSOR_END) : CURSOR_END;
  }

  private void parse() {
    Request request = context.request();
    for (int i = OPTIONS; i < context.count() && !context.failed(); i++) {
      boolean hasNext = i + 1 < context.count();
      if (hasNext && context.is(i, "COUNT")) {
        count = context.integer(++i);
        if (count < 1) {
          context.syntaxError();
        }
      } else if (hasNext && context.is(i, "MATCH")) {
        i++;
        pattern = new GlobPattern(request.buffer(), request.start(i), request.length(i));
      } else if (context.is(i, "NOVALUES") && context.call().command == Command.HSCAN) {
        withoutValues = true;
      } else {
        context.syntaxError();
      }
    }
  }

  private static void begin(ReplyWriter reply, long nextCursor) {
    reply.array(2);
    reply.bulkLong(nextCursor);
  }

  private void run(Elements elements, long cursor) {
    ReplyWriter found = new ReplyWriter();
    Slice slice = new Slice();
    int replies = 0;
    int position = cursor > CURSOR_MAX ? -1 : elements.positionFrom((int) cursor);
    int hash = 0;
    for (long seen = 0; position >= 0; seen++) {
      if (seen >= count && elements.hashAt(position) != hash) {
        break;
      }
      hash = elements.hashAt(position);
      elements.elementAt(position, slice);
      if (pattern == null || pattern.matches(slice.buffer(), slice.start(), slice.length())) {
        slice.writeTo(found);
        replies += 1 + writeValue(elements, position, slice, found);
      }
      position = elements.next(position);
    }
    begin(context.reply(), position < 0 ? 0 : elements.hashAt(position) & CURSOR_MAX);
    context.reply().array(replies);
    context.reply().raw(found.bytes(), 0, found.size());
  }

  /** Writes what stands beside the element, a value or a score; returns how many replies. */
  private int writeValue(Elements elements, int position, Slice slice, ReplyWriter out) {
    if (elements instanceof HashValue hash && !withoutValues) {
      hash.valueAt(position, slice);
      slice.writeTo(out);
      return 1;
    }
    if (elements instanceof SortedSetValue set) {
      // A bulk string in RESP3 too.
      out.bulk(Decimal.format(set.scoreAt(position)));
      return 1;
    }
    return 0;
  }
}
