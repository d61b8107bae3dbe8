package io.slotferry.system.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Commands of the machine, each with a bound. */
final class Command {
  private Command() {}

  /** A command that could not be started, ended with an error, or did not end in time. */
  static final class Failed extends RuntimeException {
    Failed(String message) {
      super(message);
    }
  }

  /** As {@link #run(Duration, Map, List)}. */
  static String run(Duration bound, Map<String, String> environment, String... command) {
    return run(bound, environment, List.of(command));
  }

  /**
   * Runs a command to its end.
   *
   * @param bound how long it may take
   * @param environment variables added to this process' own
   * @return what it wrote to stdout, without surrounding white space
   * @throws Failed with the command and what it wrote to stderr
   */
  static String run(Duration bound, Map<String, String> environment, List<String> command) {
    try {
      // Files, since a full pipe that nobody reads would stop the command.
      Path out = Files.createTempFile("command", ".out");
      Path err = Files.createTempFile("command", ".err");
      try {
        return run(bound, environment, command, out, err);
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(
      Duration bound, Map<String, String> environment, List<String> command, Path out, Path err)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = start(builder, command);
    if (!ended(process, bound)) {
      process.destroyForcibly();
      throw new Failed(command + " did not end within " + bound + ": " + Files.readString(err));
    }
    if (process.exitValue() != 0) {
      throw new Failed(
          command + " ended with " + process.exitValue() + ": " + Files.readString(err).strip());
    }
    return Files.readString(out).strip();
  }

  private static Process start(ProcessBuilder builder, List<String> command) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new Failed(command.getFirst() + " cannot be started: " + e.getMessage());
    }
  }

  private static boolean ended(Process process, Duration bound) {
    try {
      return process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
