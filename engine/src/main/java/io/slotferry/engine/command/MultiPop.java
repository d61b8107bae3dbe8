package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Request;

/**
 * What LMPOP and ZMPOP have in common: {@code numkeys key … side [COUNT count]}, and the first of
 * the keys that exists is taken from.
 */
final class MultiPop {
  private static final int NONE = -1;

  private final CommandContext context;
  private final int firstKey;
  private int keysEnd;
  private boolean first;
  private long count = NONE;

  private MultiPop(CommandContext context, int firstKey) {
    this.context = context;
    this.firstKey = firstKey;
  }

  /**
   * Reads the arguments from the number of keys on.
   *
   * @param firstSide the word for the front, the lowest; {@code lastSide} for the other end
   */
  static MultiPop parse(CommandContext context, int numkeys, String firstSide, String lastSide) {
    MultiPop pop = new MultiPop(context, numkeys + 1);
    long keys = context.integer(numkeys, 1, Long.MAX_VALUE, "ERR numkeys should be greater than 0");
    if (keys >= context.count() - pop.firstKey) {
      context.syntaxError();
    }
    if (context.failed()) {
      return pop;
    }
    pop.keysEnd = pop.firstKey + (int) keys;
    pop.first = context.is(pop.keysEnd, firstSide);
    if (!pop.first && !context.is(pop.keysEnd, lastSide)) {
      context.syntaxError();
    }
    pop.parseCount();
    if (numkeys > 1) {
      // BLMPOP's timeout stands before the number of keys, and is looked at last.
      BlockingCommands.checkTimeout(context, 1);
    }
    return pop;
  }

  private void parseCount() {
    for (int i = keysEnd + 1; i < context.count() && !context.failed(); i++) {
      if (count == NONE && context.is(i, "COUNT") && i + 1 < context.count()) {
        count = context.integer(++i, 1, Long.MAX_VALUE, "ERR count should be greater than 0");
      } else {
        context.syntaxError();
      }
    }
  }

  /** Whether the front, or the lowest score, is meant. */
  boolean isFirst() {
    return first;
  }

  /** The first key that exists; without one, or with an error, writes the reply and returns -1. */
  int findKey(Class<? extends Value> type) {
    for (int key = firstKey; key < keysEnd && !context.failed(); key++) {
      if (context.find(key, type) != null) {
        return key;
      }
    }
    if (!context.failed()) {
      context.reply().nullArray();
    }
    return NONE;
  }

  /** Writes the key and the head of what is taken; returns how many of {@code size} that is. */
  int writeHead(int key, int size) {
    int taken = (int) Math.min(Math.max(1, count), size);
    Request request = context.request();
    context.reply().array(2);
    context.reply().bulk(request.buffer(), request.start(key), request.length(key));
    context.reply().array(taken);
    return taken;
  }
}
