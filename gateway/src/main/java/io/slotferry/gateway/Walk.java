package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/**
 * A command that asks one place after the other: each step's reply tells whether there is a next
 * one. Steps that are answered in place follow each other in a loop; one that is answered later
 * goes on in a task of its own, never inside the shard's call.
 *
 * <p>A step that no shard took is made again from scratch under the newer map, so that a walk
 * follows the partitions wherever they go.
 *
 * <p>Thread: one gateway loop.
 */
abstract class Walk implements Caller, ReplyTarget, Rerouting {
  final Router router;
  final Command command;

  /** The client's request, in an array of its own. */
  final Request request;

  private final Caller caller;
  private final int keyspace;
  private final int respVersion;
  private final boolean sync;
  private long waitingSinceMillis;
  private @Nullable ReplyTarget target;

  Walk(Router router, Caller caller, Command command, Request request) {
    this.router = router;
    this.caller = caller;
    this.command = command;
    this.keyspace = caller.keyspace();
    this.respVersion = caller.respVersion();
    this.sync = caller.sync();
    this.waitingSinceMillis = caller.waitingSinceMillis();
    byte[][] arguments = new byte[request.count()][];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = request.copy(i);
    }
    this.request = Request.of(arguments);
  }

  /**
   * Asks the next place, through {@link Router#dispatch} with this walk as the caller.
   *
   * @return false when there is no place to ask
   */
  abstract Step step(ReplyWriter stepReply);

  /** Takes a step's reply; true when the walk is at its end. */
  abstract boolean accept(byte[] bytes, int offset, int length);

  /** Writes the client's reply. */
  abstract void finish(ReplyWriter reply);

  /** How a step went. */
  enum Step {
    /** Its reply was written. */
    REPLIED,
    /** Its reply comes later. */
    LATER,
    /** There is nothing left to ask. */
    NONE
  }

  static Step stepOf(boolean replied) {
    return replied ? Step.REPLIED : Step.LATER;
  }

  /** Starts the walk; the result is that of {@link Router#execute}. */
  final boolean start(ReplyWriter reply) {
    if (!advance()) {
      return false;
    }
    reply.useProtocol(respVersion);
    finish(reply);
    return true;
  }

  /** Makes steps as long as they are answered in place; true when the walk is at its end. */
  private boolean advance() {
    ReplyWriter stepReply = router.partReply();
    while (true) {
      stepReply.clear();
      Step step = step(stepReply);
      if (step == Step.LATER) {
        return false;
      }
      waitingSinceMillis = 0;
      if (step == Step.NONE || accept(stepReply.bytes(), 0, stepReply.size())) {
        return true;
      }
    }
  }

  @Override
  public final void replied(byte[] bytes, int offset, int length) {
    waitingSinceMillis = 0;
    if (accept(bytes, offset, length)) {
      answer();
    } else {
      router.loop().execute(this::goOn);
    }
  }

  private void goOn() {
    if (advance()) {
      answer();
    }
  }

  private void answer() {
    ReplyWriter reply = new ReplyWriter();
    reply.useProtocol(respVersion);
    finish(reply);
    target().replied(reply.bytes(), 0, reply.size());
  }

  @Override
  public final boolean again(Call call, Request refused, ReplyWriter reply) {
    waitingSinceMillis = call.waitingSinceMillis();
    goOn();
    return false;
  }

  private ReplyTarget target() {
    if (target == null) {
      target = caller.later();
    }
    return target;
  }

  @Override
  public final ReplyTarget later() {
    target();
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
    return this;
  }

  @Override
  public final WrittenShards written() {
    return caller.written();
  }

  @Override
  public final boolean sync() {
    return sync;
  }

  @Override
  public final long markedClient() {
    return 0;
  }

  @Override
  public final long waitingSinceMillis() {
    return waitingSinceMillis;
  }
}
