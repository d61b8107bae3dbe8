package io.slotferry.server.client;

import io.slotferry.protocol.MalformedReplyException;
import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.server.config.HostPort;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A blocking connection to a server of Redis' protocol. Commands are gathered by {@link #add}, sent
 * by {@link #flush}, and their replies read one by one in their order; the caller bounds how many
 * are under way.
 *
 * <p>Thread: one adds and flushes, one (maybe another) reads.
 */
public final class RespClient implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int LINE_CHARS_MAX = 1 << 16;
  private static final byte[] LINE_END = {'\r', '\n'};

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private final ReplyReader reader = new ReplyReader();
  private byte[] input = new byte[BUFFER_BYTES];
  private int start;
  private int end;
  private long bytesRead;

  private RespClient(Socket socket) throws IOException {
    this.socket = socket;
    this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
    this.in = socket.getInputStream();
  }

  /**
   * Connects.
   *
   * @param timeoutMillis for the connection, and for each reply; a reply that takes longer is an
   *     {@link IOException}
   */
  public static RespClient connect(HostPort address, int timeoutMillis) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(timeoutMillis);
      socket.connect(new InetSocketAddress(address.host(), address.port()), timeoutMillis);
      return new RespClient(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** One more command; what has gathered beyond a buffer is sent. */
  public void add(byte[]... arguments) throws IOException {
    header('*', arguments.length);
    for (byte[] argument : arguments) {
      header('$', argument.length);
      out.write(argument);
      out.write(LINE_END);
    }
  }

  /** One more command, its arguments as UTF-8. */
  public void add(String... arguments) throws IOException {
    byte[][] bytes = new byte[arguments.length][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
    }
    add(bytes);
  }

  private void header(char type, int number) throws IOException {
    out.write(type);
    out.write(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    out.write(LINE_END);
  }

  /** Sends what was added. */
  public void flush() throws IOException {
    out.flush();
  }

  /** The next reply. */
  public Reply read() throws IOException {
    while (true) {
      reader.reset(input, start, end - start);
      Reply reply;
      try {
        reply = reader.read();
      } catch (MalformedReplyException e) {
        throw new IOException("the server does not speak Redis' protocol: " + e.getMessage(), e);
      }
      if (reply != null) {
        bytesRead += reader.position() - start;
        start = reader.position();
        return reply;
      }
      fill();
    }
  }

  private void fill() throws IOException {
    if (start > 0) {
      System.arraycopy(input, start, input, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end == input.length) {
      input = Arrays.copyOf(input, 2 * end);
    }
    int count = in.read(input, end, input.length - end);
    if (count < 0) {
      throw new EOFException("the server closed the connection");
    }
    end += count;
  }

  /** Bytes of all that was read by {@link #read} so far. */
  public long bytesRead() {
    return bytesRead;
  }

  /** Whether something has come that was not read yet. */
  public boolean hasInput() {
    return start < end;
  }

  /** The line that comes next, where the server sends something that is no reply. */
  public String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = readByte(); next != '\n'; next = readByte()) {
      if (next != '\r') {
        line.append((char) next);
      }
      if (line.length() > LINE_CHARS_MAX) {
        throw new IOException("the server does not speak Redis' protocol: a line without end");
      }
    }
    return line.toString();
  }

  private int readByte() throws IOException {
    if (start == end) {
      fill();
    }
    return input[start++] & 0xff;
  }

  /**
   * The bytes that come next, where the server sends something that is no reply.
   *
   * @param length the stream ends behind so many
   */
  public InputStream readRaw(long length) {
    return new InputStream() {
      private long left = length;

      @Override
      public int read() throws IOException {
        if (left == 0) {
          return -1;
        }
        int next = readByte();
        left--;
        return next;
      }

      @Override
      public int read(byte[] target, int offset, int count) throws IOException {
        if (left == 0 || count == 0) {
          return left == 0 ? -1 : 0;
        }
        if (start == end) {
          fill();
        }
        int taken = (int) Math.min(left, Math.min(count, end - start));
        System.arraycopy(input, start, target, offset, taken);
        start += taken;
        left -= taken;
        return taken;
      }
    };
  }

  /** Sends a command and waits for its reply; nothing else may be under way. */
  public Reply call(String... arguments) throws IOException {
    add(arguments);
    flush();
    return read();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to be done for it.
    }
  }
}
