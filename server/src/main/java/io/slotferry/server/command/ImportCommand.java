package io.slotferry.server.command;

import io.slotferry.server.command.cluster.AdminClient;
import io.slotferry.server.command.cluster.AdminException;
import io.slotferry.server.command.cluster.AdminOptions;
import io.slotferry.server.importer.Import;
import io.slotferry.server.importer.ImportException;
import io.slotferry.server.importer.ImportOptions;
import io.slotferry.server.importer.ImportProgress;
import io.slotferry.server.importer.SourceAddress;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code slotferry import}. */
@Command(
    name = "import",
    description = {
      "Copy the data of a Redis into a running cluster: its RDB file, or what it sends to a replica.",
      "Of a Redis Cluster, import each master in turn."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  private static final long SHOW_MILLIS = 500;

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin AdminOptions server = new AdminOptions();
  @Mixin RespOptions resp = new RespOptions();

  @Parameters(
      paramLabel = "SOURCE",
      description = "FILE.rdb, or redis://[USER:PASSWORD@]HOST[:PORT].")
  String source = "";

  @Option(
      names = "--existing",
      paramLabel = "fail|skip|replace",
      defaultValue = "fail",
      description = "What becomes of keys that are there already (${DEFAULT-VALUE}).")
  ImportOptions.Existing existing = ImportOptions.Existing.FAIL;

  @Option(
      names = "--db",
      paramLabel = "N",
      split = ",",
      description = "Import these databases only; with commas (all).")
  Set<Integer> databases = Set.of();

  @Option(
      names = "--skip-modules",
      description = "Leave out keys that only a module can read, instead of ending there.")
  boolean skipModules;

  @Option(
      names = "--follow",
      description =
          "Of a running Redis: go on with what is written there, until Ctrl-C. A transaction's"
              + " commands arrive one by one.")
  boolean follow;

  @Override
  public Integer call() {
    resp.check(spec.commandLine());
    SourceAddress address = SourceAddress.parse(source);
    if (address == null && SourceAddress.isMeant(source)) {
      throw bad("a running Redis is redis://HOST:PORT, was '" + source + "'");
    }
    if (follow && (address == null || !databases.isEmpty())) {
      throw bad("--follow is for all of a running Redis, redis://HOST:PORT without --db");
    }
    return server.run(client -> copy(client, address));
  }

  private ParameterException bad(String reason) {
    return new ParameterException(spec.commandLine(), reason);
  }

  private int copy(AdminClient client, @Nullable SourceAddress address)
      throws AdminException, InterruptedException {
    ImportOptions options =
        new ImportOptions(resp.gateways(client), resp.password, existing, databases, skipModules);
    ImportProgress progress = new ImportProgress();
    StatusLine line = new StatusLine(System.err);
    long start = System.nanoTime();
    Thread watch = Thread.ofVirtual().unstarted(() -> watch(progress, line));
    if (!server.json) {
      watch.start();
    }
    try (SignalCleanup _ = SignalCleanup.of(() -> report(progress, line, start))) {
      Import copy = new Import(options, progress);
      if (address == null) {
        copy.file(Path.of(source));
      } else {
        copy.redis(address, follow);
      }
      watch.interrupt();
      return report(progress, line, start);
    } catch (ImportException e) {
      watch.interrupt();
      line.end();
      throw new AdminException(
          ExitStatus.FAILED,
          e.getMessage() + " (" + progress.keys() + " keys were imported so far)");
    }
  }

  // ---- what it tells

  private static void watch(ImportProgress progress, StatusLine line) {
    try {
      while (true) {
        Thread.sleep(SHOW_MILLIS);
        line.show(
            switch (progress.phase()) {
              case WAITING -> "waiting until the source has written its file";
              case CHECKING -> bar(progress) + " checking the file";
              case COPYING -> bar(progress) + copying(progress);
              case FOLLOWING ->
                  String.format(
                      Locale.ROOT,
                      "all %,d keys are copied; following: %,d commands",
                      progress.keys(),
                      progress.followed());
            });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String bar(ImportProgress progress) {
    return ProgressBar.of(progress.bytes(), progress.totalBytes());
  }

  private static String copying(ImportProgress progress) {
    double seconds = progress.phaseNanos() / (double) TimeUnit.SECONDS.toNanos(1);
    double bytesPerSecond = progress.bytes() / seconds;
    double left = (progress.totalBytes() - progress.bytes()) / Math.max(1, bytesPerSecond);
    return String.format(
        Locale.ROOT,
        " %,.1f of %,.1f MB, %,d keys, %,.0f keys/s, %.0f s left",
        progress.bytes() / 1e6,
        progress.totalBytes() / 1e6,
        progress.keys(),
        progress.keys() / seconds,
        left);
  }

  private int report(ImportProgress progress, StatusLine line, long startNanos) {
    if (!server.json) {
      line.end();
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    JsonObject numbers =
        new JsonObject()
            .put("keys", progress.keys())
            .put("skipped", progress.skipped())
            .put("expired", progress.expired())
            .put("moduleKeys", progress.moduleKeys())
            .put("libraries", progress.libraries())
            .put("followed", progress.followed())
            .put("bytes", progress.bytes())
            .put("millis", millis);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d keys and %d libraries of functions imported in %.1f s",
            progress.keys(),
            progress.libraries(),
            millis / 1e3));
    part(text, progress.skipped(), "were there already");
    part(text, progress.expired(), "had expired");
    part(text, progress.moduleKeys(), "are of modules and were left out");
    part(text, progress.followed(), "commands followed");
    return server.print(numbers, text.toString());
  }

  private static void part(StringBuilder text, long count, String what) {
    if (count > 0) {
      text.append(String.format(Locale.ROOT, "; %,d %s", count, what));
    }
  }
}
