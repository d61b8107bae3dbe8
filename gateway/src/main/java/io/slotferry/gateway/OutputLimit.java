package io.slotferry.gateway;

/**
 * Ends a connection that does not read what is sent to it ({@code client-output-buffer-limit CLASS
 * HARD SOFT SECONDS}): when more than HARD bytes wait, or more than SOFT for so many seconds on
 * end. Replies are bounded without it: a client that does not read them is not served on. Thread:
 * the connection's loop.
 */
final class OutputLimit {
  private static final long NEVER = Long.MIN_VALUE;

  private boolean pushed;
  private long softSinceNanos = NEVER;

  /** Something was pushed: look at the end of this turn of the loop. */
  void pushed() {
    pushed = true;
  }

  /** Whether there is something to look at. */
  boolean isDue() {
    return pushed || softSinceNanos != NEVER;
  }

  /**
   * Whether {@code pendingBytes} are too many.
   *
   * @param later looks again after so many milliseconds, when nothing else may happen
   */
  boolean isExceeded(ClientLimits.Output limits, long pendingBytes, Later later) {
    pushed = false;
    if (limits.softBytes() == 0 || pendingBytes < limits.softBytes()) {
      softSinceNanos = NEVER;
    } else if (softSinceNanos == NEVER) {
      softSinceNanos = System.nanoTime();
      later.lookAgain(limits.softSeconds() * 1_000 + 1);
    } else if (System.nanoTime() - softSinceNanos > limits.softSeconds() * 1_000_000_000L) {
      return true;
    }
    return limits.hardBytes() > 0 && pendingBytes >= limits.hardBytes();
  }

  /** Who looks again. */
  @FunctionalInterface
  interface Later {
    void lookAgain(long delayMillis);
  }
}
