package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.ScanCursor;
import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Commands about all keys of a keyspace on this copy: KEYS, SCAN, RANDOMKEY, DBSIZE, FLUSHALL,
 * SWAPDB. They see neither partitions that are only coming in nor expired keys (which DBSIZE
 * counts, as in Redis).
 */
public final class KeyspaceCommands {
  static final String NO_SUCH_KEYSPACE = "ERR DB index is out of range";

  private static final int SCAN_COUNT_DEFAULT = 10;

  /** Tries of RANDOMKEY to hit a key that has not expired. */
  private static final int RANDOM_TRIES_MAX = 100;

  private KeyspaceCommands() {}

  private static void keys(CommandContext context) {
    GlobPattern pattern = pattern(context.request(), 1);
    IntStream.Builder found = IntStream.builder();
    PartitionStore store = context.store();
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      KeyTable table = at.table(context.keyspace());
      if (table != null) {
        addMatching(context, table, pattern, found);
      }
    }
    writeKeys(context.reply(), store.memory(), found);
  }

  private static void addMatching(
      CommandContext context, KeyTable table, GlobPattern pattern, IntStream.Builder found) {
    for (int key = table.first(); key >= 0; key = table.next(key)) {
      int entry = table.entryAt(key);
      if (matches(pattern, table.memory(), entry)
          && !table.memory().isExpired(entry, context.nowMillis())) {
        found.add(entry);
      }
    }
  }

  private static GlobPattern pattern(Request request, int argument) {
    return new GlobPattern(request.buffer(), request.start(argument), request.length(argument));
  }

  private static boolean matches(GlobPattern pattern, EntryMemory memory, int entry) {
    return pattern.matches(
        memory.keyBuffer(entry), memory.keyStart(entry), memory.keyLength(entry));
  }

  private static void writeKeys(ReplyWriter reply, EntryMemory memory, IntStream.Builder found) {
    int[] entries = found.build().toArray();
    reply.array(entries.length);
    for (int entry : entries) {
      writeKey(reply, memory, entry);
    }
  }

  static void writeKey(ReplyWriter reply, EntryMemory memory, int entry) {
    reply.bulk(memory.keyBuffer(entry), memory.keyStart(entry), memory.keyLength(entry));
  }

  private static void dbsize(CommandContext context) {
    context.reply().integer(size(context));
  }

  /** Keys of the whole copy, or of the one partition that the call is for. */
  private static long size(CommandContext context) {
    int only = context.call().partition;
    if (only != ShardCall.ALL_PARTITIONS) {
      Partition partition = context.store().partition(only);
      KeyTable table = partition == null ? null : partition.table(context.keyspace());
      return table == null ? 0 : table.size();
    }
    long size = 0;
    PartitionStore store = context.store();
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      KeyTable table = at.table(context.keyspace());
      size += table == null ? 0 : table.size();
    }
    return size;
  }

  // ---- SCAN

  private static void scan(CommandContext context) {
    Request request = context.request();
    long cursor = context.integer(1, 0, Long.MAX_VALUE, "ERR invalid cursor");
    Scan scan = new Scan(context);
    for (int argument = 2; argument < context.count() && !context.failed(); argument += 2) {
      if (argument + 1 == context.count()) {
        context.syntaxError();
      } else if (context.is(argument, "MATCH")) {
        scan.pattern = pattern(request, argument + 1);
      } else if (context.is(argument, "COUNT")) {
        scan.count = context.integer(argument + 1);
        if (scan.count < 1) {
          context.syntaxError();
        }
      } else if (context.is(argument, "TYPE")) {
        scan.typeName = request.text(argument + 1).toLowerCase(Locale.ROOT);
      } else {
        context.syntaxError();
      }
    }
    if (!context.failed() && !ScanCursor.isValid(cursor)) {
      context.fail("ERR invalid cursor");
    }
    if (!context.failed()) {
      long next = scan.run(cursor);
      context.reply().array(2);
      context.reply().bulkLong(next);
      writeKeys(context.reply(), context.store().memory(), scan.found);
    }
  }

  /** One call of SCAN: what it looks for, and what it has found. */
  private static final class Scan {
    private final CommandContext context;
    private final IntStream.Builder found = IntStream.builder();
    private final List<Integer> expired = new ArrayList<>();
    private long count = SCAN_COUNT_DEFAULT;
    private @Nullable GlobPattern pattern;
    private @Nullable String typeName;

    Scan(CommandContext context) {
      this.context = context;
    }

    /**
     * Looks at {@code count} keys from {@code cursor} on, and at the rest of the last bucket. A
     * call for one partition ends with the run of partitions that follow it without a gap: what is
     * in the gap is another shard's, and the cursor leads there.
     */
    long run(long cursor) {
      PartitionStore store = context.store();
      int from = ScanCursor.hash(cursor);
      int wanted = ScanCursor.partition(cursor);
      Partition at = store.serving(wanted - 1);
      if (at != null && at.id() != wanted) {
        from = 0;
      }
      while (at != null) {
        KeyTable table = at.table(context.keyspace());
        int key = table == null ? -1 : table.seek(from);
        if (table != null && key >= 0) {
          int rest = visit(table, key);
          long next = rest < 0 ? ScanCursor.START : ScanCursor.of(at.id(), table.hashAt(rest));
          removeExpired(at);
          if (next != ScanCursor.START) {
            return next;
          }
        }
        int next = at.id() + 1;
        at = store.serving(at.id());
        from = 0;
        boolean gap = at == null || at.id() != next;
        if (gap && context.call().partition != ShardCall.ALL_PARTITIONS) {
          return ScanCursor.of(next, 0);
        }
        if (count <= 0 && at != null) {
          return ScanCursor.of(at.id(), 0);
        }
      }
      return ScanCursor.START;
    }

    /** Returns the index of the key to go on with, or -1 at the end of the table. */
    private int visit(KeyTable table, int key) {
      int bucket = 0;
      while (key >= 0 && (count > 0 || ScanCursor.bucket(table.hashAt(key)) == bucket)) {
        bucket = ScanCursor.bucket(table.hashAt(key));
        count--;
        look(table.memory(), table.entryAt(key));
        key = table.next(key);
      }
      return key;
    }

    private void look(EntryMemory memory, int entry) {
      if (pattern != null && !matches(pattern, memory, entry)) {
        return;
      }
      if (memory.isExpired(entry, context.nowMillis())) {
        expired.add(entry);
      } else if (typeName == null || typeName.equals(memory.type(entry).redisName())) {
        found.add(entry);
      }
    }

    /** After the visit: what is removed moves what follows it. */
    private void removeExpired(Partition in) {
      for (int entry : expired) {
        context.expire(in, entry);
      }
      expired.clear();
    }
  }

  // ---- RANDOMKEY

  private static void randomkey(CommandContext context) {
    int entry = randomEntry(context);
    if (entry == EntryMemory.NONE) {
      context.reply().nullBulk();
    } else {
      writeKey(context.reply(), context.store().memory(), entry);
    }
  }

  private static int randomEntry(CommandContext context) {
    for (int tries = 0; tries < RANDOM_TRIES_MAX; tries++) {
      long size = size(context);
      Partition in = size == 0 ? null : holder(context, context.random().nextLong(size));
      KeyTable table = in == null ? null : in.table(context.keyspace());
      if (in == null || table == null) {
        return EntryMemory.NONE;
      }
      int key = table.seek(context.random().nextInt());
      int entry = table.entryAt(key >= 0 ? key : table.first());
      if (!table.memory().isExpired(entry, context.nowMillis())) {
        return entry;
      }
      context.expire(in, entry);
    }
    return EntryMemory.NONE;
  }

  /** The partition that holds the {@code rank}-th key. */
  private static @Nullable Partition holder(CommandContext context, long rank) {
    PartitionStore store = context.store();
    long rest = rank;
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      KeyTable table = at.table(context.keyspace());
      int size = table == null ? 0 : table.size();
      if (rest < size) {
        return at;
      }
      rest -= size;
    }
    return null;
  }

  // ---- FLUSHDB, FLUSHALL

  private static void flush(CommandContext context, boolean allKeyspaces) {
    boolean plain = context.count() == 1;
    if (!plain && (context.count() > 2 || !(context.is(1, "ASYNC") || context.is(1, "SYNC")))) {
      context.syntaxError();
      return;
    }
    PartitionStore store = context.store();
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      int first = allKeyspaces ? 0 : context.keyspace();
      int end = allKeyspaces ? at.keyspaces() : context.keyspace() + 1;
      for (int keyspace = first; keyspace < end; keyspace++) {
        KeyTable table = at.table(keyspace);
        if (table != null && table.size() > 0) {
          at.clear(keyspace);
          context.effectOfFlush(keyspace, at.id());
        }
      }
    }
    context.flushed();
    context.reply().ok();
  }

  // ---- SWAPDB

  private static void swapdb(CommandContext context) {
    int first = keyspace(context, 1, "ERR invalid first DB index");
    int second = keyspace(context, 2, "ERR invalid second DB index");
    checkSwap(context, first);
    checkSwap(context, second);
    if (context.failed()) {
      return;
    }
    PartitionStore store = context.store();
    for (Partition at = store.serving(-1); at != null && first != second; ) {
      if (at.table(first) != null || at.table(second) != null) {
        at.swap(first, second);
        context.effectOfSwap(first, second, at.id());
      }
      at = store.serving(at.id());
    }
    context.reply().ok();
  }

  private static int keyspace(CommandContext context, int argument, String error) {
    return (int) context.integer(argument, Integer.MIN_VALUE, Integer.MAX_VALUE, error);
  }

  private static void checkSwap(CommandContext context, int keyspace) {
    int partition = keyspace < 0 ? -1 : context.partitionOf(keyspace, 1);
    if (partition < 0) {
      context.fail(NO_SUCH_KEYSPACE);
    } else if (partition >= PartitionStore.SLOTS) {
      context.fail("ERR SWAPDB swaps hash keyspaces only");
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.KEYS, KeyspaceCommands::keys);
    table.bind(Command.SCAN, KeyspaceCommands::scan);
    table.bind(Command.RANDOMKEY, KeyspaceCommands::randomkey);
    table.bind(Command.DBSIZE, KeyspaceCommands::dbsize);
    table.bind(Command.FLUSHDB, context -> flush(context, false));
    table.bind(Command.FLUSHALL, context -> flush(context, true));
    table.bind(Command.SWAPDB, KeyspaceCommands::swapdb);
    table.bind(Command.KEYRANGE, KeyRange::keyrange);
  }
}
