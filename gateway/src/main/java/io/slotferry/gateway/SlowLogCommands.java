package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.List;

/** SLOWLOG: the commands of this gateway that took long. */
final class SlowLogCommands {
  private static final int ENTRIES = 10;
  private static final String BAD_COUNT = "ERR count should be greater than or equal to -1";

  static final GatewayCommand TABLE =
      new Subcommands(Command.SLOWLOG)
          .add(
              "GET [<count>]",
              "Return top <count> entries from the slowlog (default: 10, -1 means all).",
              -2,
              SlowLogCommands::get)
          .add("LEN", "Return the length of the slowlog.", 2, SlowLogCommands::length)
          .add("RESET", "Reset the slowlog.", 2, SlowLogCommands::reset);

  private SlowLogCommands() {}

  private static boolean get(Session session, Request request, ReplyWriter reply) {
    long count = ENTRIES;
    if (request.count() == 3) {
      count = ConnectionCommands.isLong(request, 2) ? ConnectionCommands.toLong(request, 2) : -2;
      if (count < -1) {
        reply.error(BAD_COUNT);
        return true;
      }
    } else if (request.count() > 3) {
      reply.error(Subcommands.tooMany(request));
      return true;
    }
    int wanted = count == -1 ? Integer.MAX_VALUE : Math.clamp(count, 0, Integer.MAX_VALUE);
    List<SlowLog.Entry> entries = session.gateway.slowLog().newest(wanted);
    reply.array(entries.size());
    entries.forEach(entry -> write(entry, reply));
    return true;
  }

  private static void write(SlowLog.Entry entry, ReplyWriter reply) {
    reply.array(6);
    reply.integer(entry.id());
    reply.integer(entry.seconds());
    reply.integer(entry.micros());
    reply.array(entry.arguments().size());
    entry.arguments().forEach(reply::bulk);
    reply.bulk(entry.address());
    reply.bulk(entry.name());
  }

  private static boolean length(Session session, Request request, ReplyWriter reply) {
    reply.integer(session.gateway.slowLog().size());
    return true;
  }

  private static boolean reset(Session session, Request request, ReplyWriter reply) {
    session.gateway.slowLog().clear();
    reply.ok();
    return true;
  }
}
