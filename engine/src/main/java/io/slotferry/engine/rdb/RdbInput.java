package io.slotferry.engine.rdb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The primitives of an RDB file, read from a stream: counted, summed up for the checksum, and, from
 * {@link #startCapture} to {@link #captured}, kept.
 */
final class RdbInput {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int ENCODED = 3;
  private static final int LENGTH_32 = 0x80;
  private static final int LENGTH_64 = 0x81;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int end;

  /** Of the file before the buffer. */
  private long earlierBytes;

  private long crc;

  /** Up to where in the buffer {@link #crc} goes. */
  private int summedUp;

  private byte[] capture = new byte[BUFFER_BYTES];
  private int capturedBytes;

  /** From where in the buffer on bytes are still to be captured; -1 when none are. */
  private int captureFrom = -1;

  private final int captureBytesMax;

  RdbInput(InputStream in, int captureBytesMax) {
    this.in = in;
    this.captureBytesMax = captureBytesMax;
  }

  /** Bytes read so far. */
  long position() {
    return earlierBytes + at;
  }

  MalformedRdbException malformed(String reason) {
    return new MalformedRdbException(reason, position());
  }

  /** The checksum of all that was read so far. */
  long checksum() {
    crc = Crc64.update(crc, buffer, summedUp, at - summedUp);
    summedUp = at;
    return crc;
  }

  // ---- bytes

  int u8() throws IOException {
    if (at == end) {
      fill();
    }
    return buffer[at++] & 0xff;
  }

  /** Passes over bytes. */
  void skip(long count) throws IOException {
    if (count < 0) {
      throw malformed("an impossible length");
    }
    for (long left = count; left > 0; ) {
      if (at == end) {
        fill();
      }
      int step = (int) Math.min(left, end - at);
      at += step;
      left -= step;
    }
  }

  byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) u8();
    }
    return bytes;
  }

  private void fill() throws IOException {
    checksum();
    keepCaptured();
    earlierBytes += end;
    int count = in.read(buffer, 0, buffer.length);
    at = 0;
    end = Math.max(count, 0);
    summedUp = 0;
    captureFrom = captureFrom < 0 ? -1 : 0;
    if (count <= 0) {
      throw malformed("the file ends too early");
    }
  }

  // ---- numbers

  long littleEndian(int width) throws IOException {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value |= (long) u8() << i * Byte.SIZE;
    }
    return value;
  }

  private long bigEndian(int width) throws IOException {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << Byte.SIZE | u8();
    }
    return value;
  }

  /** A length, or any number that is written as one. */
  long length() throws IOException {
    int first = u8();
    if (first >>> 6 == ENCODED) {
      throw malformed("an encoded string where a length is");
    }
    return length(first);
  }

  private long length(int first) throws IOException {
    return switch (first >>> 6) {
      case 0 -> first;
      case 1 -> (first & 0x3f) << Byte.SIZE | u8();
      default ->
          switch (first) {
            case LENGTH_32 -> bigEndian(4);
            case LENGTH_64 -> bigEndian(8);
            default -> throw malformed("unknown width of a length");
          };
    };
  }

  // ---- strings

  void skipString() throws IOException {
    int first = u8();
    if (first >>> 6 != ENCODED) {
      skip(length(first));
      return;
    }
    switch (first & 0x3f) {
      case 0 -> skip(1);
      case 1 -> skip(2);
      case 2 -> skip(4);
      case 3 -> {
        long length = length();
        length();
        skip(length);
      }
      default -> throw malformed("unknown encoding of a string");
    }
  }

  /** A string that is wanted here and now, such as a key. */
  byte[] string() throws IOException {
    startCapture();
    skipString();
    keepCaptured();
    captureFrom = -1;
    try {
      return new DumpInput(capture, 0, capturedBytes).string();
    } catch (MalformedDumpException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  String text() throws IOException {
    return new String(string(), StandardCharsets.UTF_8);
  }

  // ---- capture

  void startCapture() {
    capturedBytes = 0;
    captureFrom = at;
  }

  /**
   * What was read since {@link #startCapture}, with this byte before it and so much room behind it.
   */
  byte[] captured(int first, int room) throws IOException {
    keepCaptured();
    captureFrom = -1;
    byte[] bytes = new byte[1 + capturedBytes + room];
    bytes[0] = (byte) first;
    System.arraycopy(capture, 0, bytes, 1, capturedBytes);
    if (capture.length > 1 << 20) {
      capture = new byte[BUFFER_BYTES];
    }
    return bytes;
  }

  private void keepCaptured() throws IOException {
    if (captureFrom < 0) {
      return;
    }
    int count = at - captureFrom;
    if (count > captureBytesMax - capturedBytes) {
      throw malformed(
          "a key or value takes more than the " + captureBytesMax + " bytes that can be restored");
    }
    if (count > capture.length - capturedBytes) {
      int size = (int) Math.min(captureBytesMax, 2L * (capturedBytes + count));
      capture = Arrays.copyOf(capture, size);
    }
    System.arraycopy(buffer, captureFrom, capture, capturedBytes, count);
    capturedBytes += count;
    captureFrom = at;
  }
}
