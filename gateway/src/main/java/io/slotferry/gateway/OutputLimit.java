package io.slotferry.gateway;

import io.slotferry.topology.ClusterSettings;

/**
 * Ends a connection that does not read what is pushed to it ({@code client-output-buffer-limit
 * pubsub HARD SOFT SECONDS}): when more than HARD bytes wait, or more than SOFT for so many seconds
 * on end. Replies need no such limit: a client that does not read them is not served on. Thread:
 * the connection's loop.
 */
final class OutputLimit {
  private static final String SETTING = "client-output-buffer-limit";
  private static final long NEVER = Long.MIN_VALUE;

  /** What the setting says of subscribers; 0 is no limit. */
  record Bounds(long hardBytes, long softBytes, long softSeconds) {
    /** Reads a setting such as {@code normal 0 0 0 pubsub 33554432 8388608 60}. */
    static Bounds of(ClusterSettings settings) {
      String[] words = settings.text(SETTING).split(" ");
      for (int i = 0; i + 3 < words.length; i += 4) {
        if (words[i].equals("pubsub")) {
          return new Bounds(
              Long.parseLong(words[i + 1]),
              Long.parseLong(words[i + 2]),
              Long.parseLong(words[i + 3]));
        }
      }
      return new Bounds(0, 0, 0);
    }
  }

  private ClusterSettings settings = ClusterSettings.INITIAL;
  private Bounds bounds = Bounds.of(settings);
  private boolean pushed;
  private long softSinceNanos = NEVER;

  /** Something was pushed: look at the end of this turn of the loop. */
  void pushed() {
    pushed = true;
  }

  private void use(ClusterSettings newer) {
    if (newer != settings) {
      settings = newer;
      bounds = Bounds.of(newer);
    }
  }

  /** Whether there is something to look at. */
  boolean isDue() {
    return pushed || softSinceNanos != NEVER;
  }

  /** At the end of a turn, when {@link #isDue}: whether {@code pendingBytes} are too many. */
  boolean isExceeded(ClusterSettings now, long pendingBytes) {
    pushed = false;
    use(now);
    if (bounds.softBytes() == 0 || pendingBytes < bounds.softBytes()) {
      softSinceNanos = NEVER;
    } else if (softSinceNanos == NEVER) {
      softSinceNanos = System.nanoTime();
    } else if (System.nanoTime() - softSinceNanos > bounds.softSeconds() * 1_000_000_000L) {
      return true;
    }
    return bounds.hardBytes() > 0 && pendingBytes >= bounds.hardBytes();
  }
}
