package io.slotferry.protocol.shard;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * Key events on their way from a shard to a gateway loop, one after the other:
 *
 * <pre>
 *   u8 MODIFIED, bytes key, varlong client          by the receiver's client of this id, or 0
 *   u8 FLUSHED                                      all keys of a keyspace are gone
 *   u8 EVENT, varint keyspace, bytes name, bytes key
 *   u8 LOST                                         here some are missing
 * </pre>
 *
 * Codes are append-only.
 */
public final class KeyEventRecord {
  private static final int MODIFIED = 1;
  private static final int FLUSHED = 2;
  private static final int EVENT = 3;
  private static final int LOST = 4;

  /** What is told of each record. */
  public interface Reader {
    /** {@code client} caused it, one of the reader's own, or 0. */
    void modified(byte[] key, long client);

    void flushed();

    void event(int keyspace, byte[] name, byte[] key);

    void lost();
  }

  private KeyEventRecord() {}

  public static void writeModified(WireWriter out, byte[] key, int start, int length, long client) {
    out.u8(MODIFIED);
    out.bytes(key, start, length);
    out.varlong(client);
  }

  public static void writeFlushed(WireWriter out) {
    out.u8(FLUSHED);
  }

  public static void writeEvent(
      WireWriter out, int keyspace, byte[] name, byte[] key, int start, int length) {
    out.u8(EVENT);
    out.varint(keyspace);
    out.bytes(name);
    out.bytes(key, start, length);
  }

  public static void writeLost(WireWriter out) {
    out.u8(LOST);
  }

  /** Reads all records to the end. */
  public static void readAll(WireReader in, Reader reader) {
    while (in.remaining() > 0) {
      int kind = in.u8();
      switch (kind) {
        case MODIFIED -> reader.modified(in.bytes(), in.varlong());
        case FLUSHED -> reader.flushed();
        case EVENT -> reader.event(in.varint(), in.bytes(), in.bytes());
        case LOST -> reader.lost();
        default -> throw new MalformedFrameException("no key event: " + kind);
      }
    }
  }
}
