package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** INFO, ROLE, TIME and LOLWUT: what the server tells of itself. */
final class ServerCommands {
  /** The sections of INFO that the shards' leaders are asked for. */
  private static final Set<String> OF_SHARDS =
      Set.of("clients", "replication", "memory", "persistence", "stats", "keyspace");

  private ServerCommands() {}

  static void bind(Map<Command, GatewayCommand> commands) {
    commands.put(Command.TIME, ServerCommands::time);
    commands.put(Command.LOLWUT, ServerCommands::lolwut);
    commands.put(Command.ROLE, ServerCommands::role);
    commands.put(Command.MONITOR, ServerCommands::monitor);
    commands.put(Command.INFO, ServerCommands::info);
    commands.put(Command.SHUTDOWN, ServerCommands::shutdown);
    commands.put(
        Command.MODULE,
        new Subcommands(Command.MODULE)
            .add(
                "LIST",
                "Return a list of loaded modules: there are none.",
                2,
                ServerCommands::modules));
  }

  private static boolean shutdown(Session session, Request request, ReplyWriter reply) {
    reply.error("ERR SHUTDOWN is not for clients: a node ends when its process gets SIGTERM");
    return true;
  }

  private static boolean modules(Session session, Request request, ReplyWriter reply) {
    reply.emptyArray();
    return true;
  }

  private static boolean time(Session session, Request request, ReplyWriter reply) {
    Instant now = Instant.now();
    reply.array(2);
    reply.bulkLong(now.getEpochSecond());
    reply.bulkLong(now.getNano() / 1000);
    return true;
  }

  private static boolean lolwut(Session session, Request request, ReplyWriter reply) {
    String text =
        """
              |\\
              | \\      s l o t f e r r y
              |__\\     partitions carried across, nobody gets wet
         \\____|_____/
        ~~~~~~~~~~~~~~~~~~
        Redis ver.\
        """
            + ' '
            + ConnectionCommands.REDIS_VERSION
            + '\n';
    reply.verbatim("txt", text);
    return true;
  }

  private static boolean monitor(Session session, Request request, ReplyWriter reply) {
    RespConnection connection = session.connection();
    if (connection == null) {
      reply.error("ERR MONITOR isn't allowed for DENY BLOCKING client");
    } else {
      session.gateway.monitors().add(connection);
      reply.ok();
    }
    return true;
  }

  /** As a Redis master of all shards: the sum of the offsets, and every replica. */
  private static boolean role(Session session, Request request, ReplyWriter reply) {
    ReplyTarget target = session.later();
    int respVersion = session.respVersion;
    session
        .gateway
        .status()
        .leaders()
        .otherwise(List.of())
        .onSuccess(leaders ->
            session.loop.execute(() -> {
              ReplyWriter late = new ReplyWriter(256);
              late.useProtocol(respVersion);
              writeRole(leaders, late);
              target.replied(late.bytes(), 0, late.size());
            }));
    return false;
  }

  private static void writeRole(List<ShardStatus.Leader> leaders, ReplyWriter reply) {
    reply.array(3);
    reply.bulk("master");
    reply.integer(leaders.stream().mapToLong(ShardStatus.Leader::offset).sum());
    List<ShardStatus.Replica> replicas = new ArrayList<>();
    leaders.forEach(leader -> replicas.addAll(leader.replicas()));
    reply.array(replicas.size());
    for (ShardStatus.Replica replica : replicas) {
      reply.array(3);
      reply.bulk(replica.host());
      reply.bulkLong(replica.port());
      reply.bulkLong(replica.offset());
    }
  }

  // ---- INFO

  private static boolean info(Session session, Request request, ReplyWriter reply) {
    Set<String> sections = new LinkedHashSet<>();
    for (int i = 1; i < request.count(); i++) {
      String name = request.text(i).toLowerCase(Locale.ROOT);
      switch (name) {
        case "all", "everything" -> sections.addAll(InfoText.SECTIONS);
        case "default" -> sections.addAll(InfoText.DEFAULT_SECTIONS);
        default -> sections.add(name);
      }
    }
    if (sections.isEmpty()) {
      sections.addAll(InfoText.DEFAULT_SECTIONS);
    }
    ReplyTarget target = session.later();
    int respVersion = session.respVersion;
    Future<List<ShardStatus.Leader>> leaders =
        sections.stream().anyMatch(OF_SHARDS::contains)
            ? session.gateway.status().leaders().otherwise(List.of())
            : Future.succeededFuture(List.of());
    leaders.onSuccess(known ->
        session.loop.execute(() -> {
          InfoText text = new InfoText(session.loop, known);
          ReplyWriter late = new ReplyWriter();
          late.useProtocol(respVersion);
          late.verbatim("txt", text.of(sections));
          target.replied(late.bytes(), 0, late.size());
        }));
    return false;
  }
}
