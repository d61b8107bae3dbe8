package io.slotferry.engine.store;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM has left for new objects until it collects garbage. A collection waits for a large
 * array that is being cleared, and everything waits for the collection; who makes one aside
 * therefore had better begin it after a collection than just before one.
 */
final class YoungSpace {
  /** As G1 calls it. With another collector there is nothing to wait for. */
  private static final String POOL = "G1 Eden Space";

  /** The part that is to be left: an eighth, 4 MB. */
  private static final int ROOM_SHIFT = 3;

  private static final long LOOK_MILLIS = 2;

  /** With no collection until then, none is near. */
  private static final int LOOKS_MAX = 10;

  private static final @Nullable MemoryPoolMXBean EDEN =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getName().equals(POOL))
          .findFirst()
          .orElse(null);

  private YoungSpace() {}

  /**
   * Returns when there is room for a while, or 20 ms later.
   *
   * <p>Thread: any that may sleep, never a loop.
   */
  static void awaitRoom() throws InterruptedException {
    for (int looks = 0; looks < LOOKS_MAX && !hasRoom(); looks++) {
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static boolean hasRoom() {
    if (EDEN == null) {
      return true;
    }
    MemoryUsage usage = EDEN.getUsage();
    return usage.getUsed() <= usage.getCommitted() - (usage.getCommitted() >> ROOM_SHIFT);
  }
}
