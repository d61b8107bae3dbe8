package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The subcommands of a container command such as CLIENT, with Redis' errors and its HELP. */
final class Subcommands implements GatewayCommand {
  private record Row(int arity, String fullName, GatewayCommand command) {}

  private final Command container;
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final List<String> help = new ArrayList<>();

  Subcommands(Command container) {
    this.container = container;
    String name = container.name();
    help.add(name + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    put("HELP", 2, this::help);
  }

  /**
   * Adds a subcommand.
   *
   * @param arity Redis' convention, container and subcommand counted
   * @param usage the line of HELP that shows its arguments
   * @param explanation the line below
   */
  Subcommands add(String usage, String explanation, int arity, GatewayCommand command) {
    int blank = usage.indexOf(' ');
    put(blank < 0 ? usage : usage.substring(0, blank), arity, command);
    help.add(usage);
    help.add("    " + explanation);
    return this;
  }

  private void put(String name, int arity, GatewayCommand command) {
    String fullName = container.lowerName() + '|' + name.toLowerCase(Locale.ROOT);
    rows.put(name, new Row(arity, fullName, command));
  }

  @Override
  public boolean execute(Session session, Request request, ReplyWriter reply) {
    String name = request.text(1);
    Row row = rows.get(name.toUpperCase(Locale.ROOT));
    int count = request.count();
    if (row == null) {
      reply.error("ERR unknown subcommand '" + name + "'. Try " + container.name() + " HELP.");
      return true;
    }
    if (row.arity >= 0 ? count != row.arity : count < -row.arity) {
      reply.error(CommandGate.wrongArity(row.fullName));
      return true;
    }
    session.lastCommand = row.fullName;
    return row.command.execute(session, request, reply);
  }

  /** What Redis says of options that a subcommand does not have. */
  static String tooMany(Request request) {
    return "ERR unknown subcommand or wrong number of arguments for '"
        + request.text(1)
        + "'. Try "
        + request.text(0).toUpperCase(Locale.ROOT)
        + " HELP.";
  }

  private boolean help(Session session, Request request, ReplyWriter reply) {
    reply.array(help.size() + 2);
    for (String line : help) {
      reply.simple(line);
    }
    reply.simple("HELP");
    reply.simple("    Print this help.");
    return true;
  }
}
