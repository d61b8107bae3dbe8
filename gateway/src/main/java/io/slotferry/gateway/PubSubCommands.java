package io.slotferry.gateway;

import io.slotferry.gateway.pubsub.PubSub;
import io.slotferry.gateway.pubsub.Space;
import io.slotferry.gateway.pubsub.Subscriptions;
import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * SUBSCRIBE, PUBLISH, PUBSUB and their siblings. A subscription is confirmed once all gateways know
 * of it, so that whatever is published after the confirmation, anywhere, is heard.
 */
final class PubSubCommands {
  /** What a RESP2 subscriber may send: its replies must be told from messages. */
  private static final Set<Command> OF_SUBSCRIBERS =
      EnumSet.of(
          Command.SUBSCRIBE,
          Command.UNSUBSCRIBE,
          Command.PSUBSCRIBE,
          Command.PUNSUBSCRIBE,
          Command.SSUBSCRIBE,
          Command.SUNSUBSCRIBE,
          Command.PING,
          Command.QUIT,
          Command.RESET);

  private static final GatewayCommand INTROSPECTION =
      new Subcommands(Command.PUBSUB)
          .add(
              "CHANNELS [<pattern>]",
              "Return the currently active channels matching a <pattern> (default: '*').",
              -2,
              (session, request, reply) -> channels(session, request, reply, Space.CHANNEL))
          .add("NUMPAT", "Return number of subscriptions to patterns.", 2, PubSubCommands::numPat)
          .add(
              "NUMSUB [<channel> ...]",
              "Return the number of subscribers of the channels, those of patterns not counted.",
              -2,
              (session, request, reply) -> numSub(session, request, reply, Space.CHANNEL))
          .add(
              "SHARDCHANNELS [<pattern>]",
              "Return the currently active shard level channels matching a <pattern>"
                  + " (default: '*').",
              -2,
              (session, request, reply) -> channels(session, request, reply, Space.SHARD_CHANNEL))
          .add(
              "SHARDNUMSUB [<shardchannel> ...]",
              "Return the number of subscribers for the specified shard level channel(s)",
              -2,
              (session, request, reply) -> numSub(session, request, reply, Space.SHARD_CHANNEL));

  private PubSubCommands() {}

  static void bind(Map<Command, GatewayCommand> commands) {
    bind(commands, Command.SUBSCRIBE, Command.UNSUBSCRIBE, Space.CHANNEL);
    bind(commands, Command.PSUBSCRIBE, Command.PUNSUBSCRIBE, Space.PATTERN);
    bind(commands, Command.SSUBSCRIBE, Command.SUNSUBSCRIBE, Space.SHARD_CHANNEL);
    commands.put(
        Command.PUBLISH,
        (session, request, reply) -> publish(session, request, reply, Space.CHANNEL));
    commands.put(
        Command.SPUBLISH,
        (session, request, reply) -> publish(session, request, reply, Space.SHARD_CHANNEL));
    commands.put(Command.PUBSUB, INTROSPECTION);
  }

  private static void bind(
      Map<Command, GatewayCommand> commands, Command begin, Command end, Space space) {
    commands.put(begin, (session, request, reply) -> subscribe(session, request, reply, space));
    commands.put(end, (session, request, reply) -> unsubscribe(session, request, reply, space));
  }

  // ---- subscriptions

  private static boolean subscribe(
      Session session, Request request, ReplyWriter reply, Space space) {
    RespConnection connection = session.connection();
    if (connection == null) {
      reply.error("ERR " + space.command() + " isn't allowed for a DENY BLOCKING client");
      return true;
    }
    if (session.subscriptions == null) {
      session.subscriptions = new Subscriptions();
    }
    Subscriptions own = session.subscriptions;
    PubSub pubSub = session.loop.pubSub();
    session.silent = false;
    connection.keepPushesBehindReplies();
    int start = reply.size();
    boolean isNews = false;
    for (int i = 1; i < request.count(); i++) {
      isNews |= pubSub.subscribe(connection, own, space, request.text(i));
      confirm(reply, space.subscribed(), request.copy(i), own.confirmedCount(space));
    }
    return !isNews || confirmLater(session, reply, start);
  }

  /** The confirmations, behind {@code start}, wait until all gateways know. */
  private static boolean confirmLater(Session session, ReplyWriter reply, int start) {
    byte[] confirmations = Arrays.copyOfRange(reply.bytes(), start, reply.size());
    reply.truncate(start);
    ReplyTarget target = session.later();
    session.hold();
    session
        .loop
        .pubSub()
        .whenKnown(() -> {
          target.replied(confirmations, 0, confirmations.length);
          session.release();
        });
    return false;
  }

  private static boolean unsubscribe(
      Session session, Request request, ReplyWriter reply, Space space) {
    RespConnection connection = session.connection();
    Subscriptions own = session.subscriptions;
    session.silent = false;
    if (connection == null || own == null) {
      own = new Subscriptions();
    }
    List<String> names = request.count() == 1 ? own.names(space) : names(request);
    for (String name : names) {
      if (connection != null) {
        session.loop.pubSub().unsubscribe(connection, own, space, name);
      }
      byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
      confirm(reply, space.unsubscribed(), bytes, own.confirmedCount(space));
    }
    if (names.isEmpty()) {
      confirm(reply, space.unsubscribed(), null, own.confirmedCount(space));
    }
    return true;
  }

  private static List<String> names(Request request) {
    String[] names = new String[request.count() - 1];
    for (int i = 0; i < names.length; i++) {
      names[i] = request.text(i + 1);
    }
    return List.of(names);
  }

  private static void confirm(ReplyWriter reply, String word, byte @Nullable [] name, int count) {
    reply.push(3);
    reply.bulk(word);
    if (name == null) {
      reply.nullBulk();
    } else {
      reply.bulk(name);
    }
    reply.integer(count);
  }

  /** Why a RESP2 subscriber may not send this command; null when it may. */
  static @Nullable String refusal(Session session, Command command, Request request) {
    if (!session.isSubscribed() || OF_SUBSCRIBERS.contains(command)) {
      return null;
    }
    CommandInfo called = CommandInfos.called(command, request);
    boolean isUnknown = !called.subcommands().isEmpty() && request.count() > 1;
    if (isUnknown || !called.accepts(request.count())) {
      return null; // The container refuses it, and says what is wrong.
    }
    return "ERR Can't execute '"
        + called.name()
        + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this"
        + " context";
  }

  /** PING of a RESP2 subscriber: in the form of a message. */
  static void ping(Request request, ReplyWriter reply) {
    reply.array(2);
    reply.bulk("pong");
    if (request.count() == 2) {
      reply.bulk(request.buffer(), request.start(1), request.length(1));
    } else {
      reply.bulk("");
    }
  }

  // ---- messages

  private static boolean publish(Session session, Request request, ReplyWriter reply, Space space) {
    PubSub pubSub = session.loop.pubSub();
    reply.integer(pubSub.publish(space, request.copy(1), request.copy(2)));
    return true;
  }

  // ---- introspection

  private static boolean channels(
      Session session, Request request, ReplyWriter reply, Space space) {
    if (request.count() > 3) {
      return unknown(request, reply);
    }
    GlobPattern pattern = request.count() == 3 ? GlobPattern.ofText(request.text(2)) : null;
    List<String> channels = session.loop.pubSub().channels(space, pattern);
    reply.array(channels.size());
    for (String channel : channels) {
      reply.bulk(channel.getBytes(StandardCharsets.ISO_8859_1));
    }
    return true;
  }

  private static boolean unknown(Request request, ReplyWriter reply) {
    reply.error(Subcommands.tooMany(request));
    return true;
  }

  private static boolean numSub(Session session, Request request, ReplyWriter reply, Space space) {
    reply.array((request.count() - 2) * 2);
    for (int i = 2; i < request.count(); i++) {
      reply.bulk(request.buffer(), request.start(i), request.length(i));
      reply.integer(session.loop.pubSub().subscriberCount(space, request.text(i)));
    }
    return true;
  }

  private static boolean numPat(Session session, Request request, ReplyWriter reply) {
    reply.integer(session.loop.pubSub().patternCount());
    return true;
  }
}
