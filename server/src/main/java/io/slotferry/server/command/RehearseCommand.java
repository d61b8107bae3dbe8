package io.slotferry.server.command;

import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.SettingsReader;
import io.slotferry.server.config.SettingsReader.Option;
import io.slotferry.server.config.SettingsReader.Result;
import io.slotferry.server.node.NodeProcess;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code slotferry rehearse}: starts a node with all the roles, and ends. The launcher has Java
 * record what that needs, which halves the work of every later start.
 */
@Command(name = "rehearse", hidden = true, mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
  private static final List<Option> SETTINGS =
      List.of(
          setting("node.id", "rehearsal"),
          setting("node.roles", "rebalancer,shard,gateway"),
          setting("data.ephemeral", "true"),
          setting("resp.port", "0"),
          setting("http.port", "0"),
          setting("cluster.name", "rehearsal"),
          setting("cluster.shards", "1"),
          setting("cluster.replicas", "0"),
          setting("cluster.port", "0"),
          setting("cluster.eventBusPort", "0"));

  private static Option setting(String path, String text) {
    return new Option(path, path, text);
  }

  @Override
  public Integer call() throws InterruptedException {
    // Whatever the variables say is for the real start.
    if (!(SettingsReader.read(null, Map.of(), SETTINGS) instanceof Result.Valid(var settings))) {
      throw new IllegalStateException("the rehearsal's settings are wrong");
    }
    NodeProcess node = new NodeProcess(settings);
    try {
      node.start();
      return ExitStatus.DONE;
    } catch (StartRefusedException e) {
      return SlotferryCommand.fail(String.valueOf(e.getMessage()));
    } finally {
      node.stop();
    }
  }
}
