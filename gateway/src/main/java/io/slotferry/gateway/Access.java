package io.slotferry.gateway;

import io.slotferry.gateway.access.AclLog;
import io.slotferry.gateway.access.Users;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.access.Denial;
import io.slotferry.protocol.access.Denial.Reason;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the users of the cluster map may do at this gateway. A session of a user that may do
 * everything never asks: see {@link Session#trusted}. Thread: any.
 */
final class Access {
  private static final String NO_AUTH = "NOAUTH Authentication required.";

  private static final String WRONG_PASS =
      "WRONGPASS invalid username-password pair or user is disabled.";

  private final Settings settings;
  private final AclLog log = new AclLog();
  private volatile Users users;
  private Map<String, String> rules = Map.of();
  private String requirePass;

  Access(Settings settings) {
    this.settings = settings;
    this.requirePass = settings.requirePass();
    this.users = new Users(rules, requirePass);
  }

  /** Another image of the cluster map, which {@link #settings} have already. */
  void mapChanged(ClusterMap map) {
    if (!map.users().equals(rules) || !settings.requirePass().equals(requirePass)) {
      rules = map.users();
      requirePass = settings.requirePass();
      users = new Users(rules, requirePass);
    }
  }

  /** The same object until a user changes. */
  Users users() {
    return users;
  }

  AclLog log() {
    return log;
  }

  boolean newUsersHaveAllChannels() {
    return settings.cluster().text("acl-pubsub-default").equals("allchannels");
  }

  // ---- changes

  MapChange.UserChange put(AclUser user) {
    return new MapChange.UserChange(user.name(), rules.get(user.name()), user.rules());
  }

  MapChange.UserChange remove(AclUser user) {
    return new MapChange.UserChange(user.name(), rules.get(user.name()), null);
  }

  /** The default user gets this password, or none when it is empty. */
  MapChange.UserChange requirePassword(String password) {
    return put(Users.withPassword(users.defaultUser(), password));
  }

  // ---- questions

  /** Logs a session in; returns why not. */
  @Nullable String logIn(Session session, String name, byte[] password, String command) {
    AclUser user = users.find(name);
    if (user == null || !user.accepts(password)) {
      log(session, session.context(), Reason.AUTH, command, name);
      return WRONG_PASS;
    }
    session.logIn(user);
    return null;
  }

  /** Why a session that is not trusted may not run a command; null when it may. */
  @Nullable String refusal(Session session, Command command, Request request) {
    AclUser defaultUser = users.defaultUser();
    boolean isOpen = defaultUser.isEnabled() && defaultUser.isWithoutPassword();
    if (!session.authenticated && !isOpen && !command.is(CommandFlags.NO_AUTH)) {
      return NO_AUTH;
    }
    CommandInfo called = CommandInfos.called(command, request);
    if (!called.subcommands().isEmpty() && request.count() > 1) {
      return null; // There is no such subcommand: the container says so.
    }
    if (!called.accepts(request.count())) {
      return CommandGate.wrongArity(called.name());
    }
    AclUser user = session.user();
    Denial denial = user.denial(called, request);
    if (denial != null) {
      return refusal(session, called, request, denial);
    }
    return user.sortRefusal(called, request);
  }

  private String refusal(Session session, CommandInfo command, Request request, Denial denial) {
    String name = session.user().name();
    log(session, session.context(), denial.reason(), object(command, request, denial), name);
    return switch (denial.reason()) {
      case KEY -> "NOPERM No permissions to access a key";
      case CHANNEL -> "NOPERM No permissions to access a channel";
      case COMMAND, AUTH ->
          "NOPERM User " + name + " has no permissions to run the '" + command.name() + "' command";
    };
  }

  private static String object(CommandInfo command, Request request, Denial denial) {
    return denial.reason() == Reason.COMMAND ? command.name() : request.text(denial.argument());
  }

  /**
   * Why a command that was allowed when it was queued is not any more; null when it still is.
   *
   * @param request the command that EXEC is about to execute
   */
  @Nullable String refusalInExec(Session session, Command command, Request request) {
    CommandInfo called = CommandInfos.called(command, request);
    Denial denial = session.user().denial(called, request);
    if (denial == null) {
      return session.user().sortRefusal(called, request);
    }
    log(session, "multi", denial.reason(), object(called, request, denial), session.user().name());
    return "NOPERM ACLs rules changed between the moment the transaction was accumulated and the"
        + " EXEC call. This command is no longer allowed for the following reason: "
        + switch (denial.reason()) {
          case COMMAND -> "no permission to execute the command or subcommand";
          case KEY -> "no permission to touch the specified keys";
          case CHANNEL ->
              "no permission to access one of the channels used as arguments to the command";
          case AUTH -> "no permission";
        };
  }

  /** Something was refused to a script of this session. */
  void deniedInScript(Session session, Reason reason, String object) {
    log(session, "lua", reason, object, session.user().name());
  }

  private void log(Session session, String context, Reason reason, String object, String user) {
    log.add(
        reason,
        context,
        object,
        user,
        ClientList.describe(session),
        System.currentTimeMillis(),
        settings.cluster().number("acllog-max-len"));
  }
}
