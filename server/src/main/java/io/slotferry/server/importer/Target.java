package io.slotferry.server.importer;

import io.slotferry.engine.rdb.RdbRecord;
import io.slotferry.protocol.Reply;
import io.slotferry.server.client.RespClient;
import io.slotferry.server.config.HostPort;
import io.slotferry.server.importer.ImportOptions.Existing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The cluster that is written to: a pipeline of commands, bounded by number and bytes, with the
 * replies read as the bound demands. Commands that may be repeated are, when the cluster was not
 * ready for them or the connection broke.
 *
 * <p>Thread: one.
 */
final class Target implements AutoCloseable {
  private static final int COMMANDS_MAX = 512;
  private static final long BYTES_MAX = 8L << 20;
  private static final int REPLY_MILLIS_MAX = 60_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long RETRY_MILLIS = 500;
  private static final String BUSY_KEY = "BUSYKEY ";
  private static final String LIBRARY_EXISTS = "already exists";

  /**
   * What the cluster says while it has no leader for a shard, or does not know what became of it.
   */
  private static final Pattern PASSING =
      Pattern.compile("(UNCERTAIN|CLUSTERDOWN|LOADING|TRYAGAIN|MASTERDOWN) .*");

  private static final byte[] RESTORE = ascii("RESTORE");
  private static final byte[] REPLACE = ascii("REPLACE");
  private static final byte[] ABSOLUTE = ascii("ABSTTL");

  private enum Kind {
    KEY,
    LIBRARY,
    SELECT,

    /** Of the source's stream: executed once, or the copy is none. */
    STREAMED
  }

  /** A command without its reply. */
  private static final class Pending {
    final Kind kind;
    final byte[][] arguments;
    final int bytes;

    /** It may have been executed by an earlier try. */
    boolean repeated;

    Pending(Kind kind, byte[]... arguments) {
      this.kind = kind;
      this.arguments = arguments;
      this.bytes = Arrays.stream(arguments).mapToInt(argument -> argument.length).sum();
    }
  }

  private final ImportOptions options;
  private final ImportProgress progress;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private long pendingBytes;
  private RespClient connection;
  private int connections;

  /** Of the commands that were sent, and of those whose replies were read. */
  private int database;

  private int answeredDatabase;

  private Target(ImportOptions options, ImportProgress progress) throws IOException {
    this.options = options;
    this.progress = progress;
    this.connection = connect();
  }

  static Target connect(ImportOptions options, ImportProgress progress) throws ImportException {
    try {
      return new Target(options, progress);
    } catch (IOException e) {
      throw new ImportException(
          "cannot write to a gateway of " + options.gateways() + ": " + e.getMessage());
    }
  }

  private RespClient connect() throws IOException {
    int next = connections++ % options.gateways().size();
    HostPort gateway = options.gateways().get(next);
    RespClient connection = RespClient.connect(gateway, REPLY_MILLIS_MAX);
    if (!options.password().isEmpty()
        && connection.call("AUTH", options.password()) instanceof Reply.SimpleError(String error)) {
      connection.close();
      throw new IOException(error);
    }
    return connection;
  }

  // ---- what is written

  /** The keys that follow go to the keyspace of this number. */
  void select(int number) throws ImportException, InterruptedException {
    if (number != database) {
      database = number;
      send(new Pending(Kind.SELECT, ascii("SELECT"), ascii(Integer.toString(number))));
    }
  }

  void restore(RdbRecord.Key key) throws ImportException, InterruptedException {
    boolean expires = key.expiryMillis() != RdbRecord.Key.NO_EXPIRY;
    byte[] expiry = ascii(expires ? Long.toString(key.expiryMillis()) : "0");
    send(
        options.existing() == Existing.REPLACE
            ? new Pending(Kind.KEY, RESTORE, key.name(), expiry, key.dump(), ABSOLUTE, REPLACE)
            : new Pending(Kind.KEY, RESTORE, key.name(), expiry, key.dump(), ABSOLUTE));
  }

  void load(RdbRecord.Library library) throws ImportException, InterruptedException {
    byte[] function = ascii("FUNCTION");
    byte[] load = ascii("LOAD");
    send(
        options.existing() == Existing.REPLACE
            ? new Pending(Kind.LIBRARY, function, load, REPLACE, library.code())
            : new Pending(Kind.LIBRARY, function, load, library.code()));
  }

  void execute(byte[][] command) throws ImportException, InterruptedException {
    send(new Pending(Kind.STREAMED, command));
  }

  private void send(Pending command) throws ImportException, InterruptedException {
    pending.add(command);
    pendingBytes += command.bytes;
    try {
      connection.add(command.arguments);
      if (pending.size() >= COMMANDS_MAX || pendingBytes >= BYTES_MAX) {
        connection.flush();
        while (pending.size() > COMMANDS_MAX / 2 || pendingBytes > BYTES_MAX / 2) {
          readReply();
        }
      }
    } catch (IOException e) {
      repeat(String.valueOf(e.getMessage()));
    }
  }

  /** Returns when everything was answered. */
  void drain() throws ImportException, InterruptedException {
    try {
      connection.flush();
      while (!pending.isEmpty()) {
        readReply();
      }
    } catch (IOException e) {
      repeat(String.valueOf(e.getMessage()));
    }
  }

  // ---- replies

  private void readReply() throws IOException, ImportException, InterruptedException {
    Reply reply = connection.read();
    if (isPassing(reply)) {
      // What was sent behind it is repeated too; for keys that makes no difference.
      repeat(reply.toString());
    } else {
      settle(reply);
    }
  }

  private static boolean isPassing(Reply reply) {
    return reply instanceof Reply.SimpleError(String error) && PASSING.matcher(error).matches();
  }

  /** The reply to the command that waits for longest. */
  private void settle(Reply reply) throws ImportException {
    Pending command = pending.remove();
    pendingBytes -= command.bytes;
    if (reply instanceof Reply.SimpleError(String error)) {
      refused(command, error);
    } else {
      done(command);
    }
  }

  private void done(Pending command) {
    switch (command.kind) {
      case KEY -> progress.keys.incrementAndGet();
      case LIBRARY -> progress.libraries.incrementAndGet();
      case SELECT -> answeredDatabase = selected(command);
      case STREAMED -> progress.followed.incrementAndGet();
    }
  }

  private static int selected(Pending select) {
    return Integer.parseInt(new String(select.arguments[1], StandardCharsets.US_ASCII));
  }

  private void refused(Pending command, String error) throws ImportException {
    boolean isThere = error.startsWith(BUSY_KEY) || error.endsWith(LIBRARY_EXISTS);
    if (isThere && command.repeated) {
      done(command);
    } else if (isThere && options.existing() == Existing.SKIP) {
      progress.skipped.incrementAndGet();
    } else if (isThere) {
      throw new ImportException(
          name(command)
              + " is there already: give --existing replace to overwrite what is there, or"
              + " --existing skip to keep it");
    } else {
      throw new ImportException(name(command) + " was refused: " + error + advice(error));
    }
  }

  private static String advice(String error) {
    if (error.startsWith("NOAUTH") || error.startsWith("WRONGPASS")) {
      return " (--password says the server's password)";
    }
    if (error.startsWith("OOM")) {
      return " (raise maxmemory, or add shards; then import again with --existing replace)";
    }
    if (error.startsWith("ERR DB index")) {
      return " (--db says which databases to import)";
    }
    if (error.startsWith("CROSSSLOT")) {
      return " (its keys are on several shards: follow into a cluster of one shard)";
    }
    return "";
  }

  private static String name(Pending command) {
    return switch (command.kind) {
      case KEY -> "key '" + Printable.text(command.arguments[1]) + "'";
      case LIBRARY -> "a library of functions";
      case SELECT -> "database " + selected(command);
      case STREAMED -> "the source's " + Printable.text(command.arguments[0]);
    };
  }

  // ---- trouble that passes

  /** Sends all that has no reply again, over a new connection. */
  private void repeat(String reason) throws ImportException, InterruptedException {
    if (pending.stream().anyMatch(command -> command.kind == Kind.STREAMED)) {
      throw new ImportException(
          "the fate of a command of the source's stream is unknown ("
              + reason
              + "): import again with --existing replace");
    }
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    pending.forEach(command -> command.repeated = true);
    String last = reason;
    while (System.nanoTime() < deadline) {
      connection.close();
      Thread.sleep(RETRY_MILLIS);
      try {
        connection = connect();
        connection.add("SELECT", Integer.toString(answeredDatabase));
        for (Pending command : pending) {
          connection.add(command.arguments);
        }
        connection.flush();
        connection.read();
        while (!pending.isEmpty()) {
          Reply reply = connection.read();
          if (isPassing(reply)) {
            throw new IOException(reply.toString());
          }
          settle(reply);
        }
        return;
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
    }
    throw new ImportException(
        "the cluster takes no writes ("
            + last
            + "): see `slotferry cluster status`, and import again with --existing replace");
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    connection.close();
  }
}
