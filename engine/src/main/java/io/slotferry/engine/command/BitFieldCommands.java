package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.BitField;
import io.slotferry.engine.value.BitField.Overflow;
import io.slotferry.engine.value.StringValue;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** BITFIELD and BITFIELD_RO: a run of reads and writes of integers within one string. */
final class BitFieldCommands {
  private static final String BAD_TYPE =
      "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but"
          + " i64 is.";

  private enum Kind {
    GET(2),
    SET(3),
    INCRBY(3);

    private final int arguments;

    Kind(int arguments) {
      this.arguments = arguments;
    }
  }

  private record Access(Kind kind, BitField field, long offset, long operand, Overflow overflow) {
    boolean isWrite() {
      return kind != Kind.GET;
    }

    /** The number of bytes that a string with this field has at least. */
    int bytes() {
      return (int) ((offset + field.bits() - 1) >>> 3) + 1;
    }

    long get(@Nullable StringValue value) {
      return value == null ? 0 : field.get(value.buffer(), value.start(), value.length(), offset);
    }
  }

  private final CommandContext context;
  private final List<Access> accesses = new ArrayList<>();
  private Overflow overflow = Overflow.WRAP;

  private BitFieldCommands(CommandContext context) {
    this.context = context;
  }

  private static void bitfield(CommandContext context, boolean readOnly) {
    new BitFieldCommands(context).run(readOnly);
  }

  // ---- arguments

  private void parse() {
    for (int at = 2; at < context.count() && !context.failed(); at++) {
      int rest = context.count() - at - 1;
      Kind kind = kind(at);
      if (kind != null && rest >= kind.arguments) {
        parse(kind, at + 1);
        at += kind.arguments;
      } else if (context.is(at, "OVERFLOW") && rest >= 1) {
        at++;
        parseOverflow(at);
      } else {
        context.syntaxError();
      }
    }
  }

  private @Nullable Kind kind(int argument) {
    for (Kind kind : Kind.values()) {
      if (context.is(argument, kind.name())) {
        return kind;
      }
    }
    return null;
  }

  private void parseOverflow(int argument) {
    for (Overflow candidate : Overflow.values()) {
      if (context.is(argument, candidate.name())) {
        overflow = candidate;
        return;
      }
    }
    context.fail("ERR Invalid OVERFLOW type specified");
  }

  private void parse(Kind kind, int argument) {
    BitField field = field(argument);
    if (field != null) {
      long offset = BitCommands.offset(context, argument + 1, field.bits());
      long operand = kind == Kind.GET ? 0 : context.integer(argument + 2);
      accesses.add(new Access(kind, field, offset, operand, overflow));
    }
  }

  private @Nullable BitField field(int argument) {
    Request request = context.request();
    byte[] buffer = request.buffer();
    int start = request.start(argument);
    int length = request.length(argument);
    boolean signed = length > 0 && buffer[start] == 'i';
    if (length > 1
        && (signed || buffer[start] == 'u')
        && Decimal.isLong(buffer, start + 1, length - 1)) {
      long bits = Decimal.toLong(buffer, start + 1, length - 1);
      if (bits >= 1 && bits <= (signed ? Long.SIZE : Long.SIZE - 1)) {
        return new BitField(signed, (int) bits);
      }
    }
    context.fail(BAD_TYPE);
    return null;
  }

  // ---- execution

  private void run(boolean readOnly) {
    parse();
    int needed = 0;
    for (Access access : accesses) {
      needed = access.isWrite() ? Math.max(needed, access.bytes()) : needed;
    }
    if (readOnly && needed > 0) {
      context.fail("ERR BITFIELD_RO only supports the GET subcommand");
    }
    StringValue value = context.failed() ? null : context.find(1, StringValue.class);
    if (context.failed()) {
      return;
    }
    boolean grows = needed > (value == null ? 0 : value.length());
    boolean told = false;
    if (needed > 0) {
      value = context.changeable(1, value, needed);
      context.markRaw(1);
    }
    context.reply().array(accesses.size());
    for (Access access : accesses) {
      if (value != null && access.isWrite()) {
        told |= write(access, value, grows);
      } else {
        context.reply().integer(access.get(value));
      }
    }
    if (grows && !told) {
      // The string is longer, and none of its fields another.
      context.changesSilently();
    }
    if (grows || told) {
      context.changed();
    }
  }

  /** Returns whether the field was written and is another, or stands in a string that grew. */
  private boolean write(Access access, StringValue value, boolean grew) {
    ReplyWriter reply = context.reply();
    BitField field = access.field();
    boolean adds = access.kind() == Kind.INCRBY;
    long old = access.get(value);
    long base = adds ? old : access.operand();
    long increment = adds ? access.operand() : 0;
    int direction = field.overflow(base, increment);
    if (direction != 0 && access.overflow() == Overflow.FAIL) {
      reply.nullBulk();
      return false;
    }
    long limit = direction > 0 ? field.max() : field.min();
    boolean saturates = direction != 0 && access.overflow() == Overflow.SAT;
    long result = saturates ? limit : field.wrap(base + increment);
    field.put(value.buffer(), value.start(), access.offset(), result);
    reply.integer(adds ? result : old);
    return grew || result != old;
  }

  static void bind(HandlerTable table) {
    table.bind(Command.BITFIELD, context -> bitfield(context, false));
    table.bind(Command.BITFIELD_RO, context -> bitfield(context, true));
  }
}
