package io.slotferry.topology;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Sketch of the accessors; the topology room completes it. */
public final class ClusterMap {
  /** No shard. */
  public static final int NO_SHARD = 0;
}
