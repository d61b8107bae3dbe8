package io.slotferry.server.command.cluster;

import io.slotferry.server.command.ExitStatus;
import io.slotferry.server.command.ProgressBar;
import io.slotferry.server.command.StatusLine;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Follows an operation of the cluster to its end: on a terminal with a bar that fills, else with a
 * line for each step.
 */
final class OperationWatch {
  private static final long POLL_MILLIS = 500;
  private static final int STEPS = 10;
  private static final double BYTES_PER_MEGABYTE = 1e6;

  private final AdminClient client;
  private final PrintStream out;
  private final boolean terminal;
  private String shown = "";

  // From where on the speed is known.
  private long firstNanos;
  private int firstDone = -1;

  OperationWatch(AdminClient client, PrintStream out) {
    this.client = client;
    this.out = out;
    this.terminal = StatusLine.isTerminal();
  }

  /**
   * @param quiet shows nothing: the caller prints the operation that is returned
   * @return the operation after its end
   */
  JsonObject follow(long operation, boolean quiet) throws AdminException, InterruptedException {
    while (true) {
      JsonObject state = client.get("/v1/cluster/operations/" + operation);
      if (!quiet) {
        show(state);
      }
      if (hasEnded(state)) {
        if (!quiet && terminal) {
          out.println();
        }
        return state;
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  static int exitStatus(JsonObject operation) {
    return state(operation).equals("DONE") ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private static boolean hasEnded(JsonObject operation) {
    return switch (state(operation)) {
      case "DONE", "CANCELLED", "FAILED" -> true;
      default -> false;
    };
  }

  private void show(JsonObject operation) {
    int total = operation.getInteger("total", 0);
    int done = operation.getInteger("done", 0);
    String line = line(operation, total, done);
    if (terminal) {
      // Back to the start of the line, and what is right of the new text erased.
      out.print("\r" + ProgressBar.of(done, total) + " " + line + "\u001b[K");
      out.flush();
      return;
    }
    // A line for each change of state, and for each tenth of the way.
    int step = total == 0 ? 0 : done * STEPS / total;
    String key = state(operation) + operation.getString("detail", "") + step;
    if (!key.equals(shown)) {
      shown = key;
      out.println(line);
    }
  }

  private String line(JsonObject operation, int total, int done) {
    String name =
        operation.getString("kind", "operation").toLowerCase(Locale.ROOT).replace('_', '-');
    String state = state(operation).toLowerCase(Locale.ROOT).replace('_', ' ');
    String progress = total == 0 ? "" : ", " + done + " of " + total + " partitions";
    String detail = operation.getString("detail", "");
    return name
        + ": "
        + state
        + progress
        + moved(operation)
        + left(total, done)
        + (detail.isEmpty() ? "" : " (" + detail + ")");
  }

  /** What the giving shards have sent, and what commands feel of it. */
  private static String moved(JsonObject operation) {
    long bytes = operation.getLong("bytes", 0L);
    long longest = operation.getLong("heldMillisMax", 0L);
    long now = operation.getLong("heldMillis", 0L);
    return (bytes == 0
            ? ""
            : ", " + String.format(Locale.ROOT, "%,.1f MB", bytes / BYTES_PER_MEGABYTE))
        + (longest == 0 ? "" : ", longest pause " + longest + " ms")
        + (now == 0 ? "" : ", paused for " + now + " ms");
  }

  /** How long it will take at the speed so far. */
  private String left(int total, int done) {
    long now = System.nanoTime();
    if (firstDone < 0 && total > 0) {
      firstDone = done;
      firstNanos = now;
    }
    int moved = done - firstDone;
    if (moved <= 0 || done == total) {
      return "";
    }
    long nanos = (now - firstNanos) / moved * (total - done);
    return ", " + Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos)) + " s left";
  }

  private static String state(JsonObject operation) {
    return operation.getString("state", "");
  }
}
