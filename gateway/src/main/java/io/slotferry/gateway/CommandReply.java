package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.KeySpec;
import io.slotferry.protocol.command.KeySpec.Begin;
import io.slotferry.protocol.command.KeySpec.Find;
import java.util.List;

/** A command as COMMAND INFO and COMMAND DOCS describe it. */
final class CommandReply {
  private CommandReply() {}

  /** Redis 7's ten fields. */
  static void write(CommandInfo command, ReplyWriter reply) {
    reply.array(10);
    reply.bulk(command.name());
    reply.integer(command.arity());
    writeWords(command.flags(), reply);
    reply.integer(command.firstKey());
    reply.integer(command.lastKey());
    reply.integer(command.keyStep());
    writeWords(command.categories().stream().map(category -> '@' + category).toList(), reply);
    reply.set(command.tips().size());
    command.tips().forEach(reply::bulk);
    reply.set(command.keys().size());
    command.keys().forEach(spec -> write(spec, reply));
    if (command.subcommands().isEmpty()) {
      reply.set(0); // As in Redis, which has an array of those that there are.
    } else {
      reply.array(command.subcommands().size());
    }
    command.subcommands().forEach(each -> write(each, reply));
  }

  static void writeWords(List<String> words, ReplyWriter reply) {
    reply.set(words.size());
    words.forEach(reply::simple);
  }

  private static void write(KeySpec spec, ReplyWriter reply) {
    reply.map(3);
    reply.bulk("flags");
    writeWords(spec.flags(), reply);
    reply.bulk("begin_search");
    switch (spec.begin()) {
      case Begin.Index(int argument) -> {
        type("index", 1, reply);
        number("index", argument, reply);
      }
      case Begin.Keyword(String word, int from) -> {
        type("keyword", 2, reply);
        reply.bulk("keyword");
        reply.bulk(word);
        number("startfrom", from, reply);
      }
      case Begin.Unknown _ -> type("unknown", 0, reply);
    }
    reply.bulk("find_keys");
    switch (spec.find()) {
      case Find.Range(int last, int step, int limit) -> {
        type("range", 3, reply);
        number("lastkey", last, reply);
        number("keystep", step, reply);
        number("limit", limit, reply);
      }
      case Find.KeyNumber(int index, int first, int step) -> {
        type("keynum", 3, reply);
        number("keynumidx", index, reply);
        number("firstkey", first, reply);
        number("keystep", step, reply);
      }
      case Find.Unknown _ -> type("unknown", 0, reply);
    }
  }

  private static void type(String type, int fields, ReplyWriter reply) {
    reply.map(2);
    reply.bulk("type");
    reply.bulk(type);
    reply.bulk("spec");
    reply.map(fields);
  }

  private static void number(String name, int value, ReplyWriter reply) {
    reply.bulk(name);
    reply.integer(value);
  }

  /** Names and what they document. */
  static void writeDocs(List<CommandInfo> commands, ReplyWriter reply) {
    reply.map(commands.size());
    for (CommandInfo command : commands) {
      boolean isContainer = !command.subcommands().isEmpty();
      reply.bulk(command.name());
      reply.map(isContainer ? 5 : 4);
      text("summary", command.summary(), reply);
      text("since", command.since(), reply);
      text("group", command.group(), reply);
      text("complexity", command.complexity(), reply);
      if (isContainer) {
        reply.bulk("subcommands");
        writeDocs(command.subcommands(), reply);
      }
    }
  }

  private static void text(String name, String text, ReplyWriter reply) {
    reply.bulk(name);
    reply.bulk(text);
  }
}
