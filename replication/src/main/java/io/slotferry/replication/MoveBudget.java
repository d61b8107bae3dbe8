package io.slotferry.replication;

/**
 * What all moves out of a copy may take together: bandwidth, and time of the loop that also serves
 * its clients. Chunks are cut in turns: one takes {@link #turnNanosMax} at most, and after it the
 * loop is the clients' for as long as it took. So a command waits for one turn, and moves never
 * take more than half of the loop. How many keys a chunk holds goes by how long the last one took:
 * code that runs for the first time takes a hundred times as long as later on. A loop that is late,
 * with clients, with what other moves bring, or because others have the processor, gets as much
 * time to catch up.
 *
 * <p>Effects on keys that were sent are no matter of choice: they count, but do not wait. When they
 * alone need more than the bandwidth, no chunk is cut until that is paid back.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class MoveBudget {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long MILLIS_PER_SECOND = 1_000;

  /** Bandwidth that was not used is kept for so long. */
  private static final long UNUSED_MILLIS = 100;

  /** Timers are no more exact than that. */
  static final long LATE_NANOS_MIN = 2_000_000;

  /** Beside clients that leave no time a move goes on in turns that are so far apart. */
  static final long REST_NANOS_MAX = 20_000_000;

  /** Of the first chunk: with fewer, frames would cost more than keys. */
  static final int CHUNK_KEYS_MIN = 128;

  /** More than a chunk has bytes for. */
  static final int CHUNK_KEYS_MAX = 4096;

  /**
   * A chunk that takes no more than this part of a turn, a quarter, is followed by a larger one.
   */
  private static final int SHORT_SHIFT = 2;

  private static final long NOT_IN_TURN = Long.MIN_VALUE;

  private final TimeSource time;

  /** 0 for no bound. */
  private long bytesPerSecond;

  private long turnNanosMax = Long.MAX_VALUE;

  /** What may be sent now, in thousandths of a byte; below 0 when too much was sent. */
  private long credit;

  private long creditedMillis;
  private long turnSinceNanos = NOT_IN_TURN;
  private long nextTurnNanos = Long.MIN_VALUE;
  private int chunkKeys = CHUNK_KEYS_MIN;
  private long chunkSinceNanos;

  MoveBudget(TimeSource time) {
    this.time = time;
  }

  /**
   * @param bytesPerSecond of chunks and effects together; 0 for no bound
   * @param turnMicrosMax the longest that the loop cuts chunks in one go
   */
  void use(long bytesPerSecond, long turnMicrosMax) {
    if (bytesPerSecond != this.bytesPerSecond) {
      this.bytesPerSecond = bytesPerSecond;
      credit = 0;
      creditedMillis = time.monotonicMillis();
    }
    this.turnNanosMax = turnMicrosMax * NANOS_PER_MICRO;
  }

  /** Whether another chunk may be cut now; begins a turn if none is under way. */
  boolean allows() {
    long nowNanos = time.nanos();
    if (turnSinceNanos == NOT_IN_TURN) {
      if (nowNanos < nextTurnNanos) {
        return false;
      }
      turnSinceNanos = nowNanos;
    }
    chunkSinceNanos = nowNanos;
    return nowNanos - turnSinceNanos < turnNanosMax && hasCredit();
  }

  /** How many keys the next chunk should hold at most. */
  int chunkKeysMax() {
    return chunkKeys;
  }

  /** The chunk that was allowed is cut. */
  void cut() {
    long tookNanos = time.nanos() - chunkSinceNanos;
    if (tookNanos > turnNanosMax) {
      chunkKeys = Math.max(CHUNK_KEYS_MIN, chunkKeys >> 1);
    } else if (tookNanos <= turnNanosMax >> SHORT_SHIFT) {
      chunkKeys = Math.min(CHUNK_KEYS_MAX, chunkKeys << 1);
    }
  }

  private boolean hasCredit() {
    if (bytesPerSecond == 0) {
      return true;
    }
    long nowMillis = time.monotonicMillis();
    long elapsedMillis = Math.min(nowMillis - creditedMillis, UNUSED_MILLIS);
    // A thousandth of a byte for each byte a second and millisecond.
    long most = bytesPerSecond * UNUSED_MILLIS;
    credit = Math.min(credit + elapsedMillis * bytesPerSecond, most);
    creditedMillis = nowMillis;
    return credit > 0;
  }

  /** So much was sent. */
  void sent(int bytes) {
    if (bytesPerSecond > 0) {
      credit -= bytes * MILLIS_PER_SECOND;
    }
  }

  /** The loop came so much later than it was asked to: no chunk is cut for as long. */
  void late(long nanos) {
    if (nanos > LATE_NANOS_MIN) {
      nextTurnNanos = Math.max(nextTurnNanos, time.nanos() + Math.min(nanos, REST_NANOS_MAX));
    }
  }

  /** Nothing more is cut in this go. */
  void endTurn() {
    if (turnSinceNanos != NOT_IN_TURN) {
      long nowNanos = time.nanos();
      nextTurnNanos = nowNanos + (nowNanos - turnSinceNanos);
      turnSinceNanos = NOT_IN_TURN;
    }
  }
}
