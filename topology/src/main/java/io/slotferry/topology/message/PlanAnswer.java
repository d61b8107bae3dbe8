package io.slotferry.topology.message;

import java.util.List;

/**
 * What a rebalance would do now.
 *
 * @param moves in the order in which they would begin
 * @param shares of every shard, by its id
 */
public record PlanAnswer(List<PlannedMove> moves, List<Share> shares) {
  public PlanAnswer {
    moves = List.copyOf(moves);
    shares = List.copyOf(shares);
  }

  /**
   * @param from shard
   * @param to shard
   * @param partitions slots and tablets, ascending
   * @param bytes that they hold, as far as it is known
   */
  public record PlannedMove(int from, int to, int[] partitions, long bytes) {}

  /** What a shard owns, once the moves under way are done, and what it would own. */
  public record Share(int shard, Part before, Part after) {}

  /**
   * @param operations per second
   * @param cpuMicros microseconds per second
   */
  public record Part(
      int slots, int tablets, long keys, long bytes, long operations, long cpuMicros) {}
}
