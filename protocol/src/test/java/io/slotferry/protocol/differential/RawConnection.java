package io.slotferry.protocol.differential;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A connection to a server on loopback that gives its replies as they are, byte for byte. */
public final class RawConnection implements AutoCloseable {
  private static final int READ_MILLIS_MAX = 10_000;

  private static final String END = "the end of it";

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  public RawConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_MILLIS_MAX);
    in = new BufferedInputStream(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream());
  }

  /** The raw reply to a command, whose characters are bytes. */
  public byte[] reply(List<String> command) throws IOException {
    send(command);
    return next();
  }

  /**
   * All replies to a command, which may have none or several, and what is pushed meanwhile; not in
   * a transaction.
   */
  public List<byte[]> replies(List<String> command) throws IOException {
    send(command);
    return pushes();
  }

  /** All that comes until the server has answered what was sent before. */
  public List<byte[]> pushes() throws IOException {
    send(List.of("PING", END));
    List<byte[]> all = new ArrayList<>();
    for (byte[] reply = next(); !isEnd(reply); reply = next()) {
      all.add(reply);
    }
    return all;
  }

  /** To subscribers RESP2 answers with an array, whose last element it is. */
  private static boolean isEnd(byte[] reply) {
    return new String(reply, StandardCharsets.ISO_8859_1).endsWith("\r\n" + END + "\r\n");
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
        throw new EOFException("the server has closed the connection");
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
  }
}
