package io.slotferry.benchmarks.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * An open load: commands are sent at the times of a fixed rate, whether or not earlier ones were
 * answered, and a latency counts from the time at which its command was due. So a server that stops
 * for a while is charged for every command that would have been sent meanwhile (no coordinated
 * omission).
 *
 * <p>Needs nothing but the JDK: {@code java PacedLoad.java PORT RATE CONNECTIONS KEYS MODE
 * WAITING}. For MODE see {@link Commands}; WAITING is {@code spin}, exact at the price of a
 * processor, or {@code nap}. It counts from the first byte of its standard input, so that it (and
 * the server) can be warm by then, up to the input's end, and then prints one line of JSON, the
 * latencies in microseconds.
 */
public final class PacedLoad {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long NAP_NANOS = 50_000;

  /** Answers are awaited for so long after the last command; what is missing then is an error. */
  private static final long PATIENCE_NANOS = 60 * NANOS_PER_SECOND;

  private static final long NOT_YET = Long.MAX_VALUE;

  private final Connection[] connections;
  private final long intervalNanos;
  private final Commands source;
  private final boolean spin;
  private final Latencies latencies = new Latencies();
  private volatile long countedFromNanos = NOT_YET;
  private volatile long endNanos = NOT_YET;

  private PacedLoad(Connection[] connections, long rate, Commands source, boolean spin) {
    this.connections = connections;
    this.intervalNanos = NANOS_PER_SECOND / rate;
    this.source = source;
    this.spin = spin;
  }

  public static void main(String[] arguments) throws IOException {
    var address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
    Connection[] connections = new Connection[Integer.parseInt(arguments[2])];
    for (int i = 0; i < connections.length; i++) {
      connections[i] = new Connection(address);
    }
    Commands source = new Commands(Integer.parseInt(arguments[3]), arguments[4]);
    boolean spin = arguments[5].equals("spin");
    PacedLoad load = new PacedLoad(connections, Long.parseLong(arguments[1]), source, spin);
    Thread.ofPlatform().daemon().start(() -> load.obey(System.in));
    load.run();
    load.report(System.out);
  }

  private void obey(InputStream input) {
    try {
      if (input.read() >= 0) {
        countedFromNanos = System.nanoTime();
        input.skip(Long.MAX_VALUE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      endNanos = System.nanoTime();
    }
  }

  private void run() throws IOException {
    long due = System.nanoTime();
    long sent = 0;
    long answered = 0;
    while (due < endNanos || answered < sent) {
      long now = System.nanoTime();
      long before = sent + answered;
      for (; due <= now && due < endNanos; due += intervalNanos) {
        connections[(int) (sent % connections.length)].add(source.next(), due);
        sent++;
      }
      for (Connection connection : connections) {
        connection.write();
        answered += connection.read(latencies, countedFromNanos);
      }
      if (now - PATIENCE_NANOS > endNanos) {
        throw new IOException(sent - answered + " commands were not answered");
      }
      if (sent + answered == before) {
        pause();
      }
    }
  }

  private void pause() {
    if (spin) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(NAP_NANOS);
    }
  }

  private void report(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "{\"operations\": %d, \"p50\": %d, \"p99\": %d, \"p999\": %d, \"max\": %d}%n",
        latencies.count(),
        latencies.micros(0.5),
        latencies.micros(0.99),
        latencies.micros(0.999),
        latencies.micros(1));
  }
}
