package io.slotferry.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A `./slotferry up` of this clone as a process: started, awaited by its ready line, ended. */
final class Slotferry implements AutoCloseable {
  private static final long READY_SECONDS_MAX = 240;
  private static final long END_SECONDS_MAX = 180;
  private static final Pattern READY =
      Pattern.compile(
          "slotferry ready: resp=127\\.0\\.0\\.1:(\\d+) http=http://127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final Thread reader;
  private final List<String> output = new ArrayList<>();
  private int respPort;
  private int httpPort;

  private Slotferry(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().unstarted(this::read);
  }

  /** The launcher of this clone. */
  static Path launcher() {
    return Path.of(System.getProperty("slotferry.root"), "slotferry");
  }

  /** Starts `up` with free ports and these arguments, and returns when it is ready. */
  static Slotferry up(String... arguments) {
    List<String> command = new ArrayList<>(List.of("up", "--port", "0", "--http-port", "0"));
    command.addAll(List.of(arguments));
    Slotferry slotferry = start(command.toArray(String[]::new));
    slotferry.awaitReady();
    return slotferry;
  }

  /** Starts the launcher with these arguments, and returns at once. */
  static Slotferry start(String... arguments) {
    return start(List.of(), arguments);
  }

  /** Has another program, such as {@code ip netns exec NAME}, start the launcher. */
  static Slotferry start(List<String> wrapper, String... arguments) {
    List<String> command = new ArrayList<>(wrapper);
    command.add(launcher().toString());
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      Slotferry slotferry = new Slotferry(process);
      slotferry.reader.start();
      return slotferry;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        took(line);
      }
    } catch (IOException e) {
      took("(its output broke: " + e.getMessage() + ")");
    }
    synchronized (output) {
      output.notifyAll();
    }
  }

  private void took(String line) {
    synchronized (output) {
      output.add(line);
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        respPort = Integer.parseInt(ready.group(1));
        httpPort = Integer.parseInt(ready.group(2));
      }
      output.notifyAll();
    }
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
    synchronized (output) {
      while (respPort == 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || !reader.isAlive()) {
          kill();
          throw new AssertionError("not ready:\n" + String.join("\n", output));
        }
        try {
          output.wait(left);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  int respPort() {
    return respPort;
  }

  int httpPort() {
    return httpPort;
  }

  String url() {
    return "http://127.0.0.1:" + httpPort;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() {
    synchronized (output) {
      return String.join("\n", output);
    }
  }

  /** SIGTERM; the exit code. */
  int stop() {
    // Not the process' own: that one closes the output that is still to come.
    process.toHandle().destroy();
    return awaitExit();
  }

  /** The exit code of a process that ends by itself, or was told to. */
  int awaitExit() {
    return awaitExit(END_SECONDS_MAX);
  }

  /** The same, of one that takes its time. */
  int awaitExit(long secondsMax) {
    try {
      if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
        kill();
        throw new AssertionError("did not end:\n" + output());
      }
      reader.join(TimeUnit.SECONDS.toMillis(END_SECONDS_MAX));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return process.exitValue();
  }

  /** The processes that it has started, and these. */
  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  /** SIGKILL, children included. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Runs a command of the launcher to its end; what it printed. Fails unless it exits with 0. */
  static String run(String... arguments) {
    Slotferry command = start(arguments);
    int code = command.awaitExit();
    if (code != 0) {
      throw new AssertionError(
          String.join(" ", arguments) + " exited with " + code + ":\n" + command.output());
    }
    return command.output();
  }

  /** The id of a node's process, from its pid file. */
  static long pid(Path data, String node) {
    try {
      return Long.parseLong(Files.readString(data.resolve("run").resolve(node + ".pid")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a node of `up --processes` again that was ended, and returns when it has started. */
  static Slotferry restart(Path data, String node) {
    Path config = data.resolve("run").resolve(node + ".yaml");
    Slotferry restarted = start("node", "--config", config.toString());
    Await.until(
        node + " has started",
        Duration.ofSeconds(READY_SECONDS_MAX),
        () -> restarted.output().contains("slotferry node " + node + " started"));
    return restarted;
  }

  /** kill -9 of one node of `up --processes`. */
  static void kill(Path data, String node) {
    ProcessHandle.of(pid(data, node)).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      process.destroy();
      try {
        if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
          kill();
        }
      } catch (InterruptedException e) {
        kill();
      }
    }
  }
}
