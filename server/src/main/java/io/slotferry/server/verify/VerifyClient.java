package io.slotferry.server.verify;

import io.slotferry.protocol.Reply;
import io.slotferry.server.client.RespClient;
import io.slotferry.server.verify.Operation.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * One client of the load: sends pipelines of appends, sets and reads, and writes down what it sees
 * of them. When its connection breaks, it takes another one.
 */
final class VerifyClient implements Runnable {
  private static final int PIPELINE_MAX = 16;
  private static final String WAIT_MILLIS = "200";
  private static final long RECONNECT_PAUSE_NANOS = 100_000_000;
  private static final String UNCERTAIN = "UNCERTAIN ";

  // Of a hundred commands; the rest are reads of registers.
  private static final int APPENDS = 55;
  private static final int LIST_READS = 5;
  private static final int WRITES = 20;

  /** A client that is further behind its rate does not make up for it. */
  private static final long LAG_NANOS_MAX = 200_000_000;

  private final Connector connector;
  private final Keys keys;
  private final Tally tally;
  private final int replicas;
  private final long nanosPerOperation;
  private final RandomGenerator random;

  /** Of the client's thread while that runs. */
  private final List<Operation> history = new ArrayList<>();

  private volatile boolean ended;
  private int session;
  private int written;

  private enum Kind {
    APPEND,
    LIST_READ,
    WRITE,
    READ
  }

  /** A command of the pipeline that is under way. */
  private static final class Command {
    final Kind kind;
    final int key;
    final long value;
    @Nullable Reply reply;
    long answeredNanos = Operation.NEVER;

    Command(Kind kind, int key, long value) {
      this.kind = kind;
      this.key = key;
      this.value = value;
    }
  }

  VerifyClient(Connector connector, Keys keys, Tally tally, VerifyOptions options, long seed) {
    this.connector = connector;
    this.keys = keys;
    this.tally = tally;
    this.replicas = options.replicas();
    this.nanosPerOperation = 1_000_000_000L * options.clients() / options.operationsPerSecond();
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Has the client end after the pipeline that is under way. */
  void end() {
    ended = true;
  }

  /** What it saw; after its thread's end. */
  List<Operation> history() {
    return history;
  }

  @Override
  public void run() {
    while (!ended) {
      try (RespClient connection = connector.connect()) {
        session = connector.nextSession();
        written = 0;
        useUp(connection);
      } catch (IOException e) {
        tally.connectionsLost.increment();
        LockSupport.parkNanos(RECONNECT_PAUSE_NANOS);
      }
    }
  }

  private void useUp(RespClient connection) throws IOException {
    long dueNanos = System.nanoTime();
    while (!ended) {
      int size = random.nextInt(1, PIPELINE_MAX + 1);
      pipeline(connection, size);
      dueNanos += nanosPerOperation * size;
      long aheadNanos = dueNanos - System.nanoTime();
      if (aheadNanos > 0) {
        LockSupport.parkNanos(aheadNanos);
      } else if (-aheadNanos > LAG_NANOS_MAX) {
        dueNanos -= aheadNanos;
      }
    }
  }

  private void pipeline(RespClient connection, int size) throws IOException {
    List<Command> commands = new ArrayList<>(size);
    boolean confirmed = false;
    long invokedNanos = System.nanoTime();
    try {
      for (int i = 0; i < size; i++) {
        Command command = choose();
        commands.add(command);
        send(connection, command);
      }
      if (replicas > 0) {
        connection.add("WAIT", Integer.toString(replicas), WAIT_MILLIS);
      }
      connection.flush();
      for (Command command : commands) {
        command.reply = connection.read();
        command.answeredNanos = System.nanoTime();
        tally.latency(command.answeredNanos - invokedNanos);
      }
      confirmed =
          replicas > 0
              && connection.read() instanceof Reply.Int(long acknowledging)
              && acknowledging >= replicas;
    } finally {
      for (Command command : commands) {
        note(command, invokedNanos, confirmed);
      }
    }
  }

  private Command choose() {
    int choice = random.nextInt(100);
    if (choice < APPENDS) {
      return new Command(Kind.APPEND, keys.listToAppendTo(random), nextWritten());
    }
    if (choice < APPENDS + LIST_READS) {
      return new Command(Kind.LIST_READ, keys.listToRead(random), Operation.NOTHING);
    }
    int register = random.nextInt(Keys.REGISTERS);
    return choice < APPENDS + LIST_READS + WRITES
        ? new Command(Kind.WRITE, register, nextWritten())
        : new Command(Kind.READ, register, Operation.NOTHING);
  }

  private long nextWritten() {
    return Operation.written(session, ++written);
  }

  private void send(RespClient connection, Command command) throws IOException {
    String value = Long.toString(command.value);
    switch (command.kind) {
      case APPEND -> connection.add("RPUSH", keys.list(command.key), value);
      case LIST_READ -> connection.add("LRANGE", keys.list(command.key), "0", "-1");
      case WRITE -> connection.add("SET", keys.register(command.key), value);
      case READ -> connection.add("GET", keys.register(command.key));
    }
  }

  /** Writes down what a command came to. */
  private void note(Command command, long invokedNanos, boolean confirmed) {
    tally.operations.increment();
    Reply reply = command.reply;
    switch (command.kind) {
      case APPEND, WRITE -> {
        Outcome outcome = outcome(reply, confirmed);
        long answeredNanos = outcome == Outcome.UNKNOWN ? Operation.NEVER : command.answeredNanos;
        history.add(
            command.kind == Kind.APPEND
                ? new Operation.Append(
                    command.key, command.value, invokedNanos, answeredNanos, outcome)
                : new Operation.Write(
                    command.key, command.value, invokedNanos, answeredNanos, outcome));
      }
      case LIST_READ -> {
        if (reply instanceof Reply.Array(List<Reply> elements)) {
          history.add(
              new Operation.ListRead(
                  command.key,
                  elements.stream().mapToLong(VerifyClient::number).toArray(),
                  invokedNanos,
                  command.answeredNanos));
        } else {
          noteFailedRead(reply);
        }
      }
      case READ -> {
        if (reply instanceof Reply.BulkString || reply instanceof Reply.Nil) {
          history.add(
              new Operation.Read(command.key, number(reply), invokedNanos, command.answeredNanos));
        } else {
          noteFailedRead(reply);
        }
      }
    }
  }

  private Outcome outcome(@Nullable Reply reply, boolean confirmed) {
    if (reply instanceof Reply.SimpleError(String message) && !message.startsWith(UNCERTAIN)) {
      tally.error(message);
      return Outcome.REFUSED;
    }
    if (reply == null || reply instanceof Reply.SimpleError) {
      tally.unknown.increment();
      return Outcome.UNKNOWN;
    }
    tally.acknowledged.increment();
    if (confirmed) {
      tally.confirmed.increment();
    }
    return confirmed ? Outcome.CONFIRMED : Outcome.ACKNOWLEDGED;
  }

  private void noteFailedRead(@Nullable Reply reply) {
    if (reply instanceof Reply.SimpleError(String message)) {
      tally.error(message);
    }
  }

  /** What was written; a text that is no number was written by nobody, like -1. */
  static long number(Reply reply) {
    if (!(reply instanceof Reply.BulkString bulk)) {
      return Operation.NOTHING;
    }
    try {
      return Long.parseLong(bulk.text());
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
