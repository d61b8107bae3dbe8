package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.Elements;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Random choice as HRANDFIELD, SRANDMEMBER and ZRANDMEMBER offer it: a positive count asks for that
 * many different elements, a negative one for that many choices of any.
 */
final class RandomElements {
  /** What one reply repeats at most. */
  private static final int CHOICES_MAX = 1 << 20;

  static final String OUT_OF_RANGE =
      "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";

  private RandomElements() {}

  /** The count at argument 2. */
  static long count(CommandContext context) {
    long count = context.integer(2);
    if (count == Long.MIN_VALUE) {
      context.fail(OUT_OF_RANGE);
    } else if (count < -CHOICES_MAX) {
      context.fail("ERR value is out of range");
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
    } else if (count > Long.MAX_VALUE / 2) {
      context.fail("ERR value is out of range");
    }
    return true;
  }

  /** Positions of the chosen elements. */
  static int[] choose(Elements elements, long count, RandomGenerator random) {
    if (count < 0) {
      int[] choices = new int[(int) -count];
      for (int i = 0; i < choices.length; i++) {
        choices[i] = elements.randomPosition(random);
      }
      return choices;
    }
    int wanted = (int) Math.min(count, elements.size());
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
