package io.slotferry.server;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of the process around a {@link Server}: it ends in order, with status 0, when a signal
 * (or {@code System.exit}) ends it, and with 1 when the server cannot start.
 */
public final class Lifetime {
  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);
  private static final int START_REFUSED = 1;

  private Lifetime() {}

  /** Returns only when the server could not start. */
  public static int run(Server server) {
    // The virtual machine ends with the signal's number, unless its last hook ends it otherwise.
    Thread ending =
        new Thread(
            () -> {
              server.stop();
              System.out.flush();
              Runtime.getRuntime().halt(0);
            },
            "ending");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      String ready = server.start();
      System.out.println(ready);
      System.out.flush();
      new CountDownLatch(1).await();
    } catch (StartRefusedException e) {
      if (isEnding(ending)) {
        return 0;
      }
      System.err.println("slotferry: " + e.getMessage());
    } catch (InterruptedException e) {
      if (isEnding(ending)) {
        return 0;
      }
      LOG.warn("interrupted; ending");
    }
    server.stop();
    return START_REFUSED;
  }

  /** True when the shutdown hook runs, and will end the process; else it is disarmed. */
  private static boolean isEnding(Thread ending) {
    try {
      Runtime.getRuntime().removeShutdownHook(ending);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
