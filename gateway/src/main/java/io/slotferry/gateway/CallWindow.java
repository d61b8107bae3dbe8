package io.slotferry.gateway;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls that a link has under way, by ticket. Tickets are consecutive, so that a ring finds
 * them; the few that stay long while thousands pass them ({@code WAIT 1 0}) are put aside.
 */
final class CallWindow {
  /** Calls under way at most. */
  static final int CALLS_MAX = 1 << 16;

  private static final int RING_INITIAL = 256;

  private final Map<Long, Call> aside = new LinkedHashMap<>();
  private @Nullable Call[] ring = new @Nullable Call[RING_INITIAL];
  private long first;
  private long next;
  private int size;

  boolean isFull() {
    return size >= CALLS_MAX;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The ticket that {@link #add} gives next. */
  long nextTicket() {
    return next;
  }

  void add(Call call) {
    if (next - first == ring.length) {
      makeRoom();
    }
    ring[at(next)] = call;
    next++;
    size++;
  }

  private int at(long ticket) {
    return (int) ticket & ring.length - 1;
  }

  private void makeRoom() {
    if (ring.length < CALLS_MAX) {
      @Nullable Call[] old = ring;
      ring = Arrays.copyOf(old, old.length * 2);
      Arrays.fill(ring, null);
      for (long ticket = first; ticket < next; ticket++) {
        ring[at(ticket)] = old[(int) ticket & old.length - 1];
      }
      return;
    }
    Call oldest = ring[at(first)];
    if (oldest != null) {
      aside.put(first, oldest);
      ring[at(first)] = null;
    }
    skipTaken();
  }

  private void skipTaken() {
    while (first < next && ring[at(first)] == null) {
      first++;
    }
  }

  /** The call with this ticket, which stays; null when it has been taken, or never was. */
  @Nullable Call find(long ticket) {
    return ticket < first || ticket >= next ? aside.get(ticket) : ring[at(ticket)];
  }

  /** Takes out the call with this ticket; null when it has been taken, or never was. */
  @Nullable Call take(long ticket) {
    Call call;
    if (ticket < first || ticket >= next) {
      call = aside.remove(ticket);
    } else {
      call = ring[at(ticket)];
      ring[at(ticket)] = null;
      skipTaken();
    }
    if (call != null) {
      size--;
    }
    return call;
  }

  /** Takes out all calls, in the order of their tickets. */
  void drain(Consumer<Call> consumer) {
    Call[] all = new Call[size];
    int count = 0;
    for (Call call : aside.values()) {
      all[count++] = call;
    }
    for (long ticket = first; ticket < next; ticket++) {
      Call call = ring[at(ticket)];
      if (call != null) {
        all[count++] = call;
      }
    }
    aside.clear();
    Arrays.fill(ring, null);
    first = next;
    size = 0;
    for (Call call : all) {
      consumer.accept(call);
    }
  }
}
