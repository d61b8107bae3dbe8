package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import java.util.Locale;
import java.util.Map;

/** The subcommands of a command: their arities (Redis' convention), its help, their errors. */
final class Subcommands {
  private final Map<String, Integer> arities;
  private final String[] help;

  /** {@code arities} are by upper-case name, without HELP; {@code help} tells of all but HELP. */
  Subcommands(Map<String, Integer> arities, String... help) {
    this.arities = arities;
    this.help = help;
  }

  /** The name of the subcommand, upper-case; latches an unknown one and wrong numbers. */
  String name(CommandContext context) {
    String name = context.request().text(1).toUpperCase(Locale.ROOT);
    Integer arity = name.equals("HELP") ? Integer.valueOf(2) : arities.get(name);
    if (arity == null) {
      context.fail(
          "ERR unknown subcommand '"
              + context.request().text(1)
              + "'. Try "
              + command(context)
              + " HELP.");
    } else if (arity >= 0 ? context.count() != arity : context.count() < -arity) {
      context.fail(
          "ERR wrong number of arguments for '"
              + context.call().command.lowerName()
              + '|'
              + name.toLowerCase(Locale.ROOT)
              + "' command");
    }
    return name;
  }

  private static String command(CommandContext context) {
    return context.call().command.lowerName().toUpperCase(Locale.ROOT);
  }

  /** Latches what Redis says of options that a subcommand does not have. */
  static void syntaxError(CommandContext context) {
    context.fail(
        "ERR unknown subcommand or wrong number of arguments for '"
            + context.request().text(1)
            + "'. Try "
            + command(context)
            + " HELP.");
  }

  void writeHelp(CommandContext context) {
    context.reply().array(help.length + 3);
    context
        .reply()
        .simple(command(context) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (String line : help) {
      context.reply().simple(line);
    }
    context.reply().simple("HELP");
    context.reply().simple("    Print this help.");
  }
}
