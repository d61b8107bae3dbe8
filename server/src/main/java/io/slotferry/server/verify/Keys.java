package io.slotferry.server.verify;

import java.util.random.RandomGenerator;

/**
 * The lists and registers that all clients share. A list that has got its elements is given up for
 * a new one, so that reading it stays cheap. Names are of this run only.
 *
 * <p>Thread: any.
 */
final class Keys {
  static final int REGISTERS = 64;
  private static final int OPEN_LISTS = 64;
  private static final int ELEMENTS_MAX = 200;

  private final String prefix;

  /** Numbers of the lists that are appended to, and how many elements each was sent. */
  private final int[] open = new int[OPEN_LISTS];

  private final int[] elements = new int[OPEN_LISTS];
  private int lists = OPEN_LISTS;

  Keys(String run) {
    prefix = "verify:" + run + ":";
    for (int i = 0; i < OPEN_LISTS; i++) {
      open[i] = i;
    }
  }

  /** The list for one more append. */
  synchronized int listToAppendTo(RandomGenerator random) {
    int place = random.nextInt(OPEN_LISTS);
    if (elements[place] == ELEMENTS_MAX) {
      open[place] = lists++;
      elements[place] = 0;
    }
    elements[place]++;
    return open[place];
  }

  /** A list that is appended to. */
  synchronized int listToRead(RandomGenerator random) {
    return open[random.nextInt(OPEN_LISTS)];
  }

  /** How many lists there were; their numbers begin at 0. */
  synchronized int lists() {
    return lists;
  }

  String list(int number) {
    return prefix + "list:" + number;
  }

  String register(int number) {
    return prefix + "register:" + number;
  }
}
