package io.slotferry.replication.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the blocks of a file one after another, through a buffer that holds at least the current
 * one. Thread: one.
 */
final class BlockReader {
  private static final int BUFFER_BYTES = 256 << 10;

  private final VolumeFile file;
  private final long size;
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private long bufferPosition;
  private int magic;
  private long offset;
  private int length;

  /** Reads from the block at {@code position} on. */
  BlockReader(VolumeFile file, long position) throws IOException {
    this.file = file;
    this.size = file.size();
    this.bufferPosition = position;
  }

  /** Goes to the next block; false where no whole block follows. */
  boolean next() throws IOException {
    if (!has(Block.HEADER_BYTES)) {
      return false;
    }
    int at = buffer.position();
    int nextLength = buffer.getInt(at + 12);
    if (nextLength < 0 || !has((long) Block.HEADER_BYTES + nextLength)) {
      return false;
    }
    at = buffer.position();
    if (buffer.getInt(at + 16) != Block.checksum(buffer, at, nextLength)) {
      return false;
    }
    magic = buffer.getInt(at);
    offset = buffer.getLong(at + 4);
    length = nextLength;
    buffer.position(at + Block.HEADER_BYTES + nextLength);
    return true;
  }

  /** Makes the next {@code count} bytes stand in the buffer; false when the file has fewer. */
  private boolean has(long count) throws IOException {
    if (size - endPosition() < count) {
      return false;
    }
    if (buffer.remaining() < count) {
      fill((int) count);
    }
    return buffer.remaining() >= count;
  }

  private void fill(int count) throws IOException {
    bufferPosition = endPosition();
    if (buffer.capacity() < count) {
      buffer = ByteBuffer.allocate(count).put(buffer);
    } else {
      buffer.compact();
    }
    while (buffer.position() < count) {
      if (file.read(buffer, bufferPosition + buffer.position()) <= 0) {
        break;
      }
    }
    buffer.flip();
  }

  /** One of {@link Block}'s magics, or what nobody knows. */
  int magic() {
    return magic;
  }

  long offset() {
    return offset;
  }

  /** The array that holds the payload, until {@link #next}. */
  byte[] bytes() {
    return buffer.array();
  }

  /** Index of the payload in {@link #bytes}. */
  int start() {
    return buffer.position() - length;
  }

  /** Of the payload. */
  int length() {
    return length;
  }

  /** Position in the file of the current block. */
  long position() {
    return endPosition() - length - Block.HEADER_BYTES;
  }

  /** Position in the file behind the current block. */
  long endPosition() {
    return bufferPosition + buffer.position();
  }
}
