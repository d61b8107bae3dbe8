package io.slotferry.topology;

/**
 * Something an administrator asked for that takes time. Durable: it goes on after a restart.
 *
 * @param shard the shard that is added or removed; 0 where it concerns none
 * @param total partitions to move in all, as far as planned
 * @param done partitions moved
 * @param startedMillis wall clock, milliseconds since 1970
 * @param endedMillis 0 while it is under way
 * @param detail one line for people: what it waits for, or why it failed
 */
public record Operation(
    long id,
    Kind kind,
    State state,
    int shard,
    int total,
    int done,
    long startedMillis,
    long endedMillis,
    String detail) {
  /** Codes are persisted: append only. */
  public enum Kind {
    ADD_SHARD,
    REMOVE_SHARD,
    REBALANCE,
    MOVE
  }

  /** Codes are persisted: append only. */
  public enum State {
    /** ADD_SHARD only: no free node with the shard role has joined yet. */
    WAITING_FOR_NODE,
    RUNNING,
    PAUSED,
    DONE,
    CANCELLED,
    FAILED
  }

  public boolean ended() {
    return state == State.DONE || state == State.CANCELLED || state == State.FAILED;
  }
}
