package io.slotferry.engine.value;

import java.nio.charset.StandardCharsets;

/** The ID of a stream's entry: a time and a sequence number, both unsigned 64-bit numbers. */
public record StreamId(long ms, long seq) implements Comparable<StreamId> {
  public static final StreamId MIN = new StreamId(0, 0);
  public static final StreamId MAX = new StreamId(-1, -1);

  /** Characters of the longest ID. */
  public static final int CHARS_MAX = 41;

  public static int compare(long ms, long seq, long otherMs, long otherSeq) {
    return ms == otherMs ? Long.compareUnsigned(seq, otherSeq) : Long.compareUnsigned(ms, otherMs);
  }

  @Override
  public int compareTo(StreamId other) {
    return compare(ms, seq, other.ms, other.seq);
  }

  public boolean isBefore(StreamId other) {
    return compareTo(other) < 0;
  }

  public boolean isAfter(StreamId other) {
    return compareTo(other) > 0;
  }

  /** The ID that follows; that of {@link #MAX} is {@link #MIN}. */
  public StreamId next() {
    return seq == -1 ? new StreamId(ms + 1, 0) : new StreamId(ms, seq + 1);
  }

  /** The ID before; that of {@link #MIN} is {@link #MAX}. */
  public StreamId previous() {
    return seq == 0 ? new StreamId(ms - 1, -1) : new StreamId(ms, seq - 1);
  }

  /** As clients read it, {@code ms-seq}. */
  @Override
  public String toString() {
    return Long.toUnsignedString(ms) + "-" + Long.toUnsignedString(seq);
  }

  public byte[] toBytes() {
    return toString().getBytes(StandardCharsets.US_ASCII);
  }
}
