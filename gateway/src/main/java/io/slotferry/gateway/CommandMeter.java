package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.topology.ClusterSettings;
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
 * #ALWAYS_BELOW_MICROS}. The others are always timed. What is answered later, by a shard elsewhere
 * or after a wait, is counted and not timed.
 *
 * <p>Thread: the loop; others may read older values.
 */
final class CommandMeter {
  static final int SAMPLE_EVERY = 64;
  static final int EXACT_CALLS = 1024;
  static final long ALWAYS_BELOW_MICROS = 1_000;

  private static final int COMMANDS = Command.values().length;

  /** Not FAST by Redis' flags, and yet of constant time. */
  private static final Set<Command> ALSO_QUICK = EnumSet.of(Command.SET, Command.SETEX);

  /** Of one command or subcommand. */
  static final class Counter {
    long calls;
    long rejected;
    long failed;
    long nanos;
    final Durations durations = new Durations();

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
    boolean tracks = settings.isYes("latency-tracking");
    timesAll = latencyMillis > 0 || (slowMicros >= 0 && slowMicros < ALWAYS_BELOW_MICROS);
    timesNone = !tracks && latencyMillis == 0 && slowMicros < 0;
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
   * After a command.
   *
   * @param startNanos what {@link #begin} said
   * @param replyStart where its reply begins; -1 when it comes later
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
    if (replyStart < 0) {
      return;
    }
    if (reply.size() > replyStart && reply.bytes()[replyStart] == '-') {
      counter.failed++;
      gateway.counters().addError(reply.bytes(), replyStart);
    }
    if (startNanos != 0) {
      boolean stands = quick[command.ordinal()] && !timesAll && calls >= EXACT_CALLS;
      took(session, command, request, counter, System.nanoTime() - startNanos, stands);
    }
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
    counter.durations.add(nanos, weight);
    long micros = nanos / 1_000;
    if (slowMicros >= 0 && micros >= slowMicros) {
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
      return ofSubcommands.computeIfAbsent(name, first -> new Counter());
    }
    int ordinal = command.ordinal();
    Counter counter = counters[ordinal];
    if (counter == null) {
      counter = new Counter();
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
