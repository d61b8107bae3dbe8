package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.store.AccessClock;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.Arrays;
import java.util.Map;

/** Commands about keys of whatever type: DEL, RENAME, COPY, MOVE, OBJECT, … */
public final class GenericCommands {
  private static final Subcommands OBJECT =
      new Subcommands(
          Map.of("ENCODING", 3, "FREQ", 3, "IDLETIME", 3, "REFCOUNT", 3),
          "ENCODING <key>",
          "    Return the kind of internal representation used in order to store the value",
          "    associated with a <key>.",
          "FREQ <key>",
          "    Return the access frequency index of the <key>. The returned integer is",
          "    proportional to the logarithm of the recent access frequency of the key.",
          "IDLETIME <key>",
          "    Return the idle time of the <key>, that is the approximated number of",
          "    seconds elapsed since the last access to the key.",
          "REFCOUNT <key>",
          "    Return the number of references of the value associated with the specified",
          "    <key>.");

  private static final String COUNTED =
      "ERR An LFU maxmemory policy is selected, idle time not tracked.";
  private static final String NOT_COUNTED =
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked.";
  private static final String NOT_BOTH =
      " Please note that when switching between policies at runtime LRU and LFU data will take some"
          + " time to adjust.";

  private GenericCommands() {}

  private static void del(CommandContext context) {
    int removed = 0;
    for (int key = 1; key < context.count(); key++) {
      if (context.delete(key)) {
        removed++;
      }
    }
    context.reply().integer(removed);
  }

  private static void exists(CommandContext context) {
    int found = 0;
    for (int key = 1; key < context.count(); key++) {
      if (context.exists(key)) {
        found++;
      }
    }
    context.reply().integer(found);
  }

  private static void touch(CommandContext context) {
    int found = 0;
    for (int key = 1; key < context.count(); key++) {
      if (context.find(key) != null) {
        found++;
      }
    }
    context.reply().integer(found);
  }

  private static void type(CommandContext context) {
    Value value = context.inspect(1);
    context.reply().simple(value == null ? "none" : value.type().redisName());
  }

  // ---- from one key to another

  private static boolean sameKey(Request request) {
    byte[] buffer = request.buffer();
    return Arrays.equals(
        buffer,
        request.start(1),
        request.start(1) + request.length(1),
        buffer,
        request.start(2),
        request.start(2) + request.length(2));
  }

  private static void rename(CommandContext context) {
    if (!context.exists(1)) {
      context.fail("ERR no such key");
      return;
    }
    if (!sameKey(context.request())) {
      moveKey(context);
    }
    context.reply().ok();
  }

  private static void renamenx(CommandContext context) {
    if (!context.exists(1)) {
      context.fail("ERR no such key");
      return;
    }
    boolean free = !context.exists(2);
    if (free) {
      moveKey(context);
    }
    context.reply().integer(free ? 1 : 0);
  }

  private static void moveKey(CommandContext context) {
    Value value = context.find(1);
    if (value == null) {
      return;
    }
    long expiryMillis = context.expiry(1);
    context.remove(1);
    context.put(2, value, expiryMillis);
    context.effectOfKey(2);
    context.effectOfKey(1);
  }

  private static void copy(CommandContext context) {
    int target = context.keyspace();
    boolean replace = false;
    for (int argument = 3; argument < context.count(); argument++) {
      if (context.is(argument, "REPLACE")) {
        replace = true;
      } else if (context.is(argument, "DB") && argument + 1 < context.count()) {
        target = keyspace(context, ++argument);
      } else {
        context.syntaxError();
      }
    }
    if (!context.failed() && target == context.keyspace() && sameKey(context.request())) {
      context.fail("ERR source and destination objects are the same");
    }
    if (!context.failed()) {
      checkTarget(context, target, 2);
    }
    if (!context.failed()) {
      context.reply().integer(copyTo(context, target, replace) ? 1 : 0);
    }
  }

  /** The number of a keyspace at {@code argument}; latches what is wrong with it. */
  private static int keyspace(CommandContext context, int argument) {
    long number = context.integer(argument);
    if (number != (int) number) {
      context.fail("ERR value is out of range, value must between -2147483648 and 2147483647");
    } else if (number < 0) {
      context.fail(KeyspaceCommands.NO_SUCH_KEYSPACE);
    }
    return (int) number;
  }

  /** A keyspace that does not exist, or whose partition of this key another shard has. */
  private static void checkTarget(CommandContext context, int keyspace, int key) {
    if (keyspace == context.keyspace()) {
      return;
    }
    int id = context.partitionOf(keyspace, key);
    Partition partition = context.store().partition(id);
    if (id < 0) {
      context.fail(KeyspaceCommands.NO_SUCH_KEYSPACE);
    } else if (partition == null) {
      context.fail("CROSSSLOT Keys in request don't hash to the same slot");
    } else if (!partition.isServing()) {
      context.fail("TRYAGAIN Multiple keys request during rehashing of slot");
    }
  }

  private static boolean copyTo(CommandContext context, int keyspace, boolean replace) {
    Value source = context.find(1);
    if (source == null) {
      return false;
    }
    long expiryMillis = context.expiry(1);
    context.useKeyspace(keyspace);
    if (context.exists(2) && !replace) {
      return false;
    }
    context.put(2, source instanceof StringValue ? source : source.copy(), expiryMillis);
    context.effectOfKey(2);
    return true;
  }

  /** To a keyspace whose partition of this key is here too: of hash keyspaces, it always is. */
  private static void move(CommandContext context) {
    int source = context.keyspace();
    int target = keyspace(context, 2);
    if (!context.failed()) {
      checkTarget(context, target, 1);
    }
    if (!context.failed() && target == source) {
      context.fail("ERR source and destination objects are the same");
    }
    if (context.failed()) {
      return;
    }
    Value value = context.find(1);
    boolean moved = value != null && moveTo(context, source, value, target);
    context.reply().integer(moved ? 1 : 0);
  }

  private static boolean moveTo(CommandContext context, int source, Value value, int target) {
    long expiryMillis = context.expiry(1);
    context.useKeyspace(target);
    if (context.exists(1)) {
      return false;
    }
    context.put(1, value, expiryMillis);
    context.effectOfKey(1);
    context.useKeyspace(source);
    context.delete(1);
    return true;
  }

  // ---- OBJECT

  private static void object(CommandContext context) {
    String subcommand = OBJECT.name(context);
    if (context.failed()) {
      return;
    }
    if (subcommand.equals("HELP")) {
      OBJECT.writeHelp(context);
    } else {
      objectOfKey(context);
    }
  }

  private static void objectOfKey(CommandContext context) {
    Value value = context.inspect(2);
    boolean counts = context.accessClock().kind() == AccessClock.Kind.FREQUENCY;
    if (value == null) {
      context.reply().nullBulk();
    } else if (context.is(1, "ENCODING")) {
      String encoding = context.encoding(2);
      context.reply().bulk(encoding == null ? value.encoding() : encoding);
    } else if (context.is(1, "REFCOUNT")) {
      context.reply().integer(references(context, value));
    } else if (context.is(1, "IDLETIME")) {
      if (counts) {
        context.fail(COUNTED + NOT_BOTH);
      } else {
        context.reply().integer(context.idleMillis(2) / 1000);
      }
    } else if (counts) {
      int clock = context.clock(2);
      context.reply().integer(context.accessClock().frequency(clock, context.nowMillis()));
    } else {
      context.fail(NOT_COUNTED + NOT_BOTH);
    }
  }

  /** How many references Redis would count; of what it shares, the number that stands for many. */
  static int references(CommandContext context, Value value) {
    return value instanceof StringValue string
            && string.isSmallInteger()
            && context.settings().sharesSmallIntegers()
        ? Integer.MAX_VALUE
        : 1;
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.DEL, GenericCommands::del);
    table.bind(Command.UNLINK, GenericCommands::del);
    table.bind(Command.EXISTS, GenericCommands::exists);
    table.bind(Command.TOUCH, GenericCommands::touch);
    table.bind(Command.TYPE, GenericCommands::type);
    table.bind(Command.RENAME, GenericCommands::rename);
    table.bind(Command.RENAMENX, GenericCommands::renamenx);
    table.bind(Command.COPY, GenericCommands::copy);
    table.bind(Command.MOVE, GenericCommands::move);
    table.bind(Command.SORT, context -> Sort.sort(context, true));
    table.bind(Command.SORT_RO, context -> Sort.sort(context, false));
    table.bind(Command.OBJECT, GenericCommands::object);
  }
}
