package io.slotferry.topology.message;

/**
 * When the leading rebalancer gave an answer. A node's next report carries it back, and thereby
 * proves that it was made later, however long it was under way.
 *
 * @param leadership a number that no other leadership of any rebalancer has
 * @param millis by the monotonic clock of that rebalancer
 */
public record Stamp(long leadership, long millis) {
  /** Of a node that has had no answer. */
  public static final Stamp NONE = new Stamp(0, Long.MIN_VALUE);
}
