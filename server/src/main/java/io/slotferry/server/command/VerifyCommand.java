package io.slotferry.server.command;

import io.slotferry.server.command.cluster.AdminClient;
import io.slotferry.server.command.cluster.AdminException;
import io.slotferry.server.command.cluster.AdminOptions;
import io.slotferry.server.verify.Progress;
import io.slotferry.server.verify.Verdict;
import io.slotferry.server.verify.Verification;
import io.slotferry.server.verify.VerifyOptions;
import io.slotferry.topology.Durability;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code slotferry verify}. */
@Command(
    name = "verify",
    description = {
      "Write to a running cluster from several clients, then check what they saw: whether anything"
          + " was lost, doubled, reordered or made up.",
      "Kill and move what you like meanwhile. What it wrote is removed at the end."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private static final long SHOW_MILLIS = 500;
  private static final long HISTORY_OPERATIONS_MAX = 10_000_000;
  private static final int REPLICAS_MAX = 8;
  private static final Pattern TIME = Pattern.compile("([1-9]\\d{0,5})(ms|s|m)");

  /** What fails the command besides a history that is wrong. */
  enum Unwanted {
    LOST,
    UNKNOWN,
    ERRORS
  }

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin AdminOptions server = new AdminOptions();
  @Mixin RespOptions resp = new RespOptions();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "How long: 500ms, 60s, 10m (${DEFAULT-VALUE}).")
  String time = "";

  @Option(
      names = "--keyspace",
      paramLabel = "N",
      defaultValue = "0",
      description = "Number of the keyspace to write to (${DEFAULT-VALUE}).")
  int keyspace;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "8",
      description = "Connections (${DEFAULT-VALUE}).")
  int clients;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Operations a second, at most, of all of them (${DEFAULT-VALUE}).")
  int rate;

  @Option(
      names = "--durability",
      paramLabel = "async|sync",
      defaultValue = "async",
      description =
          "What the clients ask for (${DEFAULT-VALUE}). With sync nothing may be lost, and registers"
              + " must be linearizable.")
  Durability durability = Durability.ASYNC;

  @Option(
      names = "--wait",
      paramLabel = "N",
      defaultValue = "0",
      description = "Ask WAIT for N replicas: what they confirm must not be lost (off).")
  int replicas;

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      split = ",",
      description = "Fail too on any of lost, unknown, errors; with commas.")
  List<Unwanted> unwanted = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of what is written and read (a new one each time).")
  @Nullable Long seed;

  @Override
  public Integer call() {
    Duration duration = duration();
    resp.check(spec.commandLine());
    check("--clients", clients, 1, VerifyOptions.CLIENTS_MAX);
    check("--rate", rate, 1, VerifyOptions.OPERATIONS_PER_SECOND_MAX);
    check("--wait", replicas, 0, REPLICAS_MAX);
    if (duration.toMillis() * rate / 1_000 > HISTORY_OPERATIONS_MAX) {
      throw bad(
          "--for "
              + time
              + " at --rate "
              + rate
              + " is a history of more than "
              + HISTORY_OPERATIONS_MAX
              + " operations: lower one of them");
    }
    return server.run(client -> verify(options(client), duration));
  }

  private VerifyOptions options(AdminClient client) throws AdminException, InterruptedException {
    return new VerifyOptions(
        resp.gateways(client),
        resp.password,
        keyspace,
        clients,
        rate,
        durability,
        replicas,
        seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed);
  }

  private int verify(VerifyOptions options, Duration duration)
      throws AdminException, InterruptedException {
    try (Verification verification = Verification.start(options);
        SignalCleanup _ = SignalCleanup.of(verification::close)) {
      watch(verification, duration);
      Verdict verdict = verification.finish();
      server.print(verdict.json().put("seed", options.seed()), verdict.text());
      return verdict.isWrong() || hasUnwanted(verdict) ? ExitStatus.FAILED : ExitStatus.DONE;
    } catch (IOException e) {
      throw new AdminException(
          ExitStatus.NO_SERVER,
          e.getMessage() + " (gateways: " + options.gateways() + "; --resp says where others are)");
    }
  }

  private void watch(Verification verification, Duration duration) throws InterruptedException {
    StatusLine line = new StatusLine(System.err);
    long start = System.nanoTime();
    long operations = 0;
    for (long left = duration.toMillis(); left > 0; ) {
      Thread.sleep(Math.min(left, SHOW_MILLIS));
      left = duration.minusNanos(System.nanoTime() - start).toMillis();
      Progress progress = verification.progress();
      long since = progress.operations() - operations;
      operations = progress.operations();
      if (!server.json) {
        line.show(
            String.format(
                Locale.ROOT,
                "%3d s left  %,8d op/s  p99 %6.1f ms  %,d acknowledged, %d unknown, %d errors",
                Math.max(0, left / 1_000),
                since * 1_000 / SHOW_MILLIS,
                progress.p99Micros() / 1_000.0,
                progress.acknowledged(),
                progress.unknown(),
                progress.errors()));
      }
    }
    if (!server.json) {
      line.end();
    }
  }

  private boolean hasUnwanted(Verdict verdict) {
    return unwanted.contains(Unwanted.LOST) && verdict.lost() > 0
        || unwanted.contains(Unwanted.UNKNOWN) && verdict.totals().unknown() > 0
        || unwanted.contains(Unwanted.ERRORS)
            && verdict.totals().errors() + verdict.totals().connectionsLost() > 0;
  }

  private Duration duration() {
    Matcher matcher = TIME.matcher(time);
    if (!matcher.matches()) {
      throw bad("--for must be a time like 60s or 10m, was '" + time + "'");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
  }

  private void check(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw bad(option + " must be a number from " + min + " to " + max + ", was '" + value + "'");
    }
  }

  private ParameterException bad(String reason) {
    return new ParameterException(spec.commandLine(), reason);
  }
}
