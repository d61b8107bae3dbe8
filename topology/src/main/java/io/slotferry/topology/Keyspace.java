package io.slotferry.topology;

import java.util.List;

/**
 * A numbered database with a name and a partitioning.
 *
 * @param order the order of its keys; meaningful for {@link Partitioning#RANGE}
 * @param firstTablet its tablets have ids from here on; smaller ones were those of another keyspace
 *     with the same number, which was dropped
 * @param tablets in key order, without gaps, covering everything; empty for {@link
 *     Partitioning#HASH}, whose keys are in the slots
 */
public record Keyspace(
    int number,
    String name,
    Partitioning partitioning,
    KeyOrder order,
    Durability durability,
    int firstTablet,
    List<Tablet> tablets) {
  /** Numbers run from 0 to this, exclusive, as Redis' {@code databases 16}. */
  public static final int COUNT_MAX = 16;

  /** Most tablets of one keyspace: the map is held by every node. */
  public static final int TABLETS_MAX = 4096;

  public Keyspace {
    tablets = List.copyOf(tablets);
  }

  Keyspace withTablets(List<Tablet> nowTablets) {
    return new Keyspace(number, name, partitioning, order, durability, firstTablet, nowTablets);
  }

  /** The tablet that {@code key[start, start + length)} belongs to (binary search). */
  public Tablet tabletOf(byte[] key, int start, int length) {
    int low = 0;
    int high = tablets.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      byte[] from = tablets.get(middle).from();
      if (order.compare(key, start, length, from, 0, from.length) >= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return tablets.get(low);
  }
}
