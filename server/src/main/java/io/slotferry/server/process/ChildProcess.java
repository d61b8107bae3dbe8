package io.slotferry.server.process;

import io.slotferry.server.Listening;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.SettingsWriter;
import io.slotferry.topology.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that runs in a process of its own, with its settings, its pid and its log in files. */
final class ChildProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(1);
  private static final int OK = 200;

  /**
   * For who has little to do: the second compiler would take longer to make its code fast than it
   * saves, at the start of all nodes and from the same processors.
   */
  private static final String FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

  private final String id;
  private final Settings settings;
  private final Path folder;
  private final long logStart;
  private final Process process;

  private ChildProcess(String id, Settings settings, Path folder, long logStart, Process process) {
    this.id = id;
    this.settings = settings;
    this.folder = folder;
    this.logStart = logStart;
    this.process = process;
  }

  /**
   * Starts a node with the same Java, options and classes as this process.
   *
   * @param folder for the files {@code <id>.yaml}, {@code <id>.pid}, {@code <id>.log}
   */
  static ChildProcess start(Settings settings, Path folder) throws StartRefusedException {
    String id = settings.node().id();
    Path config = folder.resolve(id + ".yaml");
    Path log = folder.resolve(id + ".log");
    try {
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      Files.writeString(config, SettingsWriter.yaml(settings));
      ProcessBuilder builder = new ProcessBuilder(command(settings, config));
      // All that the variables say is in the file already.
      builder.environment().keySet().removeIf(name -> name.startsWith("SLOTFERRY_"));
      Process process =
          builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile())).start();
      process.getOutputStream().close();
      Files.writeString(folder.resolve(id + ".pid"), process.pid() + "\n");
      LOG.info("node started id={} pid={}", id, process.pid());
      var _ =
          process
              .onExit()
              .thenAccept(ended -> LOG.info("node ended id={} status={}", id, ended.exitValue()));
      return new ChildProcess(id, settings, folder, logStart, process);
    } catch (IOException e) {
      throw new StartRefusedException("cannot start node " + id + ": " + e.getMessage());
    }
  }

  private static List<String> command(Settings settings, Path config) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    if (settings.node().roles().equals(Set.of(Role.REBALANCER))) {
      command.add(FIRST_COMPILER_ONLY);
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.slotferry.server.Main");
    command.add("node");
    command.add("--config");
    command.add(config.toString());
    command.add("--parent");
    command.add(Long.toString(ProcessHandle.current().pid()));
    return command;
  }

  String id() {
    return id;
  }

  Settings settings() {
    return settings;
  }

  Role role() {
    return settings.node().roles().iterator().next();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Whether its HTTP server answers {@code path} with success. */
  boolean answers(HttpClient client, String path) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path)).timeout(HEALTH_TIMEOUT).build();
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == OK;
    } catch (IOException e) {
      return false;
    }
  }

  String url() {
    return "http://" + Listening.reachable(settings.http().bind(), settings.http().port());
  }

  /** Why it ended, as far as its log tells. */
  String lastWords() {
    Path log = folder.resolve(id + ".log");
    try (InputStream bytes = Files.newInputStream(log);
        BufferedReader text =
            new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
      bytes.skipNBytes(logStart);
      return text.lines()
          .filter(line -> line.startsWith("slotferry: "))
          .reduce((_, last) -> last.substring("slotferry: ".length()))
          .orElse("see " + log);
    } catch (IOException e) {
      return "and left no log";
    }
  }

  /** Ends it as a crash does. */
  void kill() {
    process.destroyForcibly();
  }

  /** Asks it to end, and waits; after {@code boundMillis} it is killed. */
  void stop(long boundMillis) {
    process.destroy();
    try {
      if (!process.waitFor(boundMillis, TimeUnit.MILLISECONDS)) {
        LOG.warn("node does not end, killing it id={} waitedMillis={}", id, boundMillis);
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Files.deleteIfExists(folder.resolve(id + ".pid"));
    } catch (IOException e) {
      LOG.warn("cannot remove the pid file id={} reason={}", id, e.getMessage());
    }
  }

  /** Removes what only a node needs that will be started again. */
  void removeFiles() {
    try {
      Files.deleteIfExists(folder.resolve(id + ".yaml"));
    } catch (IOException e) {
      LOG.warn("cannot remove the settings id={} reason={}", id, e.getMessage());
    }
  }
}
