package io.slotferry.gateway;

import io.slotferry.gateway.access.Users;
import io.slotferry.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which clients {@code CLIENT KILL} means: those that match all its options. */
final class ClientFilter {
  private final long ownId;
  private final Users users;
  private final List<Predicate<Session>> conditions = new ArrayList<>();
  private boolean skipMe = true;

  ClientFilter(long ownId, Users users) {
    this.ownId = ownId;
    this.users = users;
  }

  /** Adds the option at {@code argument} with its value behind it; returns why it cannot be. */
  @Nullable String add(Request request, int argument) {
    String value = request.text(argument + 1);
    return switch (request.text(argument).toUpperCase(Locale.ROOT)) {
      case "ID" -> id(request, argument + 1);
      case "ADDR" -> condition(client -> client.remoteAddress().equals(value));
      case "LADDR" -> condition(client -> client.localAddress().equals(value));
      case "TYPE" -> type(value);
      case "USER" -> user(value);
      case "SKIPME" -> skipMe(value);
      default -> "ERR syntax error";
    };
  }

  private @Nullable String condition(Predicate<Session> condition) {
    conditions.add(condition);
    return null;
  }

  private @Nullable String id(Request request, int argument) {
    if (!ConnectionCommands.isLong(request, argument)
        || ConnectionCommands.toLong(request, argument) < 1) {
      return "ERR client-id should be greater than 0";
    }
    long id = ConnectionCommands.toLong(request, argument);
    return condition(client -> client.id == id);
  }

  private @Nullable String type(String type) {
    String wanted = type.toLowerCase(Locale.ROOT);
    return ClientList.isType(wanted)
        ? condition(client -> client.type().equals(wanted))
        : "ERR Unknown client type '" + type + "'";
  }

  private @Nullable String user(String user) {
    return users.find(user) == null
        ? "ERR No such user '" + user + "'"
        : condition(client -> client.user().name().equals(user));
  }

  private @Nullable String skipMe(String value) {
    skipMe = value.equalsIgnoreCase("yes");
    return skipMe || value.equalsIgnoreCase("no") ? null : "ERR syntax error";
  }

  boolean matches(Session client) {
    return (!skipMe || client.id != ownId)
        && conditions.stream().allMatch(condition -> condition.test(client));
  }
}
