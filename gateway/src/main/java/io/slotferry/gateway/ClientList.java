package io.slotferry.gateway;

import io.slotferry.gateway.pubsub.Space;
import io.slotferry.gateway.pubsub.Subscriptions;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import java.util.List;
import java.util.Locale;

/** CLIENT LIST and CLIENT INFO: a line a client, with Redis' fields. */
final class ClientList {
  private static final Subscriptions NONE = new Subscriptions();

  private ClientList() {}

  static boolean info(Session session, Request request, ReplyWriter reply) {
    reply.verbatim("txt", line(session, bytes(request)));
    return true;
  }

  static boolean list(Session session, Request request, ReplyWriter reply) {
    StringBuilder text = new StringBuilder();
    Clients clients = session.gateway.clients();
    if (request.count() == 4 && request.is(2, "TYPE")) {
      String type = request.text(3).toLowerCase(Locale.ROOT);
      if (!isType(type)) {
        reply.error("ERR Unknown client type '" + request.text(3) + "'");
        return true;
      }
      clients.forEach(client -> {
        if (client.type().equals(type)) {
          text.append(line(client, client.equals(session) ? bytes(request) : 0));
        }
      });
    } else if (request.count() > 3 && request.is(2, "ID")) {
      for (int i = 3; i < request.count(); i++) {
        if (!ConnectionCommands.isLong(request, i)) {
          reply.error("ERR Invalid client ID");
          return true;
        }
        RespConnection client = clients.get(ConnectionCommands.toLong(request, i));
        text.append(
            client == null ? "" : line(client, client.equals(session) ? bytes(request) : 0));
      }
    } else if (request.count() > 2) {
      reply.error("ERR syntax error");
      return true;
    } else {
      clients.forEach(
          client -> text.append(line(client, client.equals(session) ? bytes(request) : 0)));
    }
    reply.verbatim("txt", text.toString());
    return true;
  }

  static boolean isType(String type) {
    return List.of("normal", "master", "replica", "slave", "pubsub").contains(type);
  }

  /** As a line of CLIENT LIST, without its end. */
  static String describe(Session client) {
    return line(client, 0).stripTrailing();
  }

  private static String line(Session client, long queryBytes) {
    long now = System.currentTimeMillis();
    ClientMemory.Held held = client.memory();
    Subscriptions subscriptions = client.subscriptions == null ? NONE : client.subscriptions;
    return "id="
        + client.id
        + " addr="
        + client.remoteAddress()
        + " laddr="
        + client.localAddress()
        + " fd=-1 name="
        + client.name
        + " age="
        + (now - client.createdMillis) / 1000
        + " idle="
        + Math.max(0, now - client.lastActiveMillis) / 1000
        + " flags="
        + flags(client)
        + " db="
        + client.keyspace
        + " sub="
        + subscriptions.count(Space.CHANNEL)
        + " psub="
        + subscriptions.count(Space.PATTERN)
        + " ssub="
        + subscriptions.count(Space.SHARD_CHANNEL)
        + " multi="
        + (client.transaction == null ? -1 : client.transaction.size())
        + " qbuf="
        + (queryBytes == 0 ? held.query() : queryBytes)
        + " qbuf-free="
        + held.queryFree()
        + " argv-mem="
        + held.arguments()
        + " multi-mem="
        + held.transaction()
        + " rbs=0 rbp=0 obl=0 oll="
        + (held.output() == 0 ? 0 : 1)
        + " omem="
        + held.output()
        + " tot-mem="
        + held.total()
        + " events=r cmd="
        + client.lastCommand
        + " user="
        + client.user().name()
        + " redir="
        + TrackingCommands.redirect(client)
        + " resp="
        + client.respVersion
        + " lib-name="
        + client.libraryName
        + " lib-ver="
        + client.libraryVersion
        + '\n';
  }

  /** The size of a request on the wire. */
  private static int bytes(Request request) {
    int bytes = 3 + Decimal.length(request.count());
    for (int i = 0; i < request.count(); i++) {
      bytes += 5 + Decimal.length(request.length(i)) + request.length(i);
    }
    return bytes;
  }

  private static String flags(Session client) {
    StringBuilder flags = new StringBuilder();
    ClientTracking tracking = client.tracking;
    add(flags, 'O', client.gateway.monitors().contains(client));
    add(flags, 'P', client.isSubscribed());
    add(flags, 'x', client.transaction != null);
    add(flags, 'b', client.blocked != null);
    add(flags, 't', tracking != null);
    add(flags, 'R', tracking != null && tracking.brokenRedirect);
    add(flags, 'B', tracking != null && tracking.options.broadcast());
    add(flags, 'r', client.readOnly);
    add(flags, 'e', client.noEvict);
    add(flags, 'T', client.noTouch);
    return flags.isEmpty() ? "N" : flags.toString();
  }

  private static void add(StringBuilder flags, char flag, boolean set) {
    if (set) {
      flags.append(flag);
    }
  }
}
