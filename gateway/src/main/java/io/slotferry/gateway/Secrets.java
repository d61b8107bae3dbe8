package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import java.util.Locale;
import java.util.Set;

/** Which arguments of a command nobody else may see: passwords, and the rules of users. */
final class Secrets {
  private static final Set<String> SECRET_SETTINGS =
      Set.of("requirepass", "masterauth", "masteruser", "tls-key-file-pass");

  /** No argument is secret for standing behind another. */
  private static final int NONE = Integer.MAX_VALUE;

  private Secrets() {}

  /** From which argument on all are secret. */
  static int from(Request request) {
    if (request.is(0, "AUTH")) {
      return 1;
    }
    if (request.is(0, "ACL") && request.count() > 2) {
      return request.is(1, "SETUSER") || request.is(1, "DELUSER") || request.is(1, "GETUSER")
          ? 2
          : NONE;
    }
    return NONE;
  }

  /**
   * @param from what {@link #from} says of the request
   */
  static boolean isSecret(Request request, int argument, int from) {
    if (argument >= from) {
      return true;
    }
    if (request.is(0, "HELLO")) {
      return (argument > 2 && request.is(argument - 1, "AUTH"))
          || (argument > 3 && request.is(argument - 2, "AUTH"));
    }
    return request.is(0, "CONFIG")
        && argument > 2
        && argument % 2 == 1
        && SECRET_SETTINGS.contains(request.text(argument - 1).toLowerCase(Locale.ROOT));
  }
}
