package io.slotferry.server.command;

import io.slotferry.server.StartRefusedException;
import io.slotferry.server.command.cluster.AdminException;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.SettingsReader;
import io.slotferry.server.demo.Demo;
import io.slotferry.server.demo.DemoException;
import io.slotferry.server.process.ProcessCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code slotferry demo}. */
@Command(
    name = "demo",
    description = {
      "A show of about a minute: starts a cluster of its own, and under load adds a shard, drains one,"
          + " kills a leader and splits a hot range.",
      "Ends with the numbers, and with status 1 if a client saw an error or a write was lost."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int REBALANCERS = 1;
  private static final int SECONDS_MAX = 600;

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--pace",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "How long the load goes on after each step (${DEFAULT-VALUE}).")
  int paceSeconds;

  @Override
  public Integer call() throws InterruptedException {
    if (paceSeconds < 1 || paceSeconds > SECONDS_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          "--pace must be a number from 1 to " + SECONDS_MAX + ", was '" + paceSeconds + "'");
    }
    // The picture would not survive lines of the log between its own.
    System.setProperty("org.slf4j.simpleLogger.log.io.slotferry", "error");
    Demo demo =
        new Demo(
            new ProcessCluster(settings(), 1, REBALANCERS),
            Duration.ofSeconds(paceSeconds),
            System.out,
            StatusLine.isTerminal());
    try (SignalCleanup _ = SignalCleanup.of(demo::stop)) {
      return demo.run() ? ExitStatus.DONE : ExitStatus.FAILED;
    } catch (StartRefusedException | DemoException | AdminException | IOException e) {
      return SlotferryCommand.fail("the demo ended early: " + e.getMessage());
    } finally {
      demo.stop();
    }
  }

  /** Of no use but now, whatever the variables say. */
  private static Settings settings() {
    List<SettingsReader.Option> options =
        List.of(
            new SettingsReader.Option("data.ephemeral", "data.ephemeral", "true"),
            new SettingsReader.Option("resp.port", "resp.port", "0"),
            new SettingsReader.Option("http.port", "http.port", "0"));
    if (SettingsReader.read(null, Map.of(), options)
        instanceof SettingsReader.Result.Valid(Settings settings)) {
      return settings;
    }
    throw new IllegalStateException("the demo's settings are wrong");
  }
}
