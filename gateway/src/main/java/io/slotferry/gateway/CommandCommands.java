package io.slotferry.gateway;

import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.KeyPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** COMMAND: the command table as clients read it. */
final class CommandCommands {
  private static final Command[] COMMANDS = Command.ofClients().toArray(Command[]::new);

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
              CommandCommands::getKeys)
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

  private static @Nullable Command lookup(Request request, int argument) {
    return CommandTable.lookup(request.buffer(), request.start(argument), request.length(argument));
  }

  private static boolean all(ReplyWriter reply) {
    reply.array(COMMANDS.length);
    for (Command command : COMMANDS) {
      write(command, reply);
    }
    return true;
  }

  private static boolean count(Session session, Request request, ReplyWriter reply) {
    reply.integer(COMMANDS.length);
    return true;
  }

  private static boolean info(Session session, Request request, ReplyWriter reply) {
    if (request.count() == 2) {
      return all(reply);
    }
    reply.array(request.count() - 2);
    for (int i = 2; i < request.count(); i++) {
      Command command = lookup(request, i);
      if (command == null) {
        reply.nullArray();
      } else {
        write(command, reply);
      }
    }
    return true;
  }

  /** Redis 7's ten fields; tips, key specifications and subcommands are left empty. */
  private static void write(Command command, ReplyWriter reply) {
    reply.array(10);
    reply.bulk(command.lowerName());
    reply.integer(command.arity());
    writeSet(reply, CommandFlags.names(command.flags()));
    reply.integer(command.firstKey());
    reply.integer(command.lastKey());
    reply.integer(command.keyStep());
    writeSet(reply, categories(command).toArray(String[]::new));
    reply.emptyArray();
    reply.emptyArray();
    reply.emptyArray();
  }

  private static void writeSet(ReplyWriter reply, String[] words) {
    reply.set(words.length);
    for (String word : words) {
      reply.simple(word);
    }
  }

  private static List<String> categories(Command command) {
    List<String> categories = new ArrayList<>();
    if (command.isWrite()) {
      categories.add("@write");
    }
    if (command.is(CommandFlags.READONLY)) {
      categories.add("@read");
    }
    if (command.is(CommandFlags.ADMIN)) {
      categories.add("@admin");
      categories.add("@dangerous");
    }
    categories.add(command.is(CommandFlags.FAST) ? "@fast" : "@slow");
    return categories;
  }

  private static boolean docs(Session session, Request request, ReplyWriter reply) {
    List<Command> wanted = new ArrayList<>();
    for (int i = 2; i < request.count(); i++) {
      Command command = lookup(request, i);
      if (command != null) {
        wanted.add(command);
      }
    }
    List<Command> documented = request.count() == 2 ? List.of(COMMANDS) : wanted;
    reply.map(documented.size());
    for (Command command : documented) {
      reply.bulk(command.lowerName());
      reply.map(1);
      reply.bulk("summary");
      reply.bulk(summary(command));
    }
    return true;
  }

  private static String summary(Command command) {
    return command == Command.KEYRANGE
        ? "Returns the keys of a range keyspace in order."
        : "As " + command.lowerName().toUpperCase(Locale.ROOT) + " of Redis.";
  }

  private static boolean list(Session session, Request request, ReplyWriter reply) {
    Predicate<Command> filter = command -> true;
    if (request.count() == 5 && request.is(2, "FILTERBY") && request.is(3, "PATTERN")) {
      String glob = request.text(4);
      filter = command -> GlobPattern.matchesName(glob, command.lowerName());
    } else if (request.count() == 5 && request.is(2, "FILTERBY") && request.is(3, "ACLCAT")) {
      String category = '@' + request.text(4).toLowerCase(Locale.ROOT);
      filter = command -> categories(command).contains(category);
    } else if (request.count() == 5 && request.is(2, "FILTERBY") && request.is(3, "MODULE")) {
      filter = command -> false;
    } else if (request.count() > 2) {
      reply.error("ERR syntax error");
      return true;
    }
    List<String> names = new ArrayList<>();
    for (Command command : COMMANDS) {
      if (filter.test(command)) {
        names.add(command.lowerName());
      }
    }
    reply.array(names.size());
    names.forEach(reply::bulk);
    return true;
  }

  private static boolean getKeys(Session session, Request request, ReplyWriter reply) {
    Command command = lookup(request, 2);
    byte[][] arguments = new byte[request.count() - 2][];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = request.copy(i + 2);
    }
    Request inner = Request.of(arguments);
    if (command == null) {
      reply.error("ERR Invalid command specified");
    } else if (!command.accepts(inner.count())) {
      reply.error("ERR Invalid number of arguments specified for command");
    } else if (KeyPositions.count(command, inner) == 0) {
      reply.error("ERR The command has no key arguments");
    } else {
      int keys = KeyPositions.count(command, inner);
      reply.array(keys);
      for (int i = 0; i < keys; i++) {
        reply.bulk(arguments[KeyPositions.position(command, inner, i)]);
      }
    }
    return true;
  }
}
