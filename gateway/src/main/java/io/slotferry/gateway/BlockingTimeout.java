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
    // Commands whose keys are at no fixed place begin with it, as BLMPOP; the others end with it.
    int argument = command.is(CommandFlags.MOVABLE_KEYS) ? 1 : request.count() - 1;
    double seconds =
        Decimal.toDouble(request.buffer(), request.start(argument), request.length(argument));
    return seconds > 0 ? (long) Math.min(Math.ceil(seconds * 1000), MILLIS_MAX) : FOREVER;
  }
}
