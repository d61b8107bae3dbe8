package io.slotferry.gateway;

import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.KeyReferences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** COMMAND: the commands as clients read them. */
final class CommandCommands {
  private static final GatewayCommand SUBCOMMANDS =
      new Subcommands(Command.COMMAND)
          .add(
              "COUNT",
              "Return the total number of commands in this server.",
              2,
              CommandCommands::count)
          .add(
              "DOCS [<command-name> ...]",
              "Return documentation details about commands.",
              -2,
              CommandCommands::docs)
          .add(
              "GETKEYS <full-command>",
              "Return the keys from a full command.",
              -3,
              (session, request, reply) -> getKeys(request, reply, false))
          .add(
              "GETKEYSANDFLAGS <full-command>",
              "Return the keys and what the command does to them.",
              -3,
              (session, request, reply) -> getKeys(request, reply, true))
          .add(
              "INFO [<command-name> ...]",
              "Return details about multiple commands.",
              -2,
              CommandCommands::info)
          .add(
              "LIST [FILTERBY (MODULE <module>|ACLCAT <category>|PATTERN <pattern>)]",
              "Return a list of all commands in this server.",
              -2,
              CommandCommands::list);

  static final GatewayCommand TABLE =
      (session, request, reply) ->
          request.count() == 1 ? all(reply) : SUBCOMMANDS.execute(session, request, reply);

  private CommandCommands() {}

  private static List<CommandInfo> commands() {
    List<CommandInfo> commands = new ArrayList<>();
    for (CommandInfo info : CommandInfos.all()) {
      if (!info.isSubcommand()) {
        commands.add(info);
      }
    }
    return commands;
  }

  /** Those that the arguments name, null where there is none; all when they name none. */
  private static List<@Nullable CommandInfo> named(Request request) {
    List<@Nullable CommandInfo> named = new ArrayList<>();
    for (int i = 2; i < request.count(); i++) {
      named.add(CommandInfos.find(request.text(i)));
    }
    if (request.count() == 2) {
      named.addAll(commands());
    }
    return named;
  }

  private static boolean all(ReplyWriter reply) {
    List<CommandInfo> commands = commands();
    reply.array(commands.size());
    commands.forEach(command -> CommandReply.write(command, reply));
    return true;
  }

  private static boolean count(Session session, Request request, ReplyWriter reply) {
    reply.integer(commands().size());
    return true;
  }

  private static boolean info(Session session, Request request, ReplyWriter reply) {
    List<@Nullable CommandInfo> named = named(request);
    reply.array(named.size());
    for (CommandInfo command : named) {
      if (command == null) {
        reply.nullBulk();
      } else {
        CommandReply.write(command, reply);
      }
    }
    return true;
  }

  private static boolean docs(Session session, Request request, ReplyWriter reply) {
    List<CommandInfo> documented = new ArrayList<>();
    for (CommandInfo command : named(request)) {
      if (command != null) {
        documented.add(command);
      }
    }
    CommandReply.writeDocs(documented, reply);
    return true;
  }

  private static boolean list(Session session, Request request, ReplyWriter reply) {
    Predicate<CommandInfo> filter = filter(request);
    if (filter == null) {
      reply.error("ERR syntax error");
      return true;
    }
    List<String> names = new ArrayList<>();
    for (CommandInfo command : CommandInfos.all()) {
      if (filter.test(command)) {
        names.add(command.name());
      }
    }
    reply.array(names.size());
    names.forEach(reply::bulk);
    return true;
  }

  private static @Nullable Predicate<CommandInfo> filter(Request request) {
    if (request.count() == 2) {
      return command -> true;
    }
    if (request.count() != 5 || !request.is(2, "FILTERBY")) {
      return null;
    }
    String value = request.text(4).toLowerCase(Locale.ROOT);
    return switch (request.text(3).toUpperCase(Locale.ROOT)) {
      case "PATTERN" -> command -> GlobPattern.ofText(value).matchesText(command.name());
      case "ACLCAT" -> command -> command.categories().contains(value);
      case "MODULE" -> command -> false;
      default -> null;
    };
  }

  // ---- keys

  private static boolean getKeys(Request request, ReplyWriter reply, boolean withFlags) {
    byte[][] arguments = new byte[request.count() - 2][];
    Arrays.setAll(arguments, i -> request.copy(i + 2));
    Request inner = Request.of(arguments);
    Command command = CommandTable.lookup(request.buffer(), request.start(2), request.length(2));
    CommandInfo called = command == null ? null : CommandInfos.called(command, inner);
    KeyReferences keys = called == null ? null : KeyReferences.of(called, inner);
    if (called == null || keys == null) {
      reply.error("ERR Invalid command specified");
    } else if (called.keys().isEmpty()) {
      reply.error("ERR The command has no key arguments");
    } else if (!called.accepts(inner.count())) {
      reply.error("ERR Invalid number of arguments specified for command");
    } else if (keys.count() == 0 && !called.has("no_mandatory_keys")) {
      reply.error("ERR Invalid arguments specified for command");
    } else {
      reply.array(keys.count());
      for (int i = 0; i < keys.count(); i++) {
        write(keys, i, arguments, reply, withFlags);
      }
    }
    return true;
  }

  private static void write(
      KeyReferences keys, int index, byte[][] arguments, ReplyWriter reply, boolean withFlags) {
    if (withFlags) {
      reply.array(2);
    }
    reply.bulk(arguments[keys.argument(index)]);
    if (withFlags) {
      CommandReply.writeWords(keys.flags(index), reply);
    }
  }
}
