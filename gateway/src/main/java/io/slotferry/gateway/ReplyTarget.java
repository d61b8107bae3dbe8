package io.slotferry.gateway;

/** Who waits for the answer of one command under way. Thread: one gateway loop. */
interface ReplyTarget {
  /** The answer, RESP; the bytes are valid only during the call. Comes once. */
  void replied(byte[] bytes, int offset, int length);

  /**
   * The command was taken by no shard and waits for a newer map ({@code true}), or is on its way
   * again ({@code false}). While it waits, later commands of the same connection may not overtake.
   */
  void waits(boolean waiting);

  /** The shard that took its call lets it wait for a key. */
  default void blocks() {}

  /** A shard has taken one of its calls ({@code true}), or has answered or refused one. */
  void sent(boolean taken);

  /**
   * A shard refused one of its calls, which went by the map of this version: that one, and all
   * later ones of the same connection, wait for a newer map or {@link #mayRetry}.
   */
  void refused(long mapVersion);

  /** What was refused may be tried again by the same map. */
  void mayRetry();

  /**
   * Whether a call that waits may go by the map of this version: not while others of the same
   * connection are still under way by an older one, or the later could overtake the earlier; and
   * not when one was just {@link #refused} by this very map.
   */
  boolean mayGoBy(long mapVersion);
}
