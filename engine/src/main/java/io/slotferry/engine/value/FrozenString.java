package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireWriter;

/** A large string, whose bytes never change. Head: its length. A part: an offset, and bytes. */
final class FrozenString extends FrozenValue {
  private final byte[] buffer;
  private final int start;
  private final int length;
  private int written;

  FrozenString(byte[] buffer, int start, int length) {
    this.buffer = buffer;
    this.start = start;
    this.length = length;
  }

  @Override
  void writeHead(WireWriter out) {
    out.varint(length);
  }

  @Override
  boolean writeElements(WireWriter out, int sizeMax) {
    int part = Math.min(length - written, Math.max(1, sizeMax - out.size()));
    out.varint(written);
    out.raw(buffer, start + written, part);
    written += part;
    return written < length;
  }
}
