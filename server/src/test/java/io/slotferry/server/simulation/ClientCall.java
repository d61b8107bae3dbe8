package io.slotferry.server.simulation;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;

/**
 * One command of a client on its way to a shard.
 *
 * @param value that it writes; 0 for a read
 * @param invoked the moment at which the client began
 * @param shard where it goes, in which epoch, as the client's image of the map has it
 */
record ClientCall(
    SimulatedClient client,
    ShardCall call,
    Request request,
    String key,
    long value,
    long invoked,
    int shard,
    long epoch) {
  /** Nothing was executed: route it again. */
  static final String NOT_HERE = "-NOT HERE";

  static final String UNCERTAIN = "-UNCERTAIN";

  Command command() {
    return call.command;
  }

  ClientCall to(int nowShard, long nowEpoch, long mapVersion) {
    call.mapVersion = mapVersion;
    return new ClientCall(client, call, request, key, value, invoked, nowShard, nowEpoch);
  }
}
