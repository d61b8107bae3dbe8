package io.slotferry.gateway;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A reply's place in the order of its connection, for one that is not there yet. */
final class PendingReply implements ReplyTarget {
  private final ReplyQueue queue;

  /** CLIENT REPLY OFF: the reply is waited for, and thrown away. */
  final boolean silent;

  /** The reply, once it is there and others before it are not. */
  byte @Nullable [] reply;

  @Nullable PendingReply next;

  /** Is told when the reply has gone out. */
  @Nullable TrackedRead trackedRead;

  /** Is told the reply. */
  CommandMeter.@Nullable Answered measured;

  PendingReply(ReplyQueue queue, boolean silent) {
    this.queue = queue;
    this.silent = silent;
  }

  @Override
  public void replied(byte[] bytes, int offset, int length) {
    if (length > 0 && bytes[offset] == '-') {
      queue.failed(bytes, offset);
    }
    if (length > 0 && measured != null) {
      measured.replied(bytes, offset);
    }
    if (queue.isFirst(this)) {
      queue.firstReplied(bytes, offset, length);
    } else {
      reply = Arrays.copyOfRange(bytes, offset, offset + length);
      queue.laterReplied(length);
    }
  }

  @Override
  public void waits(boolean waiting) {
    queue.waits(waiting);
  }

  @Override
  public void sent(boolean taken) {
    queue.sent(taken);
  }

  @Override
  public void refused(long mapVersion) {
    queue.refused(mapVersion);
  }

  @Override
  public void mayRetry() {
    queue.mayRetry();
  }

  @Override
  public boolean mayGoBy(long mapVersion) {
    return queue.mayGoBy(mapVersion);
  }
}
