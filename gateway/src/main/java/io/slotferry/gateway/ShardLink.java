package io.slotferry.gateway;

import io.slotferry.protocol.Request;

/**
 * The way to a shard's leader, or to a replica, that is not on this loop. Calls are collected until
 * the end of the loop turn and leave as one batch; answers come back as batches too. One link
 * serves one shard in one epoch; when the leader changes, the old link is {@link #retire retired}
 * and a new one opened.
 *
 * <p>Every call that was taken is answered, kept for another way, or declared uncertain by the
 * {@link Router} it came from, in that link's bounded time. Thread: one gateway loop.
 */
interface ShardLink {
  /** Whether it takes another call now: it is open, and its window has room. */
  boolean hasRoom();

  /** Takes a call; only when {@link #hasRoom}. The request is valid only during the call. */
  void send(Call call, Request request, int partition, long mapVersion);

  /** Sends what was collected in this turn of the loop. */
  void flush();

  /** Tells the copy which key events this loop wants to be told of now. */
  void watch();

  /** Takes no further calls, and closes once those under way are answered or given up. */
  void retire();

  /** Closes at once; what is under way has an unknown fate. */
  void close();
}
