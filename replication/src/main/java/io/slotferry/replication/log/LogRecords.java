package io.slotferry.replication.log;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * Writes log records, and iterates over them without copying. One record is one effect, or a group
 * of effects that belong together (a transaction, a script):
 *
 * <pre>
 *   u32 length of the rest | u8 keyspace | i32 partition | varint arguments | (varint length, bytes)*
 *   u32 length of the rest | u8 255 | the records of the group
 * </pre>
 *
 * Whoever cuts the log (messages to followers, blocks on disk) cuts it between records; that is all
 * it takes to have a group everywhere as a whole, or not at all. The iteration goes through the
 * effects of a group like through any others.
 *
 * <p>Bytes that are not records throw {@link MalformedFrameException}.
 *
 * <p>Thread: whoever made it; reused, never shared.
 */
public final class LogRecords {
  /** Bytes of the length that starts a record. */
  static final int LENGTH_BYTES = 4;

  /** In the keyspace's place: the record is a group. */
  private static final int GROUP = 0xff;

  /** Bytes of a group before its records. */
  static final int GROUP_HEAD_BYTES = LENGTH_BYTES + 1;

  private final WireReader in = new WireReader(new byte[0]);
  private final Request effect = new Request();
  private int keyspace;
  private int partition;
  private int start;

  /** Appends one record. */
  public static void write(WireWriter out, int keyspace, int partition, Request effect) {
    int at = out.size();
    out.i32(0);
    out.u8(keyspace);
    out.i32(partition);
    int count = effect.count();
    out.varint(count);
    for (int i = 0; i < count; i++) {
      out.bytes(effect.buffer(), effect.start(i), effect.length(i));
    }
    out.i32At(at, out.size() - at - LENGTH_BYTES);
  }

  /** Begins a group; the records that {@link #write} appends belong to it. */
  static void beginGroup(WireWriter out) {
    out.i32(0);
    out.u8(GROUP);
  }

  /** Ends the group that begins at {@code start}. */
  static void endGroup(WireWriter out, int start) {
    out.i32At(start, out.size() - start - LENGTH_BYTES);
  }

  /** Appends what stands before the arguments of a record. */
  static void writeHead(WireWriter out, int keyspace, int partition, Request effect) {
    int at = out.size();
    out.i32(0);
    out.u8(keyspace);
    out.i32(partition);
    out.varint(effect.count());
    long length = (long) out.size() - at - LENGTH_BYTES;
    for (int i = 0; i < effect.count(); i++) {
      length += WireWriter.varintSize(effect.length(i)) + effect.length(i);
    }
    out.i32At(at, (int) length);
  }

  /**
   * The bytes of the whole records from {@code start} on that fit in {@code bytesMax}; of one
   * record if already the first is bigger.
   *
   * @param start where a record starts
   * @param length of the whole records there
   */
  public static int wholeRecords(byte[] bytes, int start, int length, int bytesMax) {
    if (length <= bytesMax) {
      return length;
    }
    WireReader in = new WireReader(bytes, start, length);
    int size = 0;
    while (in.remaining() > 0) {
      in.skip(in.i32());
      int next = in.position() - start;
      if (next > bytesMax && size > 0) {
        break;
      }
      size = next;
    }
    return size;
  }

  /** Iterates over {@code bytes[offset, offset + length)} from now on. */
  public void reset(byte[] bytes, int offset, int length) {
    in.reset(bytes, offset, length);
    start = offset;
  }

  /** Goes to the next record; false when there is none. */
  public boolean next() {
    start = in.position();
    if (in.remaining() == 0) {
      return false;
    }
    int length = in.i32();
    int body = in.position();
    keyspace = in.u8();
    if (keyspace == GROUP) {
      length = in.i32();
      body = in.position();
      keyspace = in.u8();
    }
    partition = in.i32();
    int count = in.varint();
    effect.reset(in.buffer());
    for (int i = 0; i < count; i++) {
      int argumentLength = in.varint();
      effect.add(in.skip(argumentLength), argumentLength);
    }
    if (in.position() - body != length) {
      throw new MalformedFrameException(
          "a log record says " + length + " bytes and has " + (in.position() - body));
    }
    return true;
  }

  public int keyspace() {
    return keyspace;
  }

  public int partition() {
    return partition;
  }

  /** The effect as a view, valid until {@link #next}. */
  public Request effect() {
    return effect;
  }

  /**
   * Index of the current record's first byte in the array that {@link #reset} was given; for the
   * first of a group, of the group's.
   */
  public int start() {
    return start;
  }

  /** Bytes of the current record, its length field included. */
  public int size() {
    return in.position() - start;
  }
}
