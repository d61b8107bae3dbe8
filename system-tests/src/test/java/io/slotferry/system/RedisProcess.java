package io.slotferry.system;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A real {@code redis-server} on a free port, with its files in a folder. */
final class RedisProcess implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(20);

  private final Process process;
  private final int port;

  private RedisProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Without the program the test is skipped, but fails where CI promises it. */
  static RedisProcess start(Path folder, String... settings) {
    if (!isInstalled()) {
      String reason = "no redis-server on the PATH";
      if ("true".equals(System.getenv("CI"))) {
        fail(reason);
      }
      abort(reason);
    }
    try {
      int port = freePort();
      List<String> command =
          new ArrayList<>(
              List.of(
                  "redis-server",
                  "--port",
                  Integer.toString(port),
                  "--bind",
                  "127.0.0.1",
                  "--dir",
                  folder.toString(),
                  "--save",
                  "",
                  "--repl-diskless-sync-delay",
                  "0",
                  "--enable-debug-command",
                  "yes"));
      command.addAll(List.of(settings));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new RedisProcess(process, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  int port() {
    return port;
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** A connection, once it answers. */
  Jedis connect() {
    return Await.answer(
        START_MAX,
        JedisConnectionException.class,
        () -> {
          Jedis redis = Load.connect(port);
          redis.ping();
          return redis;
        });
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
