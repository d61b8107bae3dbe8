package io.slotferry.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits with a bound for what happens in another process. */
public final class Await {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private Await() {}

  /**
   * Asks again and again until the answer is yes.
   *
   * @param what named in the failure
   * @param bound after which an unmet condition fails the test
   */
  public static void until(String what, Duration bound, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > bound.toNanos()) {
        throw new AssertionError("within " + bound + ": " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /**
   * Asks again and again until the answer is no failure.
   *
   * @param bound after which the failure is thrown on
   * @param failure what may pass by; anything else is thrown at once
   */
  public static <T> T answer(
      Duration bound, Class<? extends RuntimeException> failure, Supplier<T> question) {
    long start = System.nanoTime();
    while (true) {
      try {
        return question.get();
      } catch (RuntimeException e) {
        if (!failure.isInstance(e) || System.nanoTime() - start > bound.toNanos()) {
          throw e;
        }
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
