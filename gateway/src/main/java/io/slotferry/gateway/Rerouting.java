package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;

/** How a call that no shard took finds its way under a newer map. */
interface Rerouting {
  /**
   * @param call the call, {@code request} its arguments; both valid only during this
   * @return true when the answer was written to {@code reply}; else the call's target gets it later
   */
  boolean again(Call call, Request request, ReplyWriter reply);
}
