package io.slotferry.gateway;

import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Setting;
import io.slotferry.topology.SettingTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CONFIG: reads and sets {@link Settings}. Those of the cluster are set by a change of the cluster
 * map; the answer comes when this gateway, and each shard copy in its process, has the new map.
 */
final class ConfigCommands {
  /** Shown only to who asks for them by their whole name. */
  private static final Set<String> HIDDEN = Set.of("key-load-delay", "rdb-key-save-delay");

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
            String pattern = request.text(i);
            if (HIDDEN.contains(name)
                ? pattern.equals(name)
                : GlobPattern.matchesName(pattern, name)) {
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
    String refusal = refusal(session.gateway.settings(), request);
    if (refusal != null) {
      reply.error(refusal);
      return true;
    }
    Map<String, String> ofCluster = new HashMap<>();
    for (int i = 2; i < request.count(); i += 2) {
      Setting setting = SettingTable.find(request.text(i));
      if (setting != null && setting.scope() == Setting.Scope.CLUSTER) {
        ofCluster.put(setting.name(), request.text(i + 1));
      } else if (setting != null) {
        session.gateway.settings().set(setting, request.text(i + 1));
      }
    }
    if (ofCluster.isEmpty()) {
      reply.ok();
      return true;
    }
    List<MapChange> changes = new ArrayList<>();
    changes.add(new MapChange.ChangeSettings(ofCluster));
    String password = ofCluster.get("requirepass");
    if (password != null) {
      changes.add(
          new MapChange.ChangeUsers(List.of(session.gateway.access().requirePassword(password))));
    }
    return MapCommand.propose(
        session,
        changes,
        (answer, late) -> {
          if (answer.refusal() == null) {
            late.ok();
          } else {
            late.error("ERR CONFIG SET failed - " + answer.refusal());
          }
        });
  }

  private static @Nullable String refusal(Settings settings, Request request) {
    if (request.count() % 2 != 0) {
      return "ERR syntax error";
    }
    Set<Setting> named = new HashSet<>();
    for (int i = 2; i < request.count(); i += 2) {
      String name = request.text(i);
      Setting setting = SettingTable.find(name);
      if (setting == null) {
        return "ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'";
      }
      String refusal =
          named.add(setting)
              ? refusal(settings, setting, request.text(i + 1))
              : "duplicate parameter";
      if (refusal != null) {
        return "ERR CONFIG SET failed (possibly related to argument '"
            + setting.name()
            + "') - "
            + refusal;
      }
    }
    return null;
  }

  /** What is fixed may be set to what it is. */
  private static @Nullable String refusal(Settings settings, Setting setting, String value) {
    if (setting.scope() != Setting.Scope.FIXED) {
      return setting.refusal(value);
    }
    if (value.equals(settings.text(setting))) {
      return null;
    }
    return switch (setting.name()) {
      case "port" -> "Unable to listen on this port. Check server logs.";
      case "bind" -> "Failed to bind to specified addresses.";
      default -> "can't set immutable config";
    };
  }

  private static boolean resetStat(Session session, Request request, ReplyWriter reply) {
    session.gateway.resetStatistics();
    ReplyTarget target = session.later();
    session
        .gateway
        .status()
        .startCountsOver()
        .onComplete(done ->
            session.loop.execute(() -> {
              ReplyWriter late = new ReplyWriter();
              late.ok();
              target.replied(late.bytes(), 0, late.size());
            }));
    return false;
  }

  /** What is set for the cluster is durable in the map already, and there is no other file. */
  private static boolean rewrite(Session session, Request request, ReplyWriter reply) {
    reply.ok();
    return true;
  }
}
