package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.shard.ShardExecutor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The calls that shard copies on this loop answer later, by ticket. A ticket is a place in this
 * table and how often the place was used, so that a copy that answers twice is told from a fresh
 * call.
 */
final class LaterCalls implements ShardExecutor.LaterReply, ShardExecutor.KeyWatcher {
  /** Calls that may wait at once; beyond it the router keeps further ones. */
  static final int CALLS_MAX = 1 << 16;

  private static final int CALLS_INITIAL = 64;

  private final Router router;
  private @Nullable Call[] calls = new @Nullable Call[CALLS_INITIAL];
  private int[] uses = new int[CALLS_INITIAL];
  private int[] freePlaces = new int[CALLS_INITIAL];
  private int freeCount;

  LaterCalls(Router router) {
    this.router = router;
    free(0, CALLS_INITIAL);
  }

  private void free(int from, int to) {
    for (int place = to - 1; place >= from; place--) {
      freePlaces[freeCount++] = place;
    }
  }

  boolean isFull() {
    return freeCount == 0 && calls.length == CALLS_MAX;
  }

  /** The ticket that {@link #add} will use next. */
  long nextTicket() {
    if (freeCount == 0) {
      int size = calls.length;
      calls = Arrays.copyOf(calls, size * 2);
      uses = Arrays.copyOf(uses, size * 2);
      freePlaces = Arrays.copyOf(freePlaces, size * 2);
      free(size, size * 2);
    }
    int place = freePlaces[freeCount - 1];
    return (long) uses[place] << 32 | place;
  }

  /** Keeps a call under {@link #nextTicket}. */
  void add(Call call) {
    long ticket = nextTicket();
    calls[freePlaces[--freeCount]] = call;
    call.sent(ticket, null);
  }

  private Call take(long ticket) {
    int place = (int) ticket;
    Call call = calls[place];
    if (call == null || uses[place] != (int) (ticket >>> 32)) {
      throw new IllegalStateException("no call has the ticket " + ticket);
    }
    calls[place] = null;
    uses[place]++;
    freePlaces[freeCount++] = place;
    return call;
  }

  @Override
  public void happened(byte[] bytes, int length) {
    router.loop().keyFeed().happened(bytes, 0, length);
  }

  @Override
  public void replied(long ticket, ReplyWriter reply) {
    router.replied(take(ticket), reply.bytes(), 0, reply.size());
  }

  @Override
  public void notHere(long ticket) {
    Call call = take(ticket);
    router.refused(call, call.mapVersion());
  }

  @Override
  public void uncertain(long ticket) {
    router.uncertain(take(ticket));
  }
}
