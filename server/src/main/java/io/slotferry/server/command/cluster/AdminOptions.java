package io.slotferry.server.command.cluster;

import io.slotferry.server.command.ExitStatus;
import io.slotferry.server.command.StatusLine;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The options that all admin commands have, and the way they all end. */
public final class AdminOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8080",
      description = "A gateway's HTTP server (${DEFAULT-VALUE}).")
  String url = "";

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:SLOTFERRY_HTTP_TOKEN:-}",
      description = "The server's http.token, if it has one ($SLOTFERRY_HTTP_TOKEN).")
  String token = "";

  @Option(names = "--json", description = "Print JSON, for scripts.")
  public boolean json;

  /** What a command does with the server. */
  public interface Action {
    /** Gives the exit status. */
    int run(AdminClient client) throws AdminException, InterruptedException;
  }

  public int run(Action action) {
    try {
      return action.run(new AdminClient(url, token));
    } catch (AdminException e) {
      System.err.println("slotferry: " + e.getMessage());
      return e.exitStatus();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitStatus.FAILED;
    }
  }

  /** Prints the answer to a command that is done at once. */
  public int print(JsonObject answer, String text) {
    System.out.println(json ? answer.encodePrettily() : text.stripTrailing());
    return ExitStatus.DONE;
  }

  /** Something to print, as the server has it. */
  interface Document {
    JsonObject get() throws AdminException, InterruptedException;
  }

  /** Prints something for people or scripts again at every change of the map, until Ctrl-C. */
  int watch(AdminClient client, Document document, Function<JsonObject, String> text)
      throws AdminException, InterruptedException {
    client.follow(() -> {
      JsonObject now = document.get();
      if (json) {
        System.out.println(now.encode());
      } else {
        // On a terminal in the place of what was there before.
        System.out.println(
            (StatusLine.isTerminal() ? "\u001b[H\u001b[2J" : "") + text.apply(now).stripTrailing());
      }
      System.out.flush();
    });
    return ExitStatus.DONE;
  }

  /**
   * Follows the operation that a command began.
   *
   * @param begun the answer that names it
   */
  int follow(AdminClient client, JsonObject begun, boolean noWait)
      throws AdminException, InterruptedException {
    Long operation = begun.getLong("operation");
    if (operation == null) {
      return print(begun, "done");
    }
    if (noWait) {
      return print(begun, "operation " + operation + " has begun");
    }
    JsonObject ended = new OperationWatch(client, System.out).follow(operation, json);
    if (json) {
      System.out.println(ended.encodePrettily());
    }
    return OperationWatch.exitStatus(ended);
  }
}
