package io.slotferry.engine.redis;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.slotferry.protocol.differential.RawConnection;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code redis-server} of our own on loopback, without a disk, and one connection to it. */
final class RedisServer implements AutoCloseable {
  private static final long START_MILLIS_MAX = 10_000;

  private final Process process;
  private final int port;
  private final RawConnection connection;

  private RedisServer(Process process, int port) throws IOException {
    this.process = process;
    this.port = port;
    this.connection = connect(process, port);
  }

  /** Starts one; without the program the test is skipped, but fails where CI promises it. */
  static RedisServer start() throws IOException {
    if (!isInstalled()) {
      String reason = "no redis-server on the PATH to compare with";
      if ("true".equals(System.getenv("CI"))) {
        fail(reason);
      }
      abort(reason);
    }
    int port = freePort();
    Process process =
        new ProcessBuilder(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--loglevel",
                "warning",
                "--enable-debug-command",
                "yes")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return new RedisServer(process, port);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Another connection to the same server; closing either ends the server. */
  RedisServer again() throws IOException {
    return new RedisServer(process, port);
  }

  private static boolean isInstalled() {
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      if (new File(folder, "redis-server").canExecute()) {
        return true;
      }
    }
    return false;
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static RawConnection connect(Process process, int port) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS_MAX);
    while (true) {
      try {
        return new RawConnection(port);
      } catch (ConnectException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException("redis-server does not start", e);
        }
        Thread.onSpinWait();
      }
    }
  }

  /** The raw reply to a command, whose characters are bytes. */
  byte[] reply(List<String> command) throws IOException {
    return connection.reply(command);
  }

  /** All that has come to this connection, which is a RESP3 subscriber and does nothing else. */
  List<byte[]> pushes() throws IOException {
    return connection.pushes();
  }

  @Override
  public void close() throws IOException {
    connection.close();
    process.destroy();
  }
}
