package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.CommonSubsequence;
import io.slotferry.engine.value.CommonSubsequence.Match;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.Command;
import java.util.List;

/** LCS: the longest common subsequence of two strings. */
final class SubsequenceCommands {
  /** Redis keeps an int for each pair of prefixes, and no more of them than a string may take. */
  private static final long PAIRS_MAX = StringCommands.STRING_BYTES_MAX / Integer.BYTES;

  private boolean length;
  private boolean matches;
  private boolean matchLengths;
  private long matchLengthMin;

  private static void lcs(CommandContext context) {
    StringValue left = string(context, 1);
    StringValue right = string(context, 2);
    SubsequenceCommands options = new SubsequenceCommands();
    options.parse(context);
    if ((left.length() + 1L) * (right.length() + 1L) > PAIRS_MAX) {
      context.fail("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
    }
    if (!context.failed()) {
      options.reply(context.reply(), left, right);
    }
  }

  private static StringValue string(CommandContext context, int key) {
    Value value = context.find(key);
    if (value != null && !(value instanceof StringValue)) {
      context.fail("ERR The specified keys must contain string values");
    }
    return BitCommands.kept(value instanceof StringValue string ? string : null);
  }

  private void parse(CommandContext context) {
    for (int at = 3; at < context.count() && !context.failed(); at++) {
      if (context.is(at, "IDX")) {
        matches = true;
      } else if (context.is(at, "LEN")) {
        length = true;
      } else if (context.is(at, "WITHMATCHLEN")) {
        matchLengths = true;
      } else if (context.is(at, "MINMATCHLEN") && at + 1 < context.count()) {
        at++;
        matchLengthMin = context.integer(at);
      } else {
        context.syntaxError();
      }
    }
    if (length && matches) {
      context.fail("ERR If you want both the length and indexes, please just use IDX.");
    }
  }

  private void reply(ReplyWriter reply, StringValue left, StringValue right) {
    CommonSubsequence common = new CommonSubsequence(left, right, !length);
    if (matches) {
      List<Match> runs = common.matches();
      runs.removeIf(run -> run.length() < matchLengthMin);
      reply.map(2);
      reply.bulk("matches");
      write(reply, runs);
      reply.bulk("len");
      reply.integer(common.length());
    } else if (length) {
      reply.integer(common.length());
    } else {
      reply.bulk(common.bytes());
    }
  }

  private void write(ReplyWriter reply, List<Match> runs) {
    reply.array(runs.size());
    for (Match run : runs) {
      reply.array(matchLengths ? 3 : 2);
      write(reply, run.left(), run.length());
      write(reply, run.right(), run.length());
      if (matchLengths) {
        reply.integer(run.length());
      }
    }
  }

  private static void write(ReplyWriter reply, int start, int length) {
    reply.array(2);
    reply.integer(start);
    reply.integer(start + length - 1L);
  }

  static void bind(HandlerTable table) {
    table.bind(Command.LCS, SubsequenceCommands::lcs);
  }
}
