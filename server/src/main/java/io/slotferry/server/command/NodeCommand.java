package io.slotferry.server.command;

import io.slotferry.server.Lifetime;
import io.slotferry.server.config.Settings;
import io.slotferry.server.node.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code slotferry node}. */
@Command(
    name = "node",
    description = "Start one node of a deployment.",
    mixinStandardHelpOptions = true)
final class NodeCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "Settings (YAML); SLOTFERRY_... variables win over them.")
  Path config = Path.of("");

  /** Set by {@code up --processes}, so that no node outlives it. */
  @Option(names = "--parent", paramLabel = "PID", hidden = true)
  @Nullable Long parent;

  @Override
  public Integer call() {
    Settings settings = ServerOptions.read(config, List.of());
    if (settings == null) {
      return ExitStatus.USAGE;
    }
    if (settings.node().id().isEmpty() || settings.node().roles().isEmpty()) {
      SlotferryCommand.say(config + ": a node needs node.id and node.roles");
      return ExitStatus.USAGE;
    }
    if (parent != null) {
      Optional<ProcessHandle> handle = ProcessHandle.of(parent);
      if (handle.isEmpty()) {
        return SlotferryCommand.fail("process " + parent + ", which started this node, is gone");
      }
      var _ = handle.get().onExit().thenRun(() -> System.exit(ExitStatus.DONE));
    }
    return Lifetime.run(new NodeProcess(settings));
  }
}
