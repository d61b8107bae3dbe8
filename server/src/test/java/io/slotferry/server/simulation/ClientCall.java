package io.slotferry.server.simulation;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;

/**
 * A client's command as a copy gets it.
 *
 * @param value that it writes; 0 for a read
 * @param epoch of the leader that it is meant for
 */
record ClientCall(Command command, String key, long value, int partition, long epoch) {
  static ClientCall of(ShardCall call, Request request, long epoch) {
    boolean writes = call.command.isWrite();
    return new ClientCall(
        call.command,
        request.text(1),
        writes ? Long.parseLong(request.text(2)) : 0,
        call.partition,
        epoch);
  }
}
