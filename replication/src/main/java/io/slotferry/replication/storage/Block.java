package io.slotferry.replication.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The unit of everything that is written: a block is whole and as it was written, or it is not
 * there.
 *
 * <pre>
 *   magic i32 | offset i64 | length i32 | CRC32C of the fields before and the payload | payload
 * </pre>
 *
 * The magic tells the kind, and in its last character the version. Offsets are the log's.
 */
final class Block {
  /** Whole log records, the first at the block's offset. */
  static final int LOG = magic("SLG1");

  /** Starts a snapshot; recovery starts at its offset in the log. No payload. */
  static final int SNAPSHOT = magic("SLS1");

  /** Chunks of partitions as they were when the log ended at the block's offset. */
  static final int CHUNK = magic("SLC1");

  /** Ends a snapshot: the log must reach the block's offset. No payload. */
  static final int SNAPSHOT_END = magic("SLE1");

  /** {@link CopyMeta}. */
  static final int META = magic("SLM1");

  static final int HEADER_BYTES = 20;

  private static final int CHECKED_BYTES = 16;

  private Block() {}

  private static int magic(String name) {
    return name.charAt(0) << 24 | name.charAt(1) << 16 | name.charAt(2) << 8 | name.charAt(3);
  }

  /** Completes the block whose payload stands in {@code buffer[start + HEADER_BYTES, position)}. */
  static void seal(ByteBuffer buffer, int start, int magic, long offset) {
    int length = buffer.position() - start - HEADER_BYTES;
    buffer.putInt(start, magic).putLong(start + 4, offset).putInt(start + 12, length);
    buffer.putInt(start + CHECKED_BYTES, checksum(buffer, start, length));
  }

  /** Of the block at {@code start}, its checksum field left out. */
  static int checksum(ByteBuffer buffer, int start, int length) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(start, CHECKED_BYTES));
    crc.update(buffer.slice(start + HEADER_BYTES, length));
    return (int) crc.getValue();
  }

  /** A block of its own. */
  static ByteBuffer of(int magic, long offset, byte[] payload, int length) {
    ByteBuffer block = ByteBuffer.allocate(HEADER_BYTES + length);
    block.position(HEADER_BYTES);
    block.put(payload, 0, length);
    seal(block, 0, magic, offset);
    return block.flip();
  }
}
