package io.slotferry.topology.message;

/**
 * What the moves of an operation out of one shard have come to, from its leader since it leads; for
 * people who follow the operation.
 *
 * @param bytes sent, effects of writes meanwhile included; all that a move sent anew counts again
 * @param heldMillis how long commands have been waiting for a hand-over by now, 0 when none wait
 * @param heldMillisMax the longest that they waited
 */
public record MoveTally(long operation, long bytes, long heldMillis, long heldMillisMax) {
  /** Of a move that has ended: nothing waits for it any more. */
  public MoveTally over() {
    return new MoveTally(operation, bytes, 0, heldMillisMax);
  }

  /** Both together. */
  public MoveTally plus(MoveTally other) {
    return new MoveTally(
        operation,
        bytes + other.bytes,
        Math.max(heldMillis, other.heldMillis),
        Math.max(heldMillisMax, other.heldMillisMax));
  }
}
