package io.slotferry.server.command;

import io.slotferry.server.command.cluster.ClusterCommand;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(
    name = "slotferry",
    header = "A partitioned and replicated key-value system that speaks Redis' protocol and HTTP.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    subcommands = {
      UpCommand.class,
      NodeCommand.class,
      ClusterCommand.class,
      DemoCommand.class,
      ImportCommand.class,
      VerifyCommand.class,
      VersionCommand.class,
      RehearseCommand.class,
      CommandLine.HelpCommand.class
    })
public final class SlotferryCommand implements Runnable {
  private static final int USAGE_WIDTH = 100;

  @Spec CommandSpec spec = CommandSpec.create();

  /** Runs the command line to its end, which for a server is when it could not start. */
  public static int run(String... arguments) {
    CommandLine line =
        new CommandLine(new SlotferryCommand())
            .setUsageHelpWidth(USAGE_WIDTH)
            .setAbbreviatedOptionsAllowed(false)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler((e, _) -> refuse(e))
            .setExecutionExceptionHandler((e, _, _) -> {
              LoggerFactory.getLogger(SlotferryCommand.class).error("internal error", e);
              return fail("internal error: " + e);
            });
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do");
  }

  /** One line, however much picocli could say. */
  private static int refuse(ParameterException e) {
    String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("bad arguments");
    reason = Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    say(reason + " (see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help)");
    return ExitStatus.USAGE;
  }

  static int fail(String reason) {
    say(reason);
    return ExitStatus.FAILED;
  }

  static void say(String line) {
    System.err.println("slotferry: " + line);
  }
}
