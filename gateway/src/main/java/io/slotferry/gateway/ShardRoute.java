package io.slotferry.gateway;

import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.topology.Shard;
import org.jspecify.annotations.Nullable;

/**
 * The way to a shard's leader, or to a replica, in one epoch: its copy on this very loop, or a
 * link.
 *
 * @param shard as the map has it
 * @param since version of the map that this gateway first saw this epoch in
 * @param executor the copy on this loop, null when it lives elsewhere
 * @param link null when the copy is on this loop
 */
record ShardRoute(
    Shard shard, long since, @Nullable ShardExecutor executor, @Nullable ShardLink link) {
  boolean leadsTo(Shard other) {
    return shard.epoch() == other.epoch() && shard.leader().equals(other.leader());
  }
}
