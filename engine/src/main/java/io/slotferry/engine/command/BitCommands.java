package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.Bits;
import io.slotferry.engine.value.Bits.Operation;
import io.slotferry.engine.value.StringValue;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** SETBIT, BITCOUNT and the other commands of strings as rows of bits. */
public final class BitCommands {
  private static final String BAD_OFFSET = "ERR bit offset is not an integer or out of range";
  private static final StringValue NOTHING = new StringValue(new byte[0]);

  private BitCommands() {}

  /**
   * A bit's offset; else latches the error.
   *
   * @param unit what an offset with a {@code #} is multiplied by; 0 if there is no such offset
   */
  static long offset(CommandContext context, int argument, int unit) {
    Request request = context.request();
    byte[] buffer = request.buffer();
    int start = request.start(argument);
    int length = request.length(argument);
    boolean counted = unit > 0 && length > 0 && buffer[start] == '#';
    if (counted) {
      start++;
      length--;
    }
    if (Decimal.isLong(buffer, start, length)) {
      long offset = Decimal.toLong(buffer, start, length) * (counted ? unit : 1);
      if (offset >= 0 && offset >> 3 < StringCommands.STRING_BYTES_MAX) {
        return offset;
      }
    }
    context.fail(BAD_OFFSET);
    return 0;
  }

  // ---- one bit

  private static void setbit(CommandContext context) {
    long bit = offset(context, 2, 0);
    long on = context.integer(3, 0, 1, "ERR bit is not an integer or out of range");
    StringValue value = context.failed() ? null : context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    int needed = (int) (bit >>> 3) + 1;
    boolean lengthened = value == null || value.length() < needed;
    StringValue target = context.changeable(1, value, needed);
    context.markRaw(1);
    boolean old = Bits.get(target.buffer(), target.start(), bit);
    if (lengthened || old != (on == 1)) {
      Bits.set(target.buffer(), target.start(), bit, on == 1);
      context.changed();
    }
    context.reply().integer(old ? 1 : 0);
  }

  private static void getbit(CommandContext context) {
    long bit = offset(context, 2, 0);
    StringValue value = context.failed() ? null : context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    boolean on =
        value != null && bit >>> 3 < value.length() && Bits.get(value.buffer(), value.start(), bit);
    context.reply().integer(on ? 1 : 0);
  }

  // ---- ranges

  /** The bits {@code [from, to)} that two indexes of bytes or bits tell, negative from the end. */
  private record Range(long from, long to) {
    static Range of(long start, long end, boolean inBits, StringValue value) {
      long total = inBits ? 8L * value.length() : value.length();
      long first = Math.max(0, start < 0 ? total + start : start);
      long last = Math.min(total - 1, Math.max(0, end < 0 ? total + end : end));
      int unit = inBits ? 1 : 8;
      return first > last ? new Range(0, 0) : new Range(first * unit, (last + 1) * unit);
    }

    boolean isEmpty() {
      return from == to;
    }
  }

  private static boolean isInBits(CommandContext context, int argument) {
    boolean inBits = context.is(argument, "BIT");
    if (!inBits && !context.is(argument, "BYTE")) {
      context.syntaxError();
    }
    return inBits;
  }

  /** Redis looks at the key first, and asks no more of the arguments when it is not there. */
  private static void bitcount(CommandContext context) {
    StringValue value = context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    if (value == null) {
      context.reply().integer(0);
      return;
    }
    int count = context.count();
    if (count == 3 || count > 5) {
      context.syntaxError();
      return;
    }
    long start = count == 2 ? 0 : context.integer(2);
    long end = count == 2 ? -1 : context.integer(3);
    boolean backwards = start < 0 && end < 0 && start > end;
    boolean inBits = !backwards && count == 5 && isInBits(context, 4);
    if (!context.failed()) {
      Range range = Range.of(start, end, inBits, value);
      context
          .reply()
          .integer(
              backwards ? 0 : Bits.count(value.buffer(), value.start(), range.from(), range.to()));
    }
  }

  private static void bitpos(CommandContext context) {
    long bit = context.integer(2);
    if (bit != 0 && bit != 1) {
      context.fail("ERR The bit argument must be 1 or 0.");
    }
    StringValue value = context.failed() ? null : context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    if (value == null) {
      context.reply().integer(bit == 1 ? -1 : 0);
      return;
    }
    int count = context.count();
    if (count > 6) {
      context.syntaxError();
    }
    long start = count > 3 ? context.integer(3) : 0;
    boolean inBits = count > 5 && isInBits(context, 5);
    long end = count > 4 ? context.integer(4) : -1;
    if (!context.failed()) {
      Range range = Range.of(start, end, inBits, value);
      context.reply().integer(position(value, range, bit == 1, count > 4));
    }
  }

  private static long position(StringValue value, Range range, boolean bit, boolean ends) {
    long position = Bits.position(value.buffer(), value.start(), range.from(), range.to(), bit);
    // Without an end that was given, zeros go on behind the string.
    return position < 0 && !range.isEmpty() && !bit && !ends ? range.to() : position;
  }

  // ---- several strings

  private static @Nullable Operation operation(CommandContext context) {
    for (Operation operation : Operation.values()) {
      if (context.is(1, operation.name())) {
        return operation;
      }
    }
    context.syntaxError();
    return null;
  }

  private static void bitop(CommandContext context) {
    Operation operation = operation(context);
    if (operation == Operation.NOT && context.count() != 4) {
      context.fail("ERR BITOP NOT must be called with a single source key.");
    }
    StringValue[] sources = new StringValue[context.count() - 3];
    for (int i = 0; i < sources.length && !context.failed(); i++) {
      sources[i] = kept(context.find(i + 3, StringValue.class));
    }
    if (operation == null || context.failed()) {
      return;
    }
    byte[] result = Bits.combine(operation, sources);
    if (result.length == 0) {
      context.delete(2);
    } else {
      context.putString(2, result, 0, result.length, CommandContext.NO_EXPIRY);
      context.markRaw(2);
      context.effectOfKey(2);
    }
    context.reply().integer(result.length);
  }

  /** A view that holds when the next key is looked up. */
  static StringValue kept(@Nullable StringValue found) {
    return found == null ? NOTHING : new StringValue(found.buffer(), found.start(), found.length());
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.SETBIT, BitCommands::setbit);
    table.bind(Command.GETBIT, BitCommands::getbit);
    table.bind(Command.BITCOUNT, BitCommands::bitcount);
    table.bind(Command.BITPOS, BitCommands::bitpos);
    table.bind(Command.BITOP, BitCommands::bitop);
    BitFieldCommands.bind(table);
  }
}
