package io.slotferry.server.verify;

/**
 * What a client knows of one of its commands. Times are {@link System#nanoTime}: between them the
 * command was executed, if it was. Elements and values are never written twice; the upper half of
 * one says which session (connection) wrote it, the lower half counts that session's writes.
 */
public sealed interface Operation {
  /** Of a write whose answer did not come. */
  long NEVER = Long.MAX_VALUE;

  /** RPUSH. */
  record Append(int list, long element, long invokedNanos, long answeredNanos, Outcome outcome)
      implements Operation {}

  /** LRANGE of all. */
  record ListRead(int list, long[] elements, long invokedNanos, long answeredNanos)
      implements Operation {}

  /** SET. */
  record Write(int register, long value, long invokedNanos, long answeredNanos, Outcome outcome)
      implements Operation {}

  /**
   * GET.
   *
   * @param value {@link #NOTHING} when there was none
   */
  record Read(int register, long value, long invokedNanos, long answeredNanos)
      implements Operation {}

  /** Of a register before its first write. */
  long NOTHING = 0;

  /** What became of a write, as far as its client knows. */
  enum Outcome {
    ACKNOWLEDGED,

    /** Acknowledged, and replicas have it, as WAIT said. */
    CONFIRMED,

    /** The connection broke, or {@code -UNCERTAIN}: it may have been executed or not. */
    UNKNOWN,

    /** Another error: it was not executed. */
    REFUSED;

    boolean isAcknowledged() {
      return this == ACKNOWLEDGED || this == CONFIRMED;
    }
  }

  static long written(int session, int number) {
    return (long) session << Integer.SIZE | number;
  }

  static int session(long written) {
    return (int) (written >>> Integer.SIZE);
  }

  static String name(long written) {
    return session(written) + "-" + (int) written;
  }
}
