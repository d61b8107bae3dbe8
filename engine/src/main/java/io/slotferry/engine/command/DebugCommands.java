package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.rdb.Dump;
import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.EntryView;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * DEBUG, as far as tools and test suites need it. What concerns the insides of Redis alone is
 * accepted and does nothing. The gateway sees to it that the right shards get a subcommand.
 */
public final class DebugCommands {
  /** Switches of Redis for which there is nothing to switch here. */
  private static final Set<String> ACCEPTED =
      Set.of(
          "CHANGE-REPL-ID",
          "CONFIG-REWRITE-FORCE-ALL",
          "DICT-RESIZING",
          "LOG",
          "PAUSE-CRON",
          "QUICKLIST-PACKED-THRESHOLD",
          "REPLYBUFFER",
          "SET-SKIP-CHECKSUM-VALIDATION",
          "STRINGMATCH-TEST");

  private static final double NANOS_PER_SECOND = 1e9;

  /** Of a script's sleep. */
  private static final long SLEEP_NANOS_MAX = 1_000_000_000;

  private static final List<String> HELP =
      List.of(
          "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
          "DIGEST",
          "    Output a hex signature representing the current DB content.",
          "DIGEST-VALUE <key> [<key> ...]",
          "    Output a hex signature of the values of all the specified keys.",
          "ERROR <string>",
          "    Return a Redis protocol error with <string> as message.",
          "LISTPACK <key>",
          "    Show the encoding of <key>.",
          "LOADAOF",
          "    Write and read every value in place.",
          "OBJECT <key>",
          "    Show low level info about <key> and its value.",
          "POPULATE <count> [<prefix>] [<size>]",
          "    Create <count> string keys named <prefix>:<num>, 'key' if there is none.",
          "PROTOCOL <type>",
          "    Reply with a test value of the specified type.",
          "QUICKLIST <key>",
          "    Show the encoding of <key>.",
          "RELOAD [<option> ...]",
          "    Write and read every value in place.",
          "SET-ACTIVE-EXPIRE <0|1>",
          "    Setting it to 0 disables expiring keys that nobody asks for.",
          "SET-DISABLE-DENY-SCRIPTS <0|1>",
          "    Setting it to 1 allows scripts what they must not call.",
          "SLEEP <seconds>",
          "    Keep this connection waiting for <seconds>. Decimals allowed.",
          "STRINGMATCH-LEN <pattern> <string>",
          "    Tell whether <string> matches <pattern>.",
          "HELP",
          "    Print this help.");

  private DebugCommands() {}

  private static void debug(CommandContext context) {
    String name = context.request().text(1).toUpperCase(Locale.ROOT);
    int count = context.count();
    switch (name) {
      case "OBJECT", "LISTPACK", "QUICKLIST" -> {
        if (count < 3) {
          refuse(context);
        } else {
          ofKey(context, name);
        }
      }
      case "HELP" -> {
        if (count == 2) {
          help(context.reply());
        } else {
          refuse(context);
        }
      }
      case "DIGEST" -> digest(context);
      case "DIGEST-VALUE" -> digestValues(context);
      case "RELOAD", "LOADAOF" -> reload(context);
      case "SET-ACTIVE-EXPIRE" -> {
        if (count == 3) {
          context.expireActively(!context.request().text(2).equals("0"));
          context.reply().ok();
        } else {
          refuse(context);
        }
      }
      case "SET-DISABLE-DENY-SCRIPTS" -> {
        if (count == 3) {
          context.allowDebugInScripts(!context.request().text(2).equals("0"));
          context.reply().ok();
        } else {
          refuse(context);
        }
      }
      case "SLEEP" -> sleep(context);
      case "STRINGMATCH-LEN" -> {
        if (count == 4) {
          context.reply().integer(matches(context.request()) ? 1 : 0);
        } else {
          refuse(context);
        }
      }
      case "PROTOCOL" -> {
        if (count == 3) {
          ReplyExamples.write(context.request().text(2), context.reply());
        } else {
          refuse(context);
        }
      }
      case "ERROR" -> {
        if (count == 3) {
          context.fail(context.request().text(2));
        } else {
          refuse(context);
        }
      }
      default -> {
        if (ACCEPTED.contains(name)) {
          context.reply().ok();
        } else {
          refuse(context);
        }
      }
    }
  }

  private static void refuse(CommandContext context) {
    context.fail(
        "ERR unknown subcommand or wrong number of arguments for '"
            + context.request().text(1)
            + "'. Try DEBUG HELP.");
  }

  private static void help(ReplyWriter reply) {
    reply.array(HELP.size());
    for (String line : HELP) {
      reply.simple(line);
    }
  }

  /**
   * The gateway keeps its client waiting by itself; only a script's sleep comes here. It takes the
   * loop's time as the script could by computing, and is as bounded.
   */
  private static void sleep(CommandContext context) {
    Request request = context.request();
    double seconds =
        context.isInScript() && context.count() == 3
            ? Decimal.toDouble(request.buffer(), request.start(2), request.length(2))
            : Double.NaN;
    if (seconds >= 0) {
      long nanos = (long) Math.min(seconds * NANOS_PER_SECOND, SLEEP_NANOS_MAX);
      long endNanos = System.nanoTime() + nanos;
      for (long left = nanos; left > 0; left = endNanos - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      context.reply().ok();
    } else {
      refuse(context);
    }
  }

  private static boolean matches(Request request) {
    return new GlobPattern(request.buffer(), request.start(2), request.length(2))
        .matches(request.buffer(), request.start(3), request.length(3));
  }

  // ---- one key

  /** Looks at the key from outside, so that it is shown even when its time has come. */
  private static void ofKey(CommandContext context, String name) {
    Request request = context.request();
    byte[] key = request.copy(2);
    Partition partition = context.store().partition(context.partitionOf(context.keyspace(), 2));
    KeyTable table = partition == null ? null : partition.table(context.keyspace());
    int at = table == null ? -1 : table.find(KeyHash.hash(key, 0, key.length), key, 0, key.length);
    if (table == null || at < 0) {
      context.fail("ERR no such key");
      return;
    }
    Value value = new EntryView().of(table.memory(), table.entryAt(at));
    String encoding = value.encoding();
    if (name.equals("OBJECT")) {
      context
          .reply()
          .simple(
              "Value at:0x0 refcount:"
                  + GenericCommands.references(context, value)
                  + " encoding:"
                  + encoding
                  + " serializedlength:"
                  + Dump.bytesOf(value)
                  + " lru:"
                  + context.lru(table, at)
                  + " lru_seconds_idle:"
                  + context.idleMillis(table, at) / 1000);
    } else if (encoding.equals(name.toLowerCase(Locale.ROOT))) {
      context.reply().simple(encoding + " of " + value.size() + " elements");
    } else {
      context.fail("ERR Not a " + name.toLowerCase(Locale.ROOT) + " encoded object.");
    }
  }

  private static void digestValues(CommandContext context) {
    context.reply().array(context.count() - 2);
    for (int key = 2; key < context.count(); key++) {
      Digest digest = new Digest();
      Value value = context.inspect(key);
      if (value != null) {
        digest.addValue(value, context.expiry(key) != CommandContext.NO_EXPIRY);
      }
      context.reply().simple(digest.hex());
    }
  }

  // ---- all keys

  /** Number and digest of each keyspace that has keys here; the gateway makes one of them. */
  private static void digest(CommandContext context) {
    List<String> digests = new ArrayList<>();
    PartitionStore store = context.store();
    int keyspaces = 0;
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      keyspaces = Math.max(keyspaces, at.keyspaces());
    }
    for (int keyspace = 0; keyspace < keyspaces; keyspace++) {
      Digest digest = new Digest();
      boolean any = false;
      for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
        KeyTable table = at.table(keyspace);
        for (int key = table == null ? -1 : table.first(); table != null && key >= 0; ) {
          digest.addEntry(table.memory(), table.entryAt(key));
          any = true;
          key = table.next(key);
        }
      }
      if (any) {
        digests.add(Integer.toString(keyspace));
        digests.add(digest.hex());
      }
    }
    context.reply().array(digests.size());
    digests.forEach(context.reply()::bulk);
  }

  /** Every value is written and read again, as a restart would do. */
  private static void reload(CommandContext context) {
    PartitionStore store = context.store();
    EntryView view = new EntryView();
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      for (int keyspace = 0; keyspace < at.keyspaces(); keyspace++) {
        KeyTable table = at.table(keyspace);
        if (table != null) {
          table.replaceAll(entry -> renewed(table.memory(), entry, view));
        }
      }
    }
    context.reply().ok();
  }

  private static int renewed(EntryMemory memory, int entry, EntryView view) {
    return memory.add(
        memory.keyBuffer(entry),
        memory.keyStart(entry),
        memory.keyLength(entry),
        view.of(memory, entry).copy(),
        memory.expiry(entry));
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.DEBUG, DebugCommands::debug);
  }
}
