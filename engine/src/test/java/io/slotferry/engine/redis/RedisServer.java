package io.slotferry.engine.redis;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code redis-server} of our own on loopback, without a disk, and one connection to it. */
final class RedisServer implements AutoCloseable {
  private static final long START_MILLIS_MAX = 10_000;
  private static final int READ_MILLIS_MAX = 10_000;

  private static final String END = "the end of it";

  private final Process process;
  private final int port;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RedisServer(Process process, int port) throws IOException {
    this.process = process;
    this.port = port;
    this.socket = connect(process, port);
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = new BufferedOutputStream(socket.getOutputStream());
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

  private static Socket connect(Process process, int port) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS_MAX);
    while (true) {
      try {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MILLIS_MAX);
        return socket;
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
    send(command);
    return next();
  }

  /** All that has come to this connection, which is a RESP3 subscriber and does nothing else. */
  List<byte[]> pushes() throws IOException {
    byte[] end = ("$" + END.length() + "\r\n" + END + "\r\n").getBytes(StandardCharsets.US_ASCII);
    send(List.of("ECHO", END));
    List<byte[]> all = new ArrayList<>();
    for (byte[] reply = next(); !Arrays.equals(reply, end); reply = next()) {
      all.add(reply);
    }
    return all;
  }

  private void send(List<String> command) throws IOException {
    StringBuilder request = new StringBuilder("*" + command.size() + "\r\n");
    for (String argument : command) {
      request.append('$').append(argument.length()).append("\r\n").append(argument).append("\r\n");
    }
    out.write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private byte[] next() throws IOException {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    copyReply(reply);
    return reply.toByteArray();
  }

  private void copyReply(ByteArrayOutputStream reply) throws IOException {
    String line = copyLine(reply);
    switch (line.charAt(0)) {
      case '$', '=' -> {
        int length = Integer.parseInt(line.substring(1));
        if (length >= 0) {
          reply.write(in.readNBytes(length + 2));
        }
      }
      case '*', '~', '>' -> copyReplies(reply, Integer.parseInt(line.substring(1)));
      case '%' -> copyReplies(reply, 2 * Integer.parseInt(line.substring(1)));
      default -> {
        // The line is all of it.
      }
    }
  }

  private void copyReplies(ByteArrayOutputStream reply, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      copyReply(reply);
    }
  }

  private String copyLine(ByteArrayOutputStream reply) throws IOException {
    StringBuilder line = new StringBuilder();
    int b;
    while ((b = in.read()) != '\n') {
      if (b < 0) {
        throw new EOFException("redis-server has closed the connection");
      }
      reply.write(b);
      if (b != '\r') {
        line.append((char) b);
      }
    }
    reply.write('\n');
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    process.destroy();
  }
}
