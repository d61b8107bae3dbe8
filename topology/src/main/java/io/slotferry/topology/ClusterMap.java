package io.slotferry.topology;

/** Sketch of the accessors; the topology room completes it. */
public final class ClusterMap {
  /** No shard. */
  public static final int NO_SHARD = 0;
}
