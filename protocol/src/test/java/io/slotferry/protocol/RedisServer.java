package io.slotferry.protocol;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/** A real redis-server of its own for a test, and one connection to it. */
public final class RedisServer implements AutoCloseable {
  private static final long START_MILLIS_MAX = 20_000;

  private final Process process;
  private final Socket socket;
  private byte[] received = new byte[1 << 16];

  private RedisServer(Process process, Socket socket) {
    this.process = process;
    this.socket = socket;
  }

  /**
   * Starts one; without a redis-server on the PATH the test is skipped, but fails under CI=true.
   */
  public static RedisServer start() {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-server")));
    if (!installed) {
      String reason = "no redis-server on the PATH";
      if ("true".equals(System.getenv("CI"))) {
        Assertions.fail(reason);
      }
      assumeTrue(false, reason);
    }
    try {
      return launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RedisServer launch() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
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
                "no")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS_MAX);
    while (true) {
      try {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) START_MILLIS_MAX);
        return new RedisServer(process, socket);
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          process.destroyForcibly();
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Sends one command and waits for its reply. */
  public Reply call(String... command) {
    ReplyWriter out = new ReplyWriter();
    out.array(command.length);
    for (String argument : command) {
      out.bulk(argument);
    }
    try {
      socket.getOutputStream().write(out.bytes(), 0, out.size());
      return receive();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Reply receive() throws IOException {
    int size = 0;
    Reply reply = null;
    while (reply == null) {
      if (size == received.length) {
        received = Arrays.copyOf(received, 2 * size);
      }
      int count = socket.getInputStream().read(received, size, received.length - size);
      if (count < 0) {
        throw new IOException("redis-server has closed the connection");
      }
      size += count;
      reply = new ReplyReader(received, 0, size).read();
    }
    return reply;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      process.destroyForcibly();
    }
  }
}
