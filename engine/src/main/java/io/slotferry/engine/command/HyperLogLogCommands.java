package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.hyperloglog.HyperLogLog;
import io.slotferry.engine.hyperloglog.HyperLogLog.Change;
import io.slotferry.engine.hyperloglog.SelfTest;
import io.slotferry.engine.value.StringValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** PFADD, PFCOUNT and the other commands of HyperLogLogs. */
public final class HyperLogLogCommands {
  private static final String INVALID = "WRONGTYPE Key is not a valid HyperLogLog string value.";
  private static final String CORRUPT = "INVALIDOBJ Corrupted HLL object detected";
  private static final byte[] SETRANGE = Effect.name("SETRANGE");

  private HyperLogLogCommands() {}

  /** What the key holds, or null if that is nothing, or no HyperLogLog, which is latched. */
  private static @Nullable HyperLogLog find(CommandContext context, int key) {
    StringValue string = context.find(key, StringValue.class);
    if (string == null) {
      return null;
    }
    HyperLogLog found = HyperLogLog.of(string, context.settings().hllSparseBytesMax());
    if (found == null) {
      context.fail(INVALID);
    }
    return found;
  }

  private static HyperLogLog empty(CommandContext context) {
    return HyperLogLog.empty(context.settings().hllSparseBytesMax());
  }

  /** Puts it in the place of the key's string unless it is that string. */
  private static void store(CommandContext context, int key, HyperLogLog sketch) {
    if (sketch.isDetached()) {
      context.putString(key, sketch.bytes(), sketch.start(), sketch.length(), context.expiry(key));
      context.markRaw(key);
    }
  }

  private static void pfadd(CommandContext context) {
    HyperLogLog found = find(context, 1);
    if (context.failed()) {
      return;
    }
    HyperLogLog sketch = found == null ? empty(context) : found;
    Request request = context.request();
    boolean changed = found == null;
    for (int i = 2; i < context.count(); i++) {
      Change change = sketch.add(request.buffer(), request.start(i), request.length(i));
      if (change == Change.CORRUPT) {
        context.fail(CORRUPT);
        return;
      }
      changed |= change == Change.RAISED;
    }
    if (changed) {
      sketch.changed();
      store(context, 1, sketch);
      context.changed();
    }
    context.reply().integer(changed ? 1 : 0);
  }

  // ---- PFCOUNT, PFMERGE

  private static void pfcount(CommandContext context) {
    if (context.count() > 2) {
      byte[] registers = new byte[HyperLogLog.REGISTERS];
      merge(context, registers);
      if (!context.failed()) {
        context.reply().integer(HyperLogLog.count(registers));
      }
      return;
    }
    HyperLogLog sketch = find(context, 1);
    long count = sketch == null || context.failed() ? 0 : count(context, sketch);
    if (!context.failed()) {
      context.reply().integer(count);
    }
  }

  /** The count, which is kept with the registers, in the copies too, until they change. */
  private static long count(CommandContext context, HyperLogLog sketch) {
    if (sketch.cachedCount() >= 0) {
      return sketch.cachedCount();
    }
    long count = sketch.count();
    if (count < 0) {
      context.fail(CORRUPT);
      return 0;
    }
    sketch.cacheCount(count);
    int at = sketch.start() + HyperLogLog.COUNT_OFFSET;
    context.changesSilently();
    context
        .beginEffect(1, SETRANGE)
        .decimal(HyperLogLog.COUNT_OFFSET)
        .bytes(sketch.bytes(), at, Long.BYTES)
        .emit();
    return count;
  }

  /** Merges all keys into {@code registers}; returns whether one of them is dense. */
  private static boolean merge(CommandContext context, byte[] registers) {
    boolean dense = false;
    for (int key = 1; key < context.count() && !context.failed(); key++) {
      HyperLogLog sketch = find(context, key);
      if (sketch != null) {
        dense |= sketch.isDense();
        if (!sketch.mergeInto(registers)) {
          context.fail(CORRUPT);
        }
      }
    }
    return dense;
  }

  private static void pfmerge(CommandContext context) {
    byte[] registers = new byte[HyperLogLog.REGISTERS];
    boolean dense = merge(context, registers);
    HyperLogLog found = context.failed() ? null : find(context, 1);
    if (context.failed()) {
      return;
    }
    HyperLogLog target = found == null ? empty(context) : found;
    if (dense) {
      target.toDense();
    }
    for (int i = 0; i < registers.length; i++) {
      if (registers[i] > 0) {
        target.raise(i, registers[i]);
      }
    }
    target.changed();
    store(context, 1, target);
    context.effectOfKey(1);
    context.reply().ok();
  }

  // ---- PFDEBUG, PFSELFTEST

  private static void pfdebug(CommandContext context) {
    HyperLogLog sketch = find(context, 2);
    if (sketch == null) {
      context.fail("ERR The specified key does not exist");
      return;
    }
    ReplyWriter reply = context.reply();
    if (context.is(1, "GETREG")) {
      getreg(context, sketch);
    } else if (context.is(1, "DECODE")) {
      if (sketch.isDense()) {
        context.fail("ERR HLL encoding is not sparse");
      } else {
        reply.bulk(sketch.decoded());
      }
    } else if (context.is(1, "ENCODING")) {
      reply.simple(sketch.isDense() ? "dense" : "sparse");
    } else if (context.is(1, "TODENSE")) {
      int converted = sketch.isDense() ? 0 : 1;
      if (toDense(context, sketch)) {
        reply.integer(converted);
      }
    } else {
      context.fail("ERR Unknown PFDEBUG subcommand '" + context.request().text(1) + "'");
    }
  }

  private static void getreg(CommandContext context, HyperLogLog sketch) {
    if (toDense(context, sketch)) {
      context.reply().array(HyperLogLog.REGISTERS);
      for (int i = 0; i < HyperLogLog.REGISTERS; i++) {
        context.reply().integer(sketch.register(i));
      }
    }
  }

  private static boolean toDense(CommandContext context, HyperLogLog sketch) {
    if (!sketch.toDense()) {
      context.fail(CORRUPT);
      return false;
    }
    if (sketch.isDetached()) {
      store(context, 2, sketch);
      context.effectOfKey(2);
    }
    return true;
  }

  private static void pfselftest(CommandContext context) {
    String failure = SelfTest.run(context.random());
    if (failure == null) {
      context.reply().ok();
    } else {
      context.fail("TESTFAILED " + failure);
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.PFADD, HyperLogLogCommands::pfadd);
    table.bind(Command.PFCOUNT, HyperLogLogCommands::pfcount);
    table.bind(Command.PFMERGE, HyperLogLogCommands::pfmerge);
    table.bind(Command.PFDEBUG, HyperLogLogCommands::pfdebug);
    table.bind(Command.PFSELFTEST, HyperLogLogCommands::pfselftest);
  }
}
