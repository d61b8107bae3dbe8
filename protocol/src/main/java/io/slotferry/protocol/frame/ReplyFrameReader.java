package io.slotferry.protocol.frame;

/**
 * Reads what {@link ReplyFrameWriter} wrote, reply by reply, in place. Thread: one gateway loop;
 * reused from frame to frame.
 */
public final class ReplyFrameReader {
  private final WireReader in = new WireReader(new byte[0]);
  private int shard;
  private long epoch;
  private long mapVersion;
  private int count;
  private int read;
  private long ticket;
  private ReplyOutcome outcome = ReplyOutcome.UNCERTAIN;
  private int replyStart;
  private int replyLength;

  /**
   * Reads the head of the frame in {@code bytes[offset, offset + length)}.
   *
   * @throws MalformedFrameException from here and {@link #next}, if the bytes are no such frame
   */
  public void reset(byte[] bytes, int offset, int length) {
    in.reset(bytes, offset, length);
    shard = in.i32();
    epoch = in.i64();
    mapVersion = in.i64();
    count = in.i32();
    read = 0;
    ticket = -1;
  }

  public int shard() {
    return shard;
  }

  public long epoch() {
    return epoch;
  }

  public long mapVersion() {
    return mapVersion;
  }

  public int count() {
    return count;
  }

  /** Steps to the next reply; false at the end. */
  public boolean next() {
    if (read == count) {
      return false;
    }
    ticket += 1 + in.varlong();
    outcome = ReplyOutcome.of(in.u8());
    replyLength = in.varint();
    replyStart = in.skip(replyLength);
    read++;
    return true;
  }

  public long ticket() {
    return ticket;
  }

  public ReplyOutcome outcome() {
    return outcome;
  }

  /** The array that holds the reply. */
  public byte[] buffer() {
    return in.buffer();
  }

  /** Index in {@link #buffer} of the reply's RESP bytes. */
  public int replyStart() {
    return replyStart;
  }

  /** Length of the reply; 0 unless the outcome is {@link ReplyOutcome#REPLIED}. */
  public int replyLength() {
    return replyLength;
  }
}
