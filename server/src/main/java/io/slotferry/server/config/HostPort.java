package io.slotferry.server.config;

import org.jspecify.annotations.Nullable;

/** A host name or address, and a TCP port. */
public record HostPort(String host, int port) {
  private static final int PORT_MAX = 65_535;

  /** The last colon separates, so that {@code [::1]:5701} works. Null when {@code text} is none. */
  public static @Nullable HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return null;
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return host.isBlank() || port < 1 || port > PORT_MAX ? null : new HostPort(host, port);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** As it stands in a URL: an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
