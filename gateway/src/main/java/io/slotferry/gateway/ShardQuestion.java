package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway asks the shards on behalf of a caller, to make its answer out of theirs; perhaps
 * in several steps.
 *
 * <p>Thread: one gateway loop.
 */
abstract class ShardQuestion implements Caller, ReplyTarget {
  private final Router router;
  private final Caller caller;
  private final int keyspace;
  private final int respVersion;
  private final WrittenShards written;
  private final boolean sync;
  private final long markedClient;
  private final boolean noTouch;
  private final @Nullable TrackedRead trackedRead;
  private final @Nullable AclUser restrictedUser;
  private @Nullable ReplyTarget target;

  ShardQuestion(Router router, Caller caller) {
    this.router = router;
    this.caller = caller;
    this.keyspace = caller.keyspace();
    this.respVersion = caller.respVersion();
    this.written = caller.written();
    this.sync = caller.sync();
    this.markedClient = caller.markedClient();
    this.noTouch = caller.noTouch();
    this.trackedRead = caller.trackedRead();
    this.restrictedUser = caller.restrictedUser();
  }

  /**
   * Gives a command to the shards.
   *
   * @param answer gets the caller's reply, if there is one now
   * @return whether there is; else the caller's target gets it later
   */
  final boolean ask(Command command, Request request, ReplyWriter answer) {
    ReplyWriter reply = new ReplyWriter(256);
    reply.useProtocol(respVersion);
    return router.execute(this, command, request, reply)
        && take(reply.bytes(), 0, reply.size(), answer);
  }

  /**
   * The shards have replied.
   *
   * @return true when {@code answer} is written; else the next {@link #ask} is under way
   */
  abstract boolean take(byte[] bytes, int offset, int length, ReplyWriter answer);

  /** Before the request that is being given to a shard becomes invalid: it is answered later. */
  void keep() {}

  final ReplyTarget target() {
    if (target == null) {
      target = caller.later();
    }
    return target;
  }

  @Override
  public final void replied(byte[] bytes, int offset, int length) {
    ReplyWriter answer = new ReplyWriter(256);
    answer.useProtocol(respVersion);
    if (take(bytes, offset, length, answer)) {
      target().replied(answer.bytes(), 0, answer.size());
    }
  }

  @Override
  public final ReplyTarget later() {
    target();
    keep();
    return this;
  }

  @Override
  public final void waits(boolean waiting) {
    target().waits(waiting);
  }

  @Override
  public final void sent(boolean taken) {
    target().sent(taken);
  }

  @Override
  public final void refused(long mapVersion) {
    target().refused(mapVersion);
  }

  @Override
  public final void mayRetry() {
    target().mayRetry();
  }

  @Override
  public final boolean mayGoBy(long mapVersion) {
    return target().mayGoBy(mapVersion);
  }

  @Override
  public final int keyspace() {
    return keyspace;
  }

  @Override
  public final int respVersion() {
    return respVersion;
  }

  @Override
  public final Rerouting rerouting() {
    return router;
  }

  @Override
  public final WrittenShards written() {
    return written;
  }

  @Override
  public final boolean sync() {
    return sync;
  }

  @Override
  public final long markedClient() {
    return markedClient;
  }

  @Override
  public final @Nullable Session session() {
    return caller.session();
  }

  @Override
  public final boolean noTouch() {
    return noTouch;
  }

  @Override
  public final @Nullable TrackedRead trackedRead() {
    return trackedRead;
  }

  @Override
  public final @Nullable AclUser restrictedUser() {
    return restrictedUser;
  }

  @Override
  public final long waitingSinceMillis() {
    return 0;
  }
}
