package io.slotferry.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;

/**
 * Output with large values in it, which goes to the channel in chunks, as the client takes it:
 * neither does a value stand in memory a second time, nor does it keep the loop from others.
 *
 * <p>Thread: the connection's loop.
 */
final class LargeOutput {
  /** What is copied for the channel at once, bytes. */
  private static final int CHUNK_BYTES = 64 << 10;

  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();

  private long bytes;

  /** What waits. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Takes over bytes that go out behind all that waits. */
  void add(ByteBuf added) {
    bytes += added.readableBytes();
    waiting.add(added);
  }

  /** Adds bytes by reference if they never change, else a copy. */
  void add(byte[] source, int offset, int length, boolean lasting) {
    if (length > 0) {
      add(
          lasting
              ? Unpooled.wrappedBuffer(source, offset, length)
              : Unpooled.copiedBuffer(source, offset, length));
    }
  }

  /** Writes as much as the channel takes now. */
  void pump(ChannelHandlerContext context) {
    ByteBuf first;
    while ((first = waiting.peek()) != null && context.channel().isWritable()) {
      int length = Math.min(first.readableBytes(), CHUNK_BYTES);
      ByteBuf chunk = context.alloc().directBuffer(length).writeBytes(first, length);
      bytes -= length;
      var _ = context.write(chunk, context.voidPromise());
      if (!first.isReadable()) {
        waiting.remove().release();
      }
    }
  }

  /** Drops all: nobody reads it any more. */
  void close() {
    bytes = 0;
    ByteBuf first;
    while ((first = waiting.poll()) != null) {
      first.release();
    }
  }
}
