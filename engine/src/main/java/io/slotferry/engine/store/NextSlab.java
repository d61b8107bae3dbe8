package io.slotferry.engine.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Has slabs made before they are needed. The system has to clear fresh memory for each, which takes
 * milliseconds that commands would wait for; a thread for all copies does it instead.
 *
 * <p>Usually one is made when the newest in use is nearly full. If that comes too late, some are
 * made in advance, until they lie there for a while before they are used.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class NextSlab {
  /** It makes one slab after the other, so that it takes no more than one processor. */
  static final Executor MAKER =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("slab-maker").factory());

  /** So many are made in advance where they are needed fast. */
  static final int AHEAD = 2;

  /** That is so where one is taken so soon after it was made. */
  static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private record Made(byte[] slab, long nanos) {}

  private final int bytes;
  private final Executor maker;
  private final LongSupplier nanos;
  private final Deque<FutureTask<Made>> next = new ArrayDeque<>(AHEAD);

  /**
   * @param nanos as {@link System#nanoTime}
   */
  NextSlab(int bytes, Executor maker, LongSupplier nanos) {
    this.bytes = bytes;
    this.maker = maker;
    this.nanos = nanos;
  }

  /** One will be needed soon. */
  void want() {
    wantAhead(1);
  }

  private void wantAhead(int count) {
    while (next.size() < count) {
      FutureTask<Made> task = new FutureTask<>(this::make);
      next.add(task);
      maker.execute(task);
    }
  }

  private Made make() throws InterruptedException {
    YoungSpace.awaitRoom();
    return new Made(new byte[bytes], nanos.getAsLong());
  }

  /** Never waits: what is not made yet is for the next time. */
  byte[] take() {
    FutureTask<Made> first = next.peek();
    if (first != null && first.state() != FutureTask.State.RUNNING) {
      next.remove();
      if (first.state() == FutureTask.State.SUCCESS) {
        Made made = first.resultNow();
        if (nanos.getAsLong() - made.nanos < SOON_NANOS) {
          wantAhead(AHEAD);
        }
        return made.slab;
      }
    }
    wantAhead(AHEAD);
    return new byte[bytes];
  }

  /** None will be needed soon. */
  void forget() {
    next.clear();
  }
}
