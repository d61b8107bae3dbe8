package io.slotferry.gateway.http;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.Request;
import io.vertx.core.Future;

/**
 * Executes commands as a connection would: routed, split, merged, in the order of the calls made
 * from one loop turn. Thread: the HTTP server's event loop.
 */
@FunctionalInterface
public interface Commands {
  /** The reply, read from RESP3; a Redis error is a reply too. Fails only with a bug. */
  Future<Reply> execute(int keyspace, Request request);
}
