package io.slotferry.engine.value;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import java.util.Arrays;

/**
 * A view of the bytes of one element. A value points it at its own memory instead of copying, so it
 * is valid until that value changes. Reused by its owner.
 */
public final class Slice {
  private static final byte[] NOTHING = new byte[0];

  /** Characters of the longest 64-bit number. */
  private static final int DIGITS_MAX = 20;

  private byte[] buffer = NOTHING;
  private int start;
  private int length;
  private byte[] digits = NOTHING;

  /** Views {@code buffer[start, start + length)} from now on. */
  public Slice view(byte[] buffer, int start, int length) {
    this.buffer = buffer;
    this.start = start;
    this.length = length;
    return this;
  }

  /** Views the decimal digits of {@code value}: memory of this slice. */
  Slice viewDigits(long value) {
    if (digits.length == 0) {
      digits = new byte[DIGITS_MAX];
    }
    int count = Decimal.length(value);
    Decimal.write(value, digits, 0, count);
    return view(digits, 0, count);
  }

  public byte[] buffer() {
    return buffer;
  }

  public int start() {
    return start;
  }

  /** In bytes. */
  public int length() {
    return length;
  }

  public boolean equalBytes(byte[] other, int otherStart, int otherLength) {
    return Arrays.equals(
        buffer, start, start + length, other, otherStart, otherStart + otherLength);
  }

  /** Writes a bulk string. */
  public void writeTo(ReplyWriter reply) {
    reply.bulk(buffer, start, length);
  }

  public byte[] toByteArray() {
    return Arrays.copyOfRange(buffer, start, start + length);
  }
}
