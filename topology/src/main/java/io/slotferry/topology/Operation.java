package io.slotferry.topology;

/**
 * Something an administrator asked for that takes time. Durable: it goes on after a restart.
 *
 * @param id the map version that began it
 * @param shard the shard that is added or removed, or receives the partitions of a MOVE; 0 while
 *     there is none
 * @param objective REBALANCE: what it evens out; {@link Objective#SLOTS} otherwise
 * @param partitions MOVE: what is to go to {@code shard}, ascending; empty otherwise, and once
 *     ended
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
    Objective objective,
    int[] partitions,
    int total,
    int done,
    long startedMillis,
    long endedMillis,
    String detail) {
  /** How many of those that ended are remembered. */
  public static final int ENDED_KEPT = 100;

  /** Most that may be under way. */
  public static final int OPEN_MAX = 32;

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
    FAILED;

    public boolean ended() {
      return this == DONE || this == CANCELLED || this == FAILED;
    }
  }

  public boolean ended() {
    return state.ended();
  }

  Operation withState(State nowState, String nowDetail) {
    return new Operation(
        id,
        kind,
        nowState,
        shard,
        objective,
        partitions,
        total,
        done,
        startedMillis,
        endedMillis,
        nowDetail);
  }

  Operation withShard(int nowShard) {
    return new Operation(
        id,
        kind,
        state,
        nowShard,
        objective,
        partitions,
        total,
        done,
        startedMillis,
        endedMillis,
        detail);
  }

  Operation withProgress(int nowTotal, int nowDone) {
    return new Operation(
        id,
        kind,
        state,
        shard,
        objective,
        partitions,
        nowTotal,
        nowDone,
        startedMillis,
        endedMillis,
        detail);
  }

  Operation endedAt(long nowMillis) {
    return new Operation(
        id,
        kind,
        state,
        shard,
        objective,
        new int[0],
        total,
        done,
        startedMillis,
        nowMillis,
        detail);
  }
}
