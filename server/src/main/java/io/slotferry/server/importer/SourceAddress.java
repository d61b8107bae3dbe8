package io.slotferry.server.importer;

import io.slotferry.server.config.HostPort;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A Redis as a URL names it: {@code redis://[[user]:password@]host[:port]}.
 *
 * @param user empty for the default one
 * @param password empty for none
 */
public record SourceAddress(HostPort address, String user, String password) {
  private static final int PORT = 6379;

  /** Whether it is meant to be one, rather than the name of a file. */
  public static boolean isMeant(String text) {
    return text.matches("[a-z]+://.*");
  }

  /** Null when {@code text} is none. */
  public static @Nullable SourceAddress parse(String text) {
    try {
      URI uri = new URI(text);
      String path = uri.getPath();
      if (!"redis".equals(uri.getScheme())
          || uri.getHost() == null
          || (path != null && !path.isEmpty() && !path.equals("/"))) {
        return null;
      }
      String credentials = uri.getUserInfo() == null ? "" : uri.getUserInfo();
      int colon = credentials.indexOf(':');
      int port = uri.getPort() < 0 ? PORT : uri.getPort();
      String host = uri.getHost().replaceAll("[\\[\\]]", "");
      return new SourceAddress(
          new HostPort(host, port),
          colon < 0 ? "" : credentials.substring(0, colon),
          credentials.substring(colon + 1));
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "redis://" + address;
  }
}
