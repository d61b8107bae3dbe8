package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.LinkedHashMap;
import java.util.Map;

/** CONFIG: reads and sets {@link Settings}. */
final class ConfigCommands {
  static final GatewayCommand TABLE =
      new Subcommands(Command.CONFIG)
          .add(
              "GET <pattern>",
              "Return parameters matching the glob-like <pattern> and their" + " values.",
              -3,
              ConfigCommands::get)
          .add(
              "SET <directive> <value>",
              "Set the configuration <directive> to <value>.",
              -4,
              ConfigCommands::set)
          .add(
              "RESETSTAT",
              "Reset statistics reported by the INFO command.",
              2,
              ConfigCommands::resetStat)
          .add("REWRITE", "Rewrite the configuration file.", 2, ConfigCommands::rewrite);

  private ConfigCommands() {}

  private static boolean get(Session session, Request request, ReplyWriter reply) {
    Map<String, String> found = new LinkedHashMap<>();
    session
        .gateway
        .settings()
        .forEach((name, value) -> {
          for (int i = 2; i < request.count(); i++) {
            if (GlobPattern.matches(request.text(i), name)) {
              found.put(name, value);
            }
          }
        });
    reply.map(found.size());
    found.forEach((name, value) -> {
      reply.bulk(name);
      reply.bulk(value);
    });
    return true;
  }

  /** All or nothing, as in Redis 7. */
  private static boolean set(Session session, Request request, ReplyWriter reply) {
    if (request.count() % 2 != 0) {
      reply.error(CommandGate.wrongArity("config|set"));
      return true;
    }
    for (int i = 2; i < request.count(); i += 2) {
      String name = request.text(i);
      if (!Settings.isKnown(name)) {
        reply.error("ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'");
        return true;
      }
      String refusal = Settings.refusal(name, request.text(i + 1));
      if (refusal != null) {
        reply.error(
            "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + refusal);
        return true;
      }
    }
    for (int i = 2; i < request.count(); i += 2) {
      session.gateway.settings().set(request.text(i), request.text(i + 1));
    }
    reply.ok();
    return true;
  }

  private static boolean resetStat(Session session, Request request, ReplyWriter reply) {
    session.gateway.counters().reset();
    reply.ok();
    return true;
  }

  private static boolean rewrite(Session session, Request request, ReplyWriter reply) {
    reply.error("ERR The server is running without a config file");
    return true;
  }
}
