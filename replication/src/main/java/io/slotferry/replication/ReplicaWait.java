package io.slotferry.replication;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;

/**
 * A WAIT, or WAITAOF, that has to wait.
 *
 * @param offset everything before it must be applied, or on disk
 * @param onDisk whether it is WAITAOF
 * @param leaders 1 when it has to be on the leader's disk, else 0
 * @param replicas by so many
 * @param deadlineMillis monotonic; {@link Long#MAX_VALUE} for the timeout 0
 */
record ReplicaWait(
    long offset,
    boolean onDisk,
    int leaders,
    int replicas,
    long deadlineMillis,
    long ticket,
    int respVersion,
    LaterReply later) {
  /** Whether so many are enough. */
  boolean isMet(int leadersHave, int replicasHave) {
    return leadersHave >= leaders && replicasHave >= replicas;
  }

  /** Writes how many have it, as WAIT or WAITAOF tells it. */
  void write(int leadersHave, int replicasHave, ReplyWriter reply) {
    if (onDisk) {
      reply.array(2);
      reply.integer(leadersHave);
    }
    reply.integer(replicasHave);
  }

  void answer(int leadersHave, int replicasHave) {
    ReplyWriter reply = new ReplyWriter(32);
    reply.useProtocol(respVersion);
    write(leadersHave, replicasHave, reply);
    later.replied(ticket, reply);
  }
}
