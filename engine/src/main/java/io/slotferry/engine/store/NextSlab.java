package io.slotferry.engine.store;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Has a slab made before it is needed. The system has to clear fresh memory for it, which takes
 * milliseconds that commands would wait for; a thread for all copies does it instead.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class NextSlab {
  /** It makes one slab after the other, so that it takes no more than one processor. */
  static final Executor MAKER =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("slab-maker").factory());

  private final int bytes;
  private final Executor maker;
  private @Nullable FutureTask<byte[]> next;

  NextSlab(int bytes, Executor maker) {
    this.bytes = bytes;
    this.maker = maker;
  }

  /** One will be needed soon. */
  void want() {
    if (next == null) {
      next = new FutureTask<>(() -> new byte[bytes]);
      maker.execute(next);
    }
  }

  /** Never waits: what is not made yet is for the next time. */
  byte[] take() {
    FutureTask<byte[]> made = next;
    if (made == null || made.state() == FutureTask.State.RUNNING) {
      return new byte[bytes];
    }
    next = null;
    return made.state() == FutureTask.State.SUCCESS ? made.resultNow() : new byte[bytes];
  }

  /** None will be needed soon. */
  void forget() {
    next = null;
  }
}
