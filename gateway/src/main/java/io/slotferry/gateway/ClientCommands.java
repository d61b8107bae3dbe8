package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.Durability;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CLIENT: what a connection says of itself, and what it may do to others. */
final class ClientCommands {
  static final String BAD_NAME =
      "ERR Client names cannot contain spaces, newlines or special characters.";

  private static final long PAUSE_MILLIS_MAX = Integer.MAX_VALUE;
  private static final String NO_SUCH_CLIENT = "ERR No such client";
  private static final String SYNTAX_ERROR = "ERR syntax error";

  static final GatewayCommand TABLE =
      new Subcommands(Command.CLIENT)
          .add(
              "CACHING (YES|NO)",
              "Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.",
              3,
              TrackingCommands::caching)
          .add(
              "DURABILITY (ASYNC|SYNC|DEFAULT)",
              "When this client's writes are answered.",
              3,
              ClientCommands::durability)
          .add("GETNAME", "Return the name of the current connection.", 2, ClientCommands::getName)
          .add(
              "GETREDIR",
              "Return the client ID we are redirecting to when tracking is enabled.",
              2,
              TrackingCommands::getRedir)
          .add("ID", "Return the ID of the current connection.", 2, ClientCommands::id)
          .add(
              "INFO",
              "Return information about the current client connection.",
              2,
              ClientList::info)
          .add(
              "KILL <option> [<value> ...]",
              "Kill connections: an address, or ID, ADDR, LADDR,"
                  + " TYPE, USER, SKIPME with their values.",
              -3,
              ClientCommands::kill)
          .add(
              "LIST [TYPE <type>] [ID <id> ...]",
              "Return information about client connections.",
              -2,
              ClientList::list)
          .add("NO-EVICT (ON|OFF)", "Protect the client from eviction.", 3, ClientCommands::noEvict)
          .add(
              "NO-TOUCH (ON|OFF)",
              "Do not touch the keys that the client reads.",
              3,
              ClientCommands::noTouch)
          .add(
              "PAUSE <timeout> [WRITE|ALL]",
              "Suspend all, or just write, clients for <timeout>" + " milliseconds.",
              -3,
              ClientCommands::pause)
          .add(
              "REPLY (ON|OFF|SKIP)",
              "Control the replies sent to the current connection.",
              3,
              ClientCommands::reply)
          .add(
              "SETINFO <option> <value>",
              "Set the client's LIB-NAME or LIB-VER.",
              4,
              ClientCommands::setInfo)
          .add(
              "SETNAME <name>",
              "Assign the name <name> to the current connection.",
              3,
              ClientCommands::setName)
          .add(
              "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]] [OPTIN] [OPTOUT]"
                  + " [NOLOOP]",
              "Control server assisted client side caching.",
              -3,
              TrackingCommands::tracking)
          .add(
              "TRACKINGINFO",
              "Report tracking status for the current connection.",
              2,
              TrackingCommands::trackingInfo)
          .add(
              "UNBLOCK <clientid> [TIMEOUT|ERROR]",
              "Unblock the specified blocked client.",
              -3,
              ClientCommands::unblock)
          .add(
              "UNPAUSE",
              "Stop the current client pause, resuming traffic.",
              2,
              ClientCommands::unpause);

  private ClientCommands() {}

  private static boolean error(ReplyWriter reply, String error) {
    reply.error(error);
    return true;
  }

  private static boolean ok(ReplyWriter reply) {
    reply.ok();
    return true;
  }

  private static boolean id(Session session, Request request, ReplyWriter reply) {
    reply.integer(session.id);
    return true;
  }

  private static boolean getName(Session session, Request request, ReplyWriter reply) {
    if (session.name.isEmpty()) {
      reply.nullBulk();
    } else {
      reply.bulk(session.name);
    }
    return true;
  }

  private static boolean setName(Session session, Request request, ReplyWriter reply) {
    String name = request.text(2);
    if (!ConnectionCommands.isName(name)) {
      return error(reply, BAD_NAME);
    }
    session.name = name;
    return ok(reply);
  }

  private static boolean setInfo(Session session, Request request, ReplyWriter reply) {
    String value = request.text(3);
    boolean isName = request.is(2, "LIB-NAME");
    if (!isName && !request.is(2, "LIB-VER")) {
      return error(reply, "ERR Unrecognized option '" + request.text(2) + "'");
    }
    if (!ConnectionCommands.isName(value)) {
      return error(
          reply,
          "ERR " + request.text(2) + " cannot contain spaces, newlines or special characters.");
    }
    if (isName) {
      session.libraryName = value;
    } else {
      session.libraryVersion = value;
    }
    return ok(reply);
  }

  private static boolean noEvict(Session session, Request request, ReplyWriter reply) {
    Boolean on = onOrOff(request);
    if (on == null) {
      return error(reply, SYNTAX_ERROR);
    }
    session.noEvict = on;
    return ok(reply);
  }

  private static boolean noTouch(Session session, Request request, ReplyWriter reply) {
    Boolean on = onOrOff(request);
    if (on == null) {
      return error(reply, SYNTAX_ERROR);
    }
    session.noTouch = on;
    return ok(reply);
  }

  private static @Nullable Boolean onOrOff(Request request) {
    if (request.is(2, "ON")) {
      return true;
    }
    return request.is(2, "OFF") ? false : null;
  }

  private static boolean durability(Session session, Request request, ReplyWriter reply) {
    if (request.is(2, "ASYNC")) {
      session.durability = Durability.ASYNC;
    } else if (request.is(2, "SYNC")) {
      session.durability = Durability.SYNC;
    } else if (request.is(2, "DEFAULT")) {
      session.durability = null;
    } else {
      return error(reply, SYNTAX_ERROR);
    }
    return ok(reply);
  }

  private static boolean reply(Session session, Request request, ReplyWriter reply) {
    if (request.is(2, "ON")) {
      session.replyMode = Session.ReplyMode.ON;
      session.silent = false;
      return ok(reply);
    }
    if (request.is(2, "OFF")) {
      session.replyMode = Session.ReplyMode.OFF;
      session.silent = true;
    } else if (request.is(2, "SKIP")) {
      if (session.replyMode == Session.ReplyMode.ON) {
        session.replyMode = Session.ReplyMode.SKIP;
      }
      session.silent = true;
    } else {
      reply.error(SYNTAX_ERROR);
    }
    return true;
  }

  // ---- pause

  private static boolean pause(Session session, Request request, ReplyWriter reply) {
    boolean writesOnly = request.count() == 4 && request.is(3, "WRITE");
    if (request.count() > 4) {
      return error(reply, Subcommands.tooMany(request));
    }
    if (request.count() == 4 && !writesOnly && !request.is(3, "ALL")) {
      return error(reply, "ERR CLIENT PAUSE mode must be WRITE or ALL");
    }
    if (!ConnectionCommands.isLong(request, 2)) {
      return error(reply, "ERR timeout is not an integer or out of range");
    }
    long millis = ConnectionCommands.toLong(request, 2);
    if (millis < 0 || millis > PAUSE_MILLIS_MAX) {
      return error(reply, millis < 0 ? "ERR timeout is negative" : "ERR timeout is out of range");
    }
    session.gateway.pause().start(millis, writesOnly);
    return ok(reply);
  }

  private static boolean unpause(Session session, Request request, ReplyWriter reply) {
    session.gateway.pause().end();
    return ok(reply);
  }

  // ---- unblock

  private static boolean unblock(Session session, Request request, ReplyWriter reply) {
    boolean isError = request.count() > 3 && request.is(3, "ERROR");
    if (request.count() > 4) {
      return error(reply, Subcommands.tooMany(request));
    }
    if (request.count() == 4 && !isError && !request.is(3, "TIMEOUT")) {
      return error(reply, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }
    if (!ConnectionCommands.isLong(request, 2)) {
      return error(reply, "ERR value is not an integer or out of range");
    }
    RespConnection client = session.gateway.clients().get(ConnectionCommands.toLong(request, 2));
    if (client == null) {
      reply.integer(0);
      return true;
    }
    BlockingCall.End end = isError ? BlockingCall.End.ERROR : BlockingCall.End.TIMEOUT;
    if (client.loop == session.loop) {
      reply.integer(unblock(client, end));
      return true;
    }
    ReplyTarget target = session.later();
    client.loop.execute(() -> {
      byte[] answer = (":" + unblock(client, end) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      session.loop.execute(() -> target.replied(answer, 0, answer.length));
    });
    return false;
  }

  private static int unblock(RespConnection client, BlockingCall.End end) {
    return client.blocked != null && client.blocked.end(end) ? 1 : 0;
  }

  // ---- kill

  private static boolean kill(Session session, Request request, ReplyWriter reply) {
    if (request.count() == 3) {
      return killByAddress(session, request.text(2), reply);
    }
    ClientFilter filter = new ClientFilter(session.id, session.gateway.access().users());
    for (int i = 2; i < request.count(); i += 2) {
      String refusal = i + 1 < request.count() ? filter.add(request, i) : SYNTAX_ERROR;
      if (refusal != null) {
        return error(reply, refusal);
      }
    }
    List<RespConnection> victims = new ArrayList<>();
    session
        .gateway
        .clients()
        .forEach(client -> {
          if (filter.matches(client)) {
            victims.add(client);
          }
        });
    victims.forEach(client -> kill(session, client));
    reply.integer(victims.size());
    return true;
  }

  private static boolean killByAddress(Session session, String address, ReplyWriter reply) {
    List<RespConnection> victims = new ArrayList<>();
    session
        .gateway
        .clients()
        .forEach(client -> {
          if (client.remoteAddress().equals(address)) {
            victims.add(client);
          }
        });
    if (victims.isEmpty()) {
      return error(reply, NO_SUCH_CLIENT);
    }
    victims.forEach(client -> kill(session, client));
    return ok(reply);
  }

  private static void kill(Session session, RespConnection client) {
    if (client == session) {
      client.closeAfterReplies();
    } else {
      client.kill();
    }
  }
}
