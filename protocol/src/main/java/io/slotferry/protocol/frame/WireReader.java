package io.slotferry.protocol.frame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link WireWriter} wrote. A frame that is too short or says impossible lengths throws
 * {@link MalformedFrameException}: frames come from our own nodes, so that is a bug or a broken
 * disk, never a user's mistake; the edge that received it drops it and logs.
 */
public final class WireReader {
  private byte[] bytes;
  private int at;
  private int end;

  public WireReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  public WireReader(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
  }

  /** Reads another frame from now on. */
  public void reset(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
  }

  public byte[] buffer() {
    return bytes;
  }

  /** Index in {@link #buffer} of the next byte. */
  public int position() {
    return at;
  }

  public int remaining() {
    return end - at;
  }

  private void need(int count) {
    if (count < 0 || end - at < count) {
      throw new MalformedFrameException("needs " + count + " bytes, has " + (end - at));
    }
  }

  public int u8() {
    need(1);
    return bytes[at++] & 0xff;
  }

  public int i32() {
    need(4);
    int value =
        (bytes[at] << 24)
            | ((bytes[at + 1] & 0xff) << 16)
            | ((bytes[at + 2] & 0xff) << 8)
            | (bytes[at + 3] & 0xff);
    at += 4;
    return value;
  }

  public long i64() {
    return ((long) i32() << 32) | (i32() & 0xffffffffL);
  }

  public double f64() {
    return Double.longBitsToDouble(i64());
  }

  public int varint() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int b = u8();
      value |= (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new MalformedFrameException("varint of more than five bytes");
  }

  public long varlong() {
    long zigzag = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = u8();
      zigzag |= (b & 0x7fL) << shift;
      if (b < 0x80) {
        return zigzag >>> 1 ^ -(zigzag & 1);
      }
    }
    throw new MalformedFrameException("varlong of more than ten bytes");
  }

  /** Skips {@code length} bytes and returns the index of the first in {@link #buffer}. */
  public int skip(int length) {
    need(length);
    int start = at;
    at += length;
    return start;
  }

  /** Length-prefixed bytes, in an array of their own. */
  public byte[] bytes() {
    int length = varint();
    int start = skip(length);
    return Arrays.copyOfRange(bytes, start, start + length);
  }

  public String text() {
    int length = varint();
    int start = skip(length);
    return new String(bytes, start, length, StandardCharsets.UTF_8);
  }
}
