package io.slotferry.server.node;

import io.slotferry.server.StartRefusedException;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Says why something could not start, in one line for the user. */
final class StartRefusals {
  private static final int CAUSES_MAX = 10;
  private static final List<String> SYSTEM_REASONS =
      List.of("Address already in use", "Cannot assign requested address", "Permission denied");

  private StartRefusals() {}

  /** The failure to listen, told in terms of the settings. */
  static <T> Future<T> listening(String what, String bind, int port, Future<T> listening) {
    return listening.recover(failure ->
        Future.failedFuture(
            new StartRefusedException(
                "cannot listen for "
                    + what
                    + " on "
                    + bind
                    + ":"
                    + port
                    + ": "
                    + reason(failure))));
  }

  /**
   * Waits for a step of the start.
   *
   * @param what it is, for the message when it takes too long
   */
  static <T> T await(Future<T> step, String what, long millisMax)
      throws StartRefusedException, InterruptedException {
    try {
      return step.await(millisMax, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new StartRefusedException(what + " took more than " + millisMax / 1_000 + " s");
    } catch (Exception e) {
      if (e instanceof InterruptedException interrupted) {
        throw interrupted;
      }
      if (e instanceof StartRefusedException refused) {
        throw refused;
      }
      throw new StartRefusedException(what + " failed: " + reason(e));
    }
  }

  /** The failure that started it all tells most. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; i < CAUSES_MAX && cause.getCause() != null; i++) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    for (String known : SYSTEM_REASONS) {
      // Netty's own words around the system's say nothing to a user.
      if (message.contains(known)) {
        return known;
      }
    }
    return message.isBlank() || cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message);
  }
}
