package io.slotferry.engine.value;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;

/**
 * A string as a view: a slice of some array. The store hands out one reused view, valid until its
 * next look-up; whoever keeps it copies it. But large strings are kept as they came, and {@link
 * #isLasting last}: clients and the log may hold on to their arrays, which nobody changes.
 */
public final class StringValue extends Value {
  /** Redis keeps strings up to this length (bytes) in one allocation: "embstr". */
  private static final int EMBSTR_BYTES_MAX = 44;

  private byte[] buffer;
  private int start;
  private int length;
  private final boolean lasting;

  public StringValue(byte[] value) {
    this(value, 0, value.length);
  }

  public StringValue(byte[] buffer, int start, int length) {
    this(buffer, start, length, false);
  }

  private StringValue(byte[] buffer, int start, int length, boolean lasting) {
    this.buffer = buffer;
    this.start = start;
    this.length = length;
    this.lasting = lasting;
  }

  /** A string in an array that never changes. */
  public static StringValue lasting(byte[] buffer, int start, int length) {
    return new StringValue(buffer, start, length, true);
  }

  /** Whether the bytes never change; then a change needs another value. */
  public boolean isLasting() {
    return lasting;
  }

  /** Replies with {@code length} bytes of the string. */
  public void reply(ReplyWriter reply, int from, int length) {
    if (lasting) {
      reply.lastingBulk(buffer, start + from, length);
    } else {
      reply.bulk(buffer, start + from, length);
    }
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
  public long approximateBytes() {
    return buffer.length;
  }

  @Override
  public void encode(WireWriter out) {
    out.bytes(buffer, start, length);
  }

  public static StringValue decode(WireReader in) {
    byte[] bytes = in.bytes();
    return new StringValue(bytes, 0, bytes.length, bytes.length >= Request.LARGE_BYTES);
  }

  @Override
  public Value copy() {
    return new StringValue(toByteArray());
  }
}
