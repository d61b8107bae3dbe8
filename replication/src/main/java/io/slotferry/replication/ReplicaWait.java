package io.slotferry.replication;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;

/**
 * A WAIT that has to wait.
 *
 * @param offset everything before it must be applied
 * @param replicas by so many
 * @param deadlineMillis monotonic; {@link Long#MAX_VALUE} for WAIT's timeout 0
 */
record ReplicaWait(
    long offset,
    int replicas,
    long deadlineMillis,
    long ticket,
    int respVersion,
    LaterReply later) {
  void answer(int count) {
    ReplyWriter reply = new ReplyWriter(16);
    reply.useProtocol(respVersion);
    reply.integer(count);
    later.replied(ticket, reply);
  }
}
