package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.Elements;
import io.slotferry.protocol.ReplyWriter;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * Random choice as HRANDFIELD, SRANDMEMBER and ZRANDMEMBER offer it: a positive count asks for that
 * many different elements, a negative one for that many choices of any.
 */
final class RandomElements {
  /** A reply that repeats elements is refused when it gets longer, bytes. */
  static final int REPEATED_BYTES_MAX = 64 << 20;

  /** What an empty element takes of a reply, bytes. */
  private static final int ELEMENT_BYTES_MIN = 6;

  static final String OUT_OF_RANGE =
      "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";

  private static final String TOO_LARGE = "ERR value is out of range";

  private RandomElements() {}

  /** The count at argument 2. */
  static long count(CommandContext context) {
    long count = context.integer(2);
    if (count == Long.MIN_VALUE) {
      context.fail(OUT_OF_RANGE);
    }
    return count;
  }

  /** The count at argument 2, and whether {@code word} stands behind it. */
  static boolean isWith(CommandContext context, String word, long count) {
    if (context.count() == 3) {
      return false;
    }
    if (context.count() > 4 || !context.is(3, word)) {
      context.syntaxError();
    } else if (Math.abs(count) > Long.MAX_VALUE / 2) {
      context.fail(TOO_LARGE);
    }
    return true;
  }

  /**
   * Replies with an array of the chosen elements.
   *
   * @param parts what each adds to the array
   * @param writer writes the element at a position
   */
  static void reply(
      CommandContext context, Elements elements, long count, int parts, IntConsumer writer) {
    ReplyWriter reply = context.reply();
    if (count >= 0) {
      int[] chosen = choose(elements, (int) Math.min(count, elements.size()), context.random());
      reply.array(chosen.length * parts);
      for (int position : chosen) {
        writer.accept(position);
      }
      return;
    }
    if (count < -REPEATED_BYTES_MAX / ELEMENT_BYTES_MIN) {
      context.fail(TOO_LARGE);
      return;
    }
    int choices = (int) -count;
    int start = reply.size();
    reply.array(choices * parts);
    for (int i = 0; i < choices && !context.failed(); i++) {
      writer.accept(elements.randomPosition(context.random()));
      if (reply.size() - start > REPEATED_BYTES_MAX) {
        context.fail(TOO_LARGE);
      }
    }
  }

  private static int[] choose(Elements elements, int wanted, RandomGenerator random) {
    // Drawing until enough differ is quick only if few of them are wanted.
    return wanted > elements.size() / 4
        ? sample(elements, wanted, random)
        : draw(elements, wanted, random);
  }

  /** One pass that takes each element with the chance that gives every choice the same one. */
  private static int[] sample(Elements elements, int wanted, RandomGenerator random) {
    int[] chosen = new int[wanted];
    int rest = elements.size();
    int count = 0;
    for (int at = elements.first(); count < wanted; at = elements.next(at)) {
      if (random.nextInt(rest--) < wanted - count) {
        chosen[count++] = at;
      }
    }
    return chosen;
  }

  private static int[] draw(Elements elements, int wanted, RandomGenerator random) {
    int[] chosen = new int[wanted];
    int mask = Integer.highestOneBit(Math.max(1, wanted)) * 4 - 1;
    int[] seen = new int[mask + 1];
    Arrays.fill(seen, -1);
    for (int count = 0; count < wanted; ) {
      int position = elements.randomPosition(random);
      int slot = (position * 0x9E3779B9 >>> 8) & mask;
      while (seen[slot] >= 0 && seen[slot] != position) {
        slot = (slot + 1) & mask;
      }
      if (seen[slot] < 0) {
        seen[slot] = position;
        chosen[count++] = position;
      }
    }
    return chosen;
  }
}
