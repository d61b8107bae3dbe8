package io.slotferry.server.process;

import io.slotferry.server.StartRefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Finds ports that nobody listens on. They lie below those that systems hand out by themselves, so
 * that nobody else takes one before the node that it is for has started.
 */
public final class FreePorts {
  static final String LOOPBACK = "127.0.0.1";
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final int TRIES_MAX = 1_000;

  private final InetAddress address = InetAddress.getLoopbackAddress();
  private final Random random = new Random();
  private final Set<Integer> given = new HashSet<>();

  /** A port that was not given before. */
  public int next() throws StartRefusedException {
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = random.nextInt(FIRST, LAST);
      if (isFree(port) && given.add(port)) {
        return port;
      }
    }
    throw new StartRefusedException("found no free port from " + FIRST + " to " + LAST);
  }

  private boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
