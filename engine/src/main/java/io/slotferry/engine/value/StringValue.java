package io.slotferry.engine.value;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;

/**
 * A string as a view: a slice of some array. The store hands out one reused view, valid until its
 * next look-up; whoever keeps it copies it.
 */
public final class StringValue extends Value {
  /** Redis keeps strings up to this length (bytes) in one allocation: "embstr". */
  private static final int EMBSTR_BYTES_MAX = 44;

  private byte[] buffer;
  private int start;
  private int length;

  public StringValue(byte[] value) {
    this(value, 0, value.length);
  }

  public StringValue(byte[] buffer, int start, int length) {
    this.buffer = buffer;
    this.start = start;
    this.length = length;
  }

  /** Views {@code buffer[start, start + length)} from now on. */
  public StringValue view(byte[] buffer, int start, int length) {
    this.buffer = buffer;
    this.start = start;
    this.length = length;
    return this;
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

  public byte[] toByteArray() {
    return Arrays.copyOfRange(buffer, start, start + length);
  }

  @Override
  public ValueType type() {
    return ValueType.STRING;
  }

  @Override
  public String encoding() {
    if (Decimal.isLong(buffer, start, length)) {
      return "int";
    }
    return length <= EMBSTR_BYTES_MAX ? "embstr" : "raw";
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void encode(WireWriter out) {
    out.bytes(buffer, start, length);
  }

  public static StringValue decode(WireReader in) {
    return new StringValue(in.bytes());
  }

  @Override
  public Value copy() {
    return new StringValue(toByteArray());
  }
}
