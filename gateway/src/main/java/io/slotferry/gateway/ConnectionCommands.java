package io.slotferry.gateway;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Partitioning;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The commands of the connection itself: PING, ECHO, HELLO, AUTH, SELECT, QUIT, RESET, … */
final class ConnectionCommands {
  /** The Redis version whose commands and replies these are. */
  static final String REDIS_VERSION = "7.0.15";

  private static final String HELLO_WITHOUT_AUTH =
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO"
          + " <proto> AUTH <user> <pass> option can be used to authenticate the client and select"
          + " the RESP protocol version at the same time";
  private static final String NO_PASSWORD_SET =
      "ERR AUTH <password> called without any password configured for the default user. Are you"
          + " sure your configuration is correct?";

  private ConnectionCommands() {}

  static void bind(Map<Command, GatewayCommand> commands) {
    commands.put(Command.PING, ConnectionCommands::ping);
    commands.put(Command.ECHO, ConnectionCommands::echo);
    commands.put(Command.HELLO, ConnectionCommands::hello);
    commands.put(Command.AUTH, ConnectionCommands::auth);
    commands.put(Command.SELECT, ConnectionCommands::select);
    commands.put(Command.QUIT, ConnectionCommands::quit);
    commands.put(Command.RESET, ConnectionCommands::reset);
    commands.put(
        Command.READONLY_MODE, (session, request, reply) -> readOnly(session, reply, true));
    commands.put(Command.READWRITE, (session, request, reply) -> readOnly(session, reply, false));
    commands.put(Command.ASKING, ConnectionCommands::asking);
  }

  private static boolean ping(Session session, Request request, ReplyWriter reply) {
    if (request.count() > 2) {
      reply.error(CommandGate.wrongArity(Command.PING));
    } else if (session.respVersion == 2 && session.isSubscribed()) {
      PubSubCommands.ping(request, reply);
    } else if (request.count() == 2) {
      reply.bulk(request.buffer(), request.start(1), request.length(1));
    } else {
      reply.simple("PONG");
    }
    return true;
  }

  private static boolean echo(Session session, Request request, ReplyWriter reply) {
    reply.bulk(request.buffer(), request.start(1), request.length(1));
    return true;
  }

  private static boolean quit(Session session, Request request, ReplyWriter reply) {
    reply.ok();
    session.closeAfterReplies();
    return true;
  }

  private static boolean reset(Session session, Request request, ReplyWriter reply) {
    session.reset();
    reply.useProtocol(2);
    reply.simple("RESET");
    return true;
  }

  /** Any gateway answers for all slots, also by their replicas: it is told who may be asked. */
  private static boolean readOnly(Session session, ReplyWriter reply, boolean readOnly) {
    session.readOnly = readOnly;
    reply.ok();
    return true;
  }

  /** Nobody is ever redirected, so that there is nothing to ask for. */
  private static boolean asking(Session session, Request request, ReplyWriter reply) {
    reply.ok();
    return true;
  }

  // ---- authentication

  private static boolean auth(Session session, Request request, ReplyWriter reply) {
    boolean named = request.count() == 3;
    if (request.count() > 3) {
      reply.error("ERR syntax error");
      return true;
    }
    Access access = session.gateway.access();
    if (!named && access.users().defaultUser().isWithoutPassword()) {
      reply.error(NO_PASSWORD_SET);
      return true;
    }
    String name = named ? request.text(1) : AclUser.DEFAULT;
    String refusal = access.logIn(session, name, request.copy(named ? 2 : 1), request.text(0));
    if (refusal == null) {
      reply.ok();
    } else {
      reply.error(refusal);
    }
    return true;
  }

  private static boolean hello(Session session, Request request, ReplyWriter reply) {
    int version = session.respVersion;
    if (request.count() > 1) {
      if (!isLong(request, 1)) {
        reply.error("ERR Protocol version is not an integer or out of range");
        return true;
      }
      version = Math.clamp(toLong(request, 1), 0, 9);
      if (version < 2 || version > 3) {
        reply.error("NOPROTO unsupported protocol version");
        return true;
      }
    }
    int user = 0;
    String name = session.name;
    for (int i = 2; i < request.count(); i++) {
      if (request.is(i, "AUTH") && i + 2 < request.count()) {
        user = i + 1;
        i += 2;
      } else if (request.is(i, "SETNAME") && i + 1 < request.count()) {
        name = request.text(++i);
        if (!isName(name)) {
          reply.error(ClientCommands.BAD_NAME);
          return true;
        }
      } else {
        reply.error("ERR Syntax error in HELLO option '" + request.text(i) + "'");
        return true;
      }
    }
    String refusal = helloRefusal(session, request, user);
    if (refusal != null) {
      reply.error(refusal);
      return true;
    }
    session.name = name;
    session.respVersion = version;
    writeHello(session, reply);
    return true;
  }

  /** Logs in as the user at an argument, 0 for none; returns why not. */
  private static @Nullable String helloRefusal(Session session, Request request, int user) {
    if (user > 0) {
      return session
          .gateway
          .access()
          .logIn(session, request.text(user), request.copy(user + 1), request.text(0));
    }
    return session.authenticated ? null : HELLO_WITHOUT_AUTH;
  }

  private static void writeHello(Session session, ReplyWriter reply) {
    reply.useProtocol(session.respVersion);
    reply.map(7);
    reply.bulk("server");
    reply.bulk("redis");
    reply.bulk("version");
    reply.bulk(REDIS_VERSION);
    reply.bulk("proto");
    reply.integer(session.respVersion);
    reply.bulk("id");
    reply.integer(session.id);
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.emptyArray();
  }

  /** Names are printed in lists of one line a client: no blanks, no line ends. */
  static boolean isName(String name) {
    return name.chars().allMatch(c -> c >= '!' && c <= '~');
  }

  static boolean isLong(Request request, int argument) {
    return Decimal.isLong(request.buffer(), request.start(argument), request.length(argument));
  }

  static long toLong(Request request, int argument) {
    return Decimal.toLong(request.buffer(), request.start(argument), request.length(argument));
  }

  // ---- keyspaces

  private static boolean select(Session session, Request request, ReplyWriter reply) {
    if (!isLong(request, 1)) {
      reply.error("ERR value is not an integer or out of range");
      return true;
    }
    long number = toLong(request, 1);
    if (number < 0 || number >= Keyspace.COUNT_MAX) {
      reply.error("ERR DB index is out of range");
      return true;
    }
    int keyspace = (int) number;
    if (keyspace == 0 || session.loop.router().map().keyspace(keyspace) != null) {
      session.keyspace = keyspace;
      reply.ok();
      return true;
    }
    // The first SELECT of a number makes its keyspace. Refused: another client was faster, and the
    // map that refused it has the keyspace.
    return MapCommand.propose(
        session, List.of(keyspace(keyspace)), (answer, late) -> created(session, keyspace, late));
  }

  /** Runs {@code then}, on the loop, once there is a hash keyspace of this number, or cannot be. */
  static void createKeyspace(GatewayLoop loop, int number, Runnable then) {
    loop.gateway()
        .maps()
        .propose(keyspace(number))
        .onComplete((answer, failure) -> {
          long version = failure == null ? answer.version() : 0;
          loop.execute(() -> loop.whenMapIsAt(version, then));
        });
  }

  private static MapChange keyspace(int number) {
    String name = Integer.toString(number);
    return new MapChange.CreateKeyspace(
        number, name, Partitioning.HASH, KeyOrder.BYTES, Durability.ASYNC, List.of());
  }

  private static void created(Session session, int number, ReplyWriter reply) {
    if (session.loop.router().map().keyspace(number) != null) {
      session.keyspace = number;
      reply.ok();
    } else {
      reply.error("TRYAGAIN keyspace " + number + " cannot be created now");
    }
  }
}
