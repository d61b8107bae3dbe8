package io.slotferry.gateway;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A blocking client over a plain socket. */
final class RespClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket = new Socket();
  private final InputStream in;
  private byte[] received = new byte[1 << 16];
  private int from;
  private int to;

  RespClient(int port) {
    this(port, 1 << 16);
  }

  RespClient(int port, int receiveBufferBytes) {
    try {
      socket.setReceiveBufferSize(receiveBufferBytes);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      in = socket.getInputStream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] encode(String... arguments) {
    ReplyWriter out = new ReplyWriter();
    out.array(arguments.length);
    for (String argument : arguments) {
      out.bulk(argument.getBytes(StandardCharsets.ISO_8859_1));
    }
    return out.toByteArray();
  }

  void send(String... arguments) {
    write(encode(arguments));
  }

  void write(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Reply call(String... arguments) {
    send(arguments);
    return read();
  }

  /** The reply in a short spelling: text, (1), nil, -ERR …, [a, b]. */
  String ask(String... arguments) {
    return text(call(arguments));
  }

  String readText() {
    return text(read());
  }

  Reply read() {
    while (true) {
      ReplyReader reader = new ReplyReader(received, from, to - from);
      Reply reply = reader.read();
      if (reply != null) {
        from = reader.position();
        return reply;
      }
      fill();
    }
  }

  private void fill() {
    if (from > 0) {
      System.arraycopy(received, from, received, 0, to - from);
      to -= from;
      from = 0;
    }
    if (to == received.length) {
      received = Arrays.copyOf(received, received.length * 2);
    }
    try {
      int count = in.read(received, to, received.length - to);
      if (count < 0) {
        throw new AssertionError("the server has closed the connection");
      }
      to += count;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether something has arrived that nobody has read. */
  boolean hasInput() {
    try {
      return from < to || in.available() > 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for the server to close; false when it sends something instead. */
  boolean isClosedByServer() {
    try {
      return from == to && in.read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  static String text(Reply reply) {
    return switch (reply) {
      case Reply.SimpleString(String text) -> text;
      case Reply.SimpleError(String message) -> "-" + message;
      case Reply.Int(long value) -> "(" + value + ")";
      case Reply.BulkString bulk -> bulk.text();
      case Reply.Nil() -> "nil";
      case Reply.Array(List<Reply> elements) ->
          elements.stream().map(RespClient::text).toList().toString();
      case Reply.Verbatim(String format, String text) -> text;
      default -> reply.toString();
    };
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
