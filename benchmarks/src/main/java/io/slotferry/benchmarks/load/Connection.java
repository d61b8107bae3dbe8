package io.slotferry.benchmarks.load;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;

/** A client's connection that never blocks; replies are lines and bulk strings. */
final class Connection {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int NO_VALUE = -1;

  private final SocketChannel channel;
  private final ArrayDeque<ByteBuffer> output = new ArrayDeque<>();
  private final ArrayDeque<Long> due = new ArrayDeque<>();
  private final ByteBuffer input = ByteBuffer.allocateDirect(BUFFER_BYTES);

  // Where in a reply the input stands.
  private char kind;
  private int bulkLength;
  private int skip;

  Connection(SocketAddress address) throws IOException {
    channel = SocketChannel.open(address);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
  }

  /** One more command, which was due at this {@link System#nanoTime}. */
  void add(byte[] command, long dueNanos) {
    output.add(ByteBuffer.wrap(command));
    due.add(dueNanos);
  }

  /** Sends what the socket takes. */
  void write() throws IOException {
    ByteBuffer first;
    while ((first = output.peek()) != null) {
      channel.write(first);
      if (first.hasRemaining()) {
        return;
      }
      output.remove();
    }
  }

  /** Takes the replies that are there and returns how many; counts those due since then. */
  int read(Latencies latencies, long countedFromNanos) throws IOException {
    if (due.isEmpty() || channel.read(input) == 0) {
      return 0;
    }
    long now = System.nanoTime();
    input.flip();
    int replies = 0;
    while (input.hasRemaining()) {
      if (ends(input)) {
        long dueNanos = due.remove();
        if (dueNanos >= countedFromNanos) {
          latencies.add(now - dueNanos);
        }
        replies++;
      }
    }
    input.clear();
    return replies;
  }

  /** Takes some input; whether a reply ends there. */
  private boolean ends(ByteBuffer input) throws IOException {
    if (skip > 0) {
      int count = Math.min(skip, input.remaining());
      input.position(input.position() + count);
      skip -= count;
      return skip == 0;
    }
    char next = (char) input.get();
    if (kind == 0) {
      kind = next;
      bulkLength = 0;
      return false;
    }
    if (next == '\n') {
      return endsWithLine();
    }
    if (kind == '$' && next == '-') {
      bulkLength = NO_VALUE;
    } else if (kind == '$' && next != '\r' && bulkLength != NO_VALUE) {
      bulkLength = bulkLength * 10 + next - '0';
    }
    return false;
  }

  private boolean endsWithLine() throws IOException {
    char ended = kind;
    kind = 0;
    if (ended == '-') {
      throw new IOException("the server answered with an error");
    }
    if (ended == '$' && bulkLength >= 0) {
      skip = bulkLength + 2;
      return false;
    }
    return true;
  }
}
