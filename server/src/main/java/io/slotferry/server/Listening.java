package io.slotferry.server;

import io.slotferry.server.config.HostPort;

/** Where a server listens, said the way its users need it. */
public final class Listening {
  private Listening() {}

  /** An address that connects to a server on this machine that listens on {@code bind}. */
  public static HostPort reachable(String bind, int port) {
    return switch (bind) {
      case "0.0.0.0" -> new HostPort("127.0.0.1", port);
      case "::" -> new HostPort("::1", port);
      default -> new HostPort(bind, port);
    };
  }

  /** The line that says that a gateway serves. */
  public static String readyLine(String bind, int respPort, String httpBind, int httpPort) {
    return "slotferry ready: resp="
        + reachable(bind, respPort)
        + " http=http://"
        + reachable(httpBind, httpPort);
  }
}
