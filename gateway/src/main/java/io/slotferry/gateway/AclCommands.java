package io.slotferry.gateway;

import io.slotferry.gateway.access.AclLog;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.access.Categories;
import io.slotferry.protocol.access.Denial;
import io.slotferry.protocol.access.Selector;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.topology.MapChange;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** ACL: users and their rules, which stand in the cluster map and hold at every gateway. */
final class AclCommands {
  private static final int PASSWORD_BITS = 256;
  private static final int PASSWORD_BITS_MAX = 4096;
  private static final int LOG_ENTRIES = 10;

  private static final String NO_FILE =
      "ERR This Redis instance is not configured to use an ACL file. You may want to specify users"
          + " via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis"
          + " configuration file set) in order to store users in the Redis configuration.";

  private static final SecureRandom RANDOM = new SecureRandom();

  static final GatewayCommand TABLE =
      new Subcommands(Command.ACL)
          .add(
              "CAT [<category>]",
              "List the categories, or the commands of one.",
              -2,
              AclCommands::cat)
          .add("DELUSER <username> [<username> ...]", "Remove users.", -3, AclCommands::delUser)
          .add(
              "DRYRUN <username> <command> [<arg> ...]",
              "Tell whether the user may run the command, without running it.",
              -4,
              AclCommands::dryRun)
          .add(
              "GENPASS [<bits>]",
              "Make a random password, of 256 bits if not said otherwise.",
              -2,
              AclCommands::genPass)
          .add("GETUSER <username>", "Show a user's rules.", 3, AclCommands::getUser)
          .add("LIST", "Show all users as lines of rules.", 2, AclCommands::list)
          .add("LOAD", "Read the users from the ACL file.", 2, AclCommands::noFile)
          .add(
              "LOG [<count> | RESET]", "Show what was refused, or forget it.", -2, AclCommands::log)
          .add("SAVE", "Write the users to the ACL file.", 2, AclCommands::noFile)
          .add(
              "SETUSER <username> <attribute> [<attribute> ...]",
              "Create a user, or change its rules.",
              -3,
              AclCommands::setUser)
          .add("USERS", "List the users' names.", 2, AclCommands::users)
          .add("WHOAMI", "Name the user of this connection.", 2, AclCommands::whoAmI);

  private AclCommands() {}

  private static boolean error(ReplyWriter reply, String error) {
    reply.error(error);
    return true;
  }

  private static boolean noFile(Session session, Request request, ReplyWriter reply) {
    return error(reply, NO_FILE);
  }

  private static boolean whoAmI(Session session, Request request, ReplyWriter reply) {
    reply.bulk(session.user().name());
    return true;
  }

  private static boolean users(Session session, Request request, ReplyWriter reply) {
    var all = session.gateway.access().users().all();
    reply.array(all.size());
    all.forEach(user -> reply.bulk(user.name()));
    return true;
  }

  private static boolean list(Session session, Request request, ReplyWriter reply) {
    var all = session.gateway.access().users().all();
    reply.array(all.size());
    all.forEach(user -> reply.bulk("user " + user.name() + ' ' + user.rules()));
    return true;
  }

  // ---- changes

  private static boolean setUser(Session session, Request request, ReplyWriter reply) {
    String name = request.text(2);
    if (!AclUser.isName(name)) {
      return error(reply, "ERR Usernames can't contain spaces or null characters");
    }
    boolean allChannels = session.gateway.access().newUsersHaveAllChannels();
    AclUser known = session.gateway.access().users().find(name);
    AclUser user = known == null ? new AclUser(name) : known.copy();
    List<String> modifiers =
        new ArrayList<>(known == null && allChannels ? List.of("&*") : List.of());
    for (int i = 3; i < request.count(); i++) {
      modifiers.add(request.text(i));
    }
    String refusal = user.change(modifiers, allChannels);
    if (refusal != null) {
      return error(reply, "ERR " + refusal);
    }
    return change(session, List.of(session.gateway.access().put(user)), ReplyWriter::ok);
  }

  private static boolean delUser(Session session, Request request, ReplyWriter reply) {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 2; i < request.count(); i++) {
      if (request.text(i).equals(AclUser.DEFAULT)) {
        return error(reply, "ERR The 'default' user cannot be removed");
      }
      names.add(request.text(i));
    }
    List<MapChange.UserChange> changes = new ArrayList<>();
    for (String name : names) {
      AclUser user = session.gateway.access().users().find(name);
      if (user != null) {
        changes.add(session.gateway.access().remove(user));
      }
    }
    if (changes.isEmpty()) {
      reply.integer(0);
      return true;
    }
    return change(session, changes, late -> late.integer(changes.size()));
  }

  private static boolean change(
      Session session, List<MapChange.UserChange> changes, Consumer<ReplyWriter> done) {
    return MapCommand.propose(
        session,
        List.of(new MapChange.ChangeUsers(changes)),
        (answer, late) -> {
          if (answer.refusal() == null) {
            done.accept(late);
          } else {
            late.error("TRYAGAIN " + answer.refusal());
          }
        });
  }

  // ---- one user

  private static boolean getUser(Session session, Request request, ReplyWriter reply) {
    AclUser user = session.gateway.access().users().find(request.text(2));
    if (user == null) {
      reply.nullBulk();
      return true;
    }
    reply.map(6);
    reply.bulk("flags");
    reply.set(user.flags().size());
    user.flags().forEach(reply::bulk);
    reply.bulk("passwords");
    reply.array(user.passwordHashes().size());
    user.passwordHashes().forEach(reply::bulk);
    List<Selector> selectors = user.selectors();
    write(selectors.getFirst(), reply);
    reply.bulk("selectors");
    reply.array(selectors.size() - 1);
    selectors.stream()
        .skip(1)
        .forEach(selector -> {
          reply.map(3);
          write(selector, reply);
        });
    return true;
  }

  private static void write(Selector selector, ReplyWriter reply) {
    reply.bulk("commands");
    reply.bulk(selector.commands());
    reply.bulk("keys");
    reply.bulk(selector.keys());
    reply.bulk("channels");
    reply.bulk(selector.channels());
  }

  private static boolean dryRun(Session session, Request request, ReplyWriter reply) {
    AclUser user = session.gateway.access().users().find(request.text(2));
    if (user == null) {
      return error(reply, "ERR User '" + request.text(2) + "' not found");
    }
    byte[][] arguments = new byte[request.count() - 3][];
    Arrays.setAll(arguments, i -> request.copy(i + 3));
    Request inner = Request.of(arguments);
    Command command = CommandTable.lookup(request.buffer(), request.start(3), request.length(3));
    if (command == null) {
      return error(reply, "ERR Command '" + request.text(3) + "' not found");
    }
    CommandInfo called = CommandInfos.called(command, inner);
    if (!called.subcommands().isEmpty() && inner.count() > 1) {
      return error(reply, "ERR Command '" + request.text(3) + "' not found");
    }
    if (!called.accepts(inner.count())) {
      return error(reply, CommandGate.wrongArity(called.name()));
    }
    Denial denial = user.denial(called, inner);
    if (denial == null) {
      reply.ok();
    } else {
      reply.bulk(explained(user, called, inner, denial));
    }
    return true;
  }

  private static String explained(
      AclUser user, CommandInfo command, Request request, Denial denial) {
    String has = "User " + user.name() + " has no permissions to ";
    return switch (denial.reason()) {
      case KEY -> has + "access the '" + request.text(denial.argument()) + "' key";
      case CHANNEL -> has + "access the '" + request.text(denial.argument()) + "' channel";
      case COMMAND, AUTH -> has + "run the '" + command.name() + "' command";
    };
  }

  // ---- the rest

  private static boolean cat(Session session, Request request, ReplyWriter reply) {
    if (request.count() > 3) {
      return error(reply, Subcommands.tooMany(request));
    }
    List<String> names = new ArrayList<>(Categories.ALL);
    if (request.count() == 3) {
      String category = request.text(2).toLowerCase(Locale.ROOT);
      if (!names.contains(category)) {
        return error(reply, "ERR Unknown category '" + request.text(2) + "'");
      }
      names.clear();
      for (CommandInfo command : CommandInfos.all()) {
        if (command.categories().contains(category)) {
          names.add(command.name());
        }
      }
    }
    reply.array(names.size());
    names.forEach(reply::bulk);
    return true;
  }

  private static boolean genPass(Session session, Request request, ReplyWriter reply) {
    if (request.count() > 3) {
      return error(reply, Subcommands.tooMany(request));
    }
    long bits = PASSWORD_BITS;
    if (request.count() > 2) {
      if (!ConnectionCommands.isLong(request, 2)) {
        return error(reply, "ERR value is not an integer or out of range");
      }
      bits = ConnectionCommands.toLong(request, 2);
    }
    if (bits <= 0 || bits > PASSWORD_BITS_MAX) {
      return error(
          reply,
          "ERR ACL GENPASS argument must be the number of bits for the output password, a positive"
              + " number up to "
              + PASSWORD_BITS_MAX);
    }
    byte[] random = new byte[PASSWORD_BITS_MAX / 8];
    RANDOM.nextBytes(random);
    reply.bulk(HexFormat.of().formatHex(random).substring(0, (int) (bits + 3) / 4));
    return true;
  }

  private static boolean log(Session session, Request request, ReplyWriter reply) {
    AclLog log = session.gateway.access().log();
    int count = LOG_ENTRIES;
    if (request.count() == 3 && request.is(2, "RESET")) {
      log.clear();
      reply.ok();
      return true;
    }
    if (request.count() == 3) {
      if (!ConnectionCommands.isLong(request, 2)) {
        return error(reply, "ERR value is not an integer or out of range");
      }
      count = Math.clamp(ConnectionCommands.toLong(request, 2), 0, Integer.MAX_VALUE);
    } else if (request.count() > 3) {
      return error(reply, Subcommands.tooMany(request));
    }
    List<AclLog.Entry> entries = log.newest(count);
    reply.array(entries.size());
    long now = System.currentTimeMillis();
    entries.forEach(entry -> write(entry, now, reply));
    return true;
  }

  private static void write(AclLog.Entry entry, long nowMillis, ReplyWriter reply) {
    reply.map(10);
    reply.bulk("count");
    reply.integer(entry.count());
    reply.bulk("reason");
    reply.bulk(entry.reason().name().toLowerCase(Locale.ROOT));
    reply.bulk("context");
    reply.bulk(entry.context());
    reply.bulk("object");
    reply.bulk(entry.object());
    reply.bulk("username");
    reply.bulk(entry.user());
    reply.bulk("age-seconds");
    reply.doubleValue((nowMillis - entry.updatedMillis()) / 1000.0);
    reply.bulk("client-info");
    reply.bulk(entry.client());
    reply.bulk("entry-id");
    reply.integer(entry.id());
    reply.bulk("timestamp-created");
    reply.integer(entry.createdMillis());
    reply.bulk("timestamp-last-updated");
    reply.integer(entry.updatedMillis());
  }
}
