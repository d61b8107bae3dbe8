package io.slotferry.replication.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/**
 * How frames go over the event bus: as they are, where both ends are in one process. Vert.x' own
 * codec copies an array each time, lest one end sees what the other changes; but nobody changes a
 * frame that was sent.
 */
public final class FrameCodec implements MessageCodec<byte[], byte[]> {
  static final String NAME = "frame";

  @Override
  public void encodeToWire(Buffer buffer, byte[] frame) {
    buffer.appendInt(frame.length).appendBytes(frame);
  }

  @Override
  public byte[] decodeFromWire(int position, Buffer buffer) {
    int start = position + Integer.BYTES;
    return buffer.getBytes(start, start + buffer.getInt(position));
  }

  @Override
  public byte[] transform(byte[] frame) {
    return frame;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
