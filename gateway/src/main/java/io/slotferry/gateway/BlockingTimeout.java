package io.slotferry.gateway;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;

/**
 * How long a command may wait. What is wrong with a timeout is the shard's to say; one that is, is
 * of no effect here.
 */
final class BlockingTimeout {
  static final long FOREVER = 0;

  /** The command's form is one that does not wait. */
  static final long WAITS_NOT = -1;

  private static final long MILLIS_MAX = 1L << 45;

  private BlockingTimeout() {}

  static long millis(Command command, Request request) {
    if (command == Command.BLMPOP || command == Command.BZMPOP) {
      return ofSeconds(request, 1);
    }
    return command.is(CommandFlags.MOVABLE_KEYS)
        ? ofOption(request)
        : ofSeconds(request, request.count() - 1);
  }

  private static long ofSeconds(Request request, int argument) {
    double seconds =
        Decimal.toDouble(request.buffer(), request.start(argument), request.length(argument));
    return bounded(seconds * 1000);
  }

  private static long bounded(double millis) {
    return millis > 0 ? (long) Math.min(Math.ceil(millis), MILLIS_MAX) : FOREVER;
  }

  /** Commands that read streams wait only with the option BLOCK, whose timeout is milliseconds. */
  private static long ofOption(Request request) {
    for (int i = 1; i + 1 < request.count() && !request.is(i, "STREAMS"); i++) {
      if (request.is(i, "BLOCK")) {
        return ConnectionCommands.isLong(request, i + 1)
            ? bounded((double) ConnectionCommands.toLong(request, i + 1))
            : FOREVER;
      }
    }
    return WAITS_NOT;
  }
}
