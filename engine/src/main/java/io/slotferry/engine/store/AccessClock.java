package io.slotferry.engine.store;

import java.util.random.RandomGenerator;

/**
 * How the last use of a key is kept, in an int: not at all, as the second of its last use, or as
 * Redis' logarithmic counter of uses that decays with time. A {@link KeyTable} has the ints beside
 * its hashes, four bytes a key, and only from the first use on after a kind was chosen; a copy that
 * keeps nothing pays a branch a look-up, and knows when each table was used last.
 *
 * <p>Of a frequency: bits 8..31 the minute of the last decay, bits 0..7 the counter.
 */
public final class AccessClock {
  /** What is kept of a key's uses. */
  public enum Kind {
    NOTHING,
    RECENCY,
    FREQUENCY
  }

  /** The clock of a key whose use is not known. */
  public static final int UNKNOWN = 0;

  /** A new key is not the first to go. */
  private static final int COUNTER_INITIAL = 5;

  private static final int COUNTER_MAX = 255;
  private static final int COUNTER_BITS = 8;
  private static final int MINUTES_MASK = (1 << 24) - 1;
  private static final long MILLIS_PER_SECOND = 1000;
  private static final long MILLIS_PER_MINUTE = 60_000;

  private final RandomGenerator random;
  private Kind kind = Kind.NOTHING;
  private int logFactor = 10;
  private int decayMinutes = 1;

  public AccessClock(RandomGenerator random) {
    this.random = random;
  }

  public Kind kind() {
    return kind;
  }

  public void keep(Kind kind) {
    this.kind = kind;
  }

  /**
   * @param logFactor how many more uses each further count takes
   * @param decayMinutes after which a count is lost; 0 for never
   */
  public void count(int logFactor, int decayMinutes) {
    this.logFactor = logFactor;
    this.decayMinutes = decayMinutes;
  }

  /** The clock of a key that was used now. */
  public int used(int clock, long nowMillis) {
    if (kind == Kind.RECENCY) {
      return (int) (nowMillis / MILLIS_PER_SECOND);
    }
    return clock == UNKNOWN
        ? ofFrequency(COUNTER_INITIAL, nowMillis)
        : ofFrequency(counted(frequency(clock, nowMillis)), nowMillis);
  }

  private int counted(int counter) {
    if (counter == COUNTER_MAX) {
      return counter;
    }
    int above = Math.max(0, counter - COUNTER_INITIAL);
    return random.nextDouble() * ((double) above * logFactor + 1) < 1 ? counter + 1 : counter;
  }

  /** The clock of a key of this frequency, 0 to 255. */
  public int ofFrequency(int counter, long nowMillis) {
    return minutes(nowMillis) << COUNTER_BITS | counter;
  }

  private static int minutes(long millis) {
    return (int) (millis / MILLIS_PER_MINUTE) & MINUTES_MASK;
  }

  /** The clock of a key that was not used for so long. */
  public int ofIdle(long idleMillis, long nowMillis) {
    return (int) (Math.max(0, nowMillis - idleMillis) / MILLIS_PER_SECOND);
  }

  /** How often the key was used lately, 0 to 255. */
  public int frequency(int clock, long nowMillis) {
    int elapsed = minutes(nowMillis) - (clock >>> COUNTER_BITS) & MINUTES_MASK;
    int lost = decayMinutes == 0 ? 0 : elapsed / decayMinutes;
    return Math.max(0, (clock & COUNTER_MAX) - lost);
  }

  /** How long the key was not used. */
  public long idleMillis(int clock, long nowMillis) {
    return Math.max(0, nowMillis - clock * MILLIS_PER_SECOND);
  }
}
