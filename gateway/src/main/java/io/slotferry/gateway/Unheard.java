package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;

/** Who gives a command to a shard and does not care for the answer. Any thread: without state. */
final class Unheard implements Caller, ReplyTarget, Rerouting {
  private final Router router;
  private final WrittenShards written = new WrittenShards();

  Unheard(Router router) {
    this.router = router;
  }

  @Override
  public int keyspace() {
    return 0;
  }

  @Override
  public int respVersion() {
    return 2;
  }

  @Override
  public ReplyTarget later() {
    return this;
  }

  @Override
  public Rerouting rerouting() {
    return this;
  }

  /** A call that is to end has left the shard with the one that refused this. */
  @Override
  public boolean again(Call call, Request request, ReplyWriter reply) {
    if (call.command == Command.UNBLOCK) {
      reply.ok();
      return true;
    }
    int all = ShardCall.ALL_PARTITIONS;
    return router.dispatch(call, call.command, request, call.shard, all, reply);
  }

  @Override
  public WrittenShards written() {
    return written;
  }

  @Override
  public boolean sync() {
    return false;
  }

  @Override
  public long markedClient() {
    return 0;
  }

  @Override
  public long waitingSinceMillis() {
    return 0;
  }

  @Override
  public void replied(byte[] bytes, int offset, int length) {
    // Nobody listens.
  }

  @Override
  public void waits(boolean waiting) {
    // Nothing can overtake what nobody waits for.
  }

  @Override
  public void sent(boolean taken) {
    // As with waits.
  }

  @Override
  public void refused(long mapVersion) {
    // As with waits.
  }

  @Override
  public void mayRetry() {
    // As with waits.
  }

  @Override
  public boolean mayGoBy(long mapVersion) {
    return true;
  }
}
