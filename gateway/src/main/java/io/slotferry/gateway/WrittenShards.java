package io.slotferry.gateway;

import java.util.Arrays;

/**
 * The shards that a connection has written to, for WAIT: a leader that was promoted since the first
 * write may lack what the one before it had taken, and WAIT says so, until the connection has
 * written to that shard again.
 *
 * <pre>
 *   NOT WRITTEN ── a write ──► WRITTEN since this version of the map ◄── a write ──┐
 *                                 └── WAIT meets a leader of a later version ──► LOST
 * </pre>
 *
 * Thread: the connection's loop.
 */
final class WrittenShards {
  private static final long NOT_WRITTEN = 0;
  private static final long LOST = -1;
  private static final long[] NONE = {};

  /** By shard: the version of the map that the first write went by, or a state. */
  private long[] since = NONE;

  /** A write goes to this shard by the map of this version. */
  void wrote(int shard, long mapVersion) {
    if (shard >= since.length) {
      since = Arrays.copyOf(since, shard + 1);
    }
    if (since[shard] <= NOT_WRITTEN) {
      since[shard] = mapVersion;
    }
  }

  /**
   * A WAIT goes to this shard, whose leader was first seen in this version of the map.
   *
   * @return whether that may lack what was written
   */
  boolean mayBeLost(int shard, long ledSince) {
    if (shard >= since.length || since[shard] == NOT_WRITTEN) {
      return false;
    }
    if (since[shard] != LOST && ledSince > since[shard]) {
      since[shard] = LOST;
    }
    return since[shard] == LOST;
  }
}
