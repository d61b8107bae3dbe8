package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandInfos;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.Routing;
import io.slotferry.topology.ClusterSettings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How often the commands of one loop ran, and how long. Reading the clock twice costs a simple
 * command a tenth of its time; so a command that cannot take long is timed in its first calls and
 * then once in {@link #SAMPLE_EVERY}, unless somebody looks for commands that take less than {@link
 * #ALWAYS_BELOW_MICROS}. The others are always timed. What is answered later is timed if the
 * gateway itself does it; of a wait for a key the first try is timed; what a shard elsewhere does
 * is only counted. The commands of a transaction that one shard executes share its time equally.
 *
 * <p>Thread: the loop; others may read older values.
 */
final class CommandMeter {
  static final int SAMPLE_EVERY = 64;
  static final int EXACT_CALLS = 1024;
  static final long ALWAYS_BELOW_MICROS = 1_000;

  private static final int COMMANDS = Command.values().length;

  private static final byte[] OUT_OF_MEMORY = "-OOM ".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] NO_PERMISSION = "-NOPERM ".getBytes(StandardCharsets.US_ASCII);

  /** Not FAST by Redis' flags, and yet of constant time. */
  private static final Set<Command> ALSO_QUICK = EnumSet.of(Command.SET, Command.SETEX);

  /** Is told the reply of a command that is answered later. */
  interface Answered {
    /** The reply is there; it begins at {@code start}. */
    void replied(byte[] reply, int start);
  }

  /** Of one command or subcommand. */
  static final class Counter implements Answered {
    /** Whether it is refused when memory is short. */
    private final boolean needsMemory;

    long calls;
    long rejected;
    long failed;
    long nanos;
    final Durations durations = new Durations();

    Counter(boolean needsMemory) {
      this.needsMemory = needsMemory;
    }

    @Override
    public void replied(byte[] reply, int start) {
      var _ = countReply(reply, start);
    }

    /** What was refused instead of executed is no call; returns whether it is one. */
    private boolean countReply(byte[] reply, int start) {
      if (reply[start] != '-') {
        return true;
      }
      boolean refused =
          startsWith(reply, start, NO_PERMISSION)
              || (needsMemory && startsWith(reply, start, OUT_OF_MEMORY));
      if (refused) {
        calls--;
        rejected++;
      } else {
        failed++;
      }
      return !refused;
    }

    void addAll(Counter other) {
      calls += other.calls;
      rejected += other.rejected;
      failed += other.failed;
      nanos += other.nanos;
      durations.addAll(other.durations);
    }
  }

  private final Gateway gateway;
  private final @Nullable Counter[] counters = new @Nullable Counter[COMMANDS];

  /** By full name: {@code config|get}. */
  private final Map<String, Counter> ofSubcommands = new ConcurrentHashMap<>();

  private final boolean[] quick = new boolean[COMMANDS];
  private boolean distributes;
  private long slowMicros;
  private long slowEntriesMax;
  private long latencyMillis;
  private boolean timesAll;
  private boolean timesNone;

  CommandMeter(Gateway gateway) {
    this.gateway = gateway;
    for (Command command : Command.values()) {
      quick[command.ordinal()] = command.is(CommandFlags.FAST) || ALSO_QUICK.contains(command);
    }
    use(ClusterSettings.INITIAL);
  }

  void use(ClusterSettings settings) {
    slowMicros = settings.number("slowlog-log-slower-than");
    slowEntriesMax = settings.number("slowlog-max-len");
    latencyMillis = settings.number("latency-monitor-threshold");
    distributes = settings.isYes("latency-tracking");
    timesAll = latencyMillis > 0 || (slowMicros >= 0 && slowMicros < ALWAYS_BELOW_MICROS);
    timesNone = !distributes && latencyMillis == 0 && slowMicros < 0;
  }

  // ---- commands

  /** Before a command: the clock, or 0 when it is not timed. */
  long begin(Command command) {
    int ordinal = command.ordinal();
    if (quick[ordinal] && !timesAll) {
      Counter counter = counters[ordinal];
      if (counter != null && counter.calls >= EXACT_CALLS && counter.calls % SAMPLE_EVERY != 0) {
        return 0;
      }
    }
    return timesNone ? 0 : System.nanoTime();
  }

  void rejected(Session session, Command command) {
    counter(session, command).rejected++;
  }

  /**
   * After a command that was answered at once.
   *
   * @param startNanos what {@link #begin} said
   * @param replyStart where its reply begins
   */
  void end(
      Session session,
      Command command,
      Request request,
      ReplyWriter reply,
      long startNanos,
      int replyStart) {
    Counter counter = counter(session, command);
    long calls = counter.calls++;
    boolean executed = true;
    if (reply.size() > replyStart && reply.bytes()[replyStart] == '-') {
      executed = counter.countReply(reply.bytes(), replyStart);
      gateway.counters().addError(reply.bytes(), replyStart);
    }
    if (startNanos != 0 && executed) {
      boolean stands = quick[command.ordinal()] && !timesAll && calls >= EXACT_CALLS;
      took(session, command, request, counter, System.nanoTime() - startNanos, stands);
    }
  }

  /** After a command that is answered later: who is to be told of the answer. */
  Answered endsLater(Session session, Command command, Request request, long startNanos) {
    Counter counter = counter(session, command);
    counter.calls++;
    boolean waits = command.is(CommandFlags.BLOCKING);
    boolean ofGateway =
        command.routing() == Routing.GATEWAY || command.routing() == Routing.BY_SUBCOMMAND;
    return startNanos != 0 && (waits || ofGateway)
        ? new Timed(session, command, request.detached(), counter, startNanos, waits)
        : counter;
  }

  /** A command that is answered later, and timed. */
  private final class Timed implements Answered {
    private final Session session;
    private final Command command;
    private final Request request;
    private final Counter counter;
    private final long startNanos;

    /** What it took before it began to wait; 0 when it is at work until it is answered. */
    private final long triedNanos;

    Timed(
        Session session,
        Command command,
        Request request,
        Counter counter,
        long startNanos,
        boolean waits) {
      this.session = session;
      this.command = command;
      this.request = request;
      this.counter = counter;
      this.startNanos = startNanos;
      this.triedNanos = waits ? System.nanoTime() - startNanos : 0;
    }

    @Override
    public void replied(byte[] reply, int start) {
      if (counter.countReply(reply, start)) {
        long nanos = triedNanos > 0 ? triedNanos : System.nanoTime() - startNanos;
        took(session, command, request, counter, nanos, false);
      }
    }
  }

  /**
   * A command of a transaction was executed by a shard.
   *
   * @param nanos its share of the time that all of them took; 0 when that is not known
   * @param reply its reply, which begins at {@code start}
   */
  void ofTransaction(
      Session session, Command command, Request request, long nanos, byte[] reply, int start) {
    session.lastCommand = fullName(command, request);
    Counter counter = counter(session, command);
    counter.calls++;
    boolean executed = counter.countReply(reply, start);
    if (reply[start] == '-') {
      gateway.counters().addError(reply, start);
    }
    if (nanos > 0 && executed) {
      took(session, command, request, counter, nanos, false);
    }
  }

  /**
   * A script has executed a command.
   *
   * @param name the command's full name
   */
  void ofScript(String name, long calls, long failed, long rejected) {
    Command command = CommandTable.lookup(name);
    Counter counter = command == null ? ofSubcommand(name, false) : counter(command);
    counter.calls += calls;
    counter.failed += failed;
    counter.rejected += rejected;
  }

  private static boolean startsWith(byte[] bytes, int start, byte[] prefix) {
    int end = start + prefix.length;
    return end <= bytes.length && Arrays.equals(bytes, start, end, prefix, 0, prefix.length);
  }

  /** What a command is counted by: {@code xgroup|create}. */
  static String fullName(Command command, Request request) {
    return command.is(CommandFlags.CONTAINER)
        ? CommandInfos.called(command, request).name()
        : command.lowerName();
  }

  private void took(
      Session session,
      Command command,
      Request request,
      Counter counter,
      long nanos,
      boolean standsForOthers) {
    long weight = standsForOthers ? SAMPLE_EVERY : 1;
    counter.nanos += nanos * weight;
    if (distributes) {
      counter.durations.add(nanos, weight);
    }
    long micros = nanos / 1_000;
    // Not EXEC: what it executes is logged.
    if (slowMicros >= 0 && micros >= slowMicros && command != Command.EXEC) {
      gateway.slowLog().add(session, request, micros, slowEntriesMax);
    }
    if (latencyMillis > 0 && micros >= latencyMillis * 1_000) {
      String event = command.is(CommandFlags.FAST) ? "fast-command" : "command";
      gateway.latencies().add(event, micros / 1_000, System.currentTimeMillis() / 1_000);
    }
  }

  private Counter counter(Session session, Command command) {
    String name = session.lastCommand;
    if (name.length() > command.lowerName().length() && name.startsWith(command.lowerName())) {
      return ofSubcommand(name, command.is(CommandFlags.DENYOOM));
    }
    return counter(command);
  }

  private Counter ofSubcommand(String name, boolean needsMemory) {
    return ofSubcommands.computeIfAbsent(name, first -> new Counter(needsMemory));
  }

  private Counter counter(Command command) {
    int ordinal = command.ordinal();
    Counter counter = counters[ordinal];
    if (counter == null) {
      counter = new Counter(command.is(CommandFlags.DENYOOM));
      counters[ordinal] = counter;
    }
    return counter;
  }

  // ---- answers; any thread

  void forEach(BiConsumer<String, Counter> consumer) {
    for (Command command : Command.values()) {
      Counter counter = counters[command.ordinal()];
      if (counter != null) {
        consumer.accept(command.lowerName(), counter);
      }
    }
    ofSubcommands.forEach(consumer);
  }

  /** Everything begins at zero. */
  void reset() {
    Arrays.fill(counters, null);
    ofSubcommands.clear();
  }
}
