package io.slotferry.topology;

import org.jspecify.annotations.Nullable;

/**
 * A range {@code [from, to)} of a range keyspace.
 *
 * @param partition its partition id, at least {@link Slots#COUNT}; never used again once dropped
 * @param from first key that belongs to it; empty for the first tablet
 * @param to first key that no longer does; null for the last tablet
 * @param shard the owner
 * @param automatic whether {@code from} was chosen by the cluster, which may then also merge the
 *     tablet with the one before it again; boundaries that somebody named stay
 */
public record Tablet(
    int partition, byte[] from, byte @Nullable [] to, int shard, boolean automatic) {
  /** Most bytes of a boundary. */
  public static final int BOUNDARY_BYTES_MAX = 1024;

  Tablet withShard(int nowShard) {
    return new Tablet(partition, from, to, nowShard, automatic);
  }
}
