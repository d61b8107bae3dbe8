package io.slotferry.replication;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.util.ArrayDeque;

/** Calls on partitions that are frozen for a moment, in the order they came; bounded. */
final class HeldCalls {
  static final int HELD_CALLS_MAX = 100_000;
  static final long HELD_BYTES_MAX = 64L << 20;

  private record Held(ShardCall call, Request request, LaterReply later) {}

  private final ReplyWriter reply = new ReplyWriter();
  private ArrayDeque<Held> held = new ArrayDeque<>();
  private long bytes;

  boolean isEmpty() {
    return held.isEmpty();
  }

  int size() {
    return held.size();
  }

  /** Keeps a copy of the call; false when there is no room (the caller routes again, later). */
  boolean hold(ShardCall call, Request request, LaterReply later) {
    Request kept = request.detached();
    if (held.size() >= HELD_CALLS_MAX || bytes + kept.buffer().length > HELD_BYTES_MAX) {
      return false;
    }
    bytes += kept.buffer().length;
    held.add(new Held(call.copy(), kept, later));
    return true;
  }

  /** Executes all that is held; what has to wait again is held again, in order. */
  void release(ShardExecutor executor) {
    ArrayDeque<Held> calls = held;
    held = new ArrayDeque<>();
    bytes = 0;
    for (Held call : calls) {
      reply.clear();
      reply.useProtocol(call.call.respVersion);
      switch (executor.execute(call.call, call.request, reply, call.later)) {
        case REPLIED -> call.later.replied(call.call.ticket, reply);
        case NOT_HERE -> call.later.notHere(call.call.ticket);
        case WAITING -> call.later.waiting(call.call.ticket);
        case LATER -> {
          // Held again, or it waits for its followers.
        }
      }
    }
  }

  /** Gives all that is held the same error. */
  void answerAll(String error) {
    ArrayDeque<Held> calls = held;
    held = new ArrayDeque<>();
    bytes = 0;
    for (Held call : calls) {
      reply.clear();
      reply.error(error);
      call.later.replied(call.call.ticket, reply);
    }
  }

  /** Sends all that is held away: this copy no longer leads. */
  void refuseAll() {
    ArrayDeque<Held> calls = held;
    held = new ArrayDeque<>();
    bytes = 0;
    for (Held call : calls) {
      call.later.notHere(call.call.ticket);
    }
  }
}
