package io.slotferry.engine.value;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A string as a view: a slice of some array. The store hands out one reused view, valid until its
 * next look-up; whoever keeps it copies it. But large strings are kept as they came, and {@link
 * #isLasting last}: clients and the log may hold on to their arrays, which nobody changes.
 */
public final class StringValue extends Value {
  /** Of 9999. */
  private static final int SMALL_INTEGER_DIGITS_MAX = 4;

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

  /** A lasting string of so many bytes, which come in parts. */
  static StringValue ofLength(int length) {
    return lasting(new byte[length], 0, length);
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

  /** Whether it is one of the small integers of which Redis has one object for all keys. */
  public boolean isSmallInteger() {
    return length <= SMALL_INTEGER_DIGITS_MAX
        && length > 0
        && buffer[start] != '-'
        && encoding().equals("int");
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
  @Nullable FrozenValue frozen() {
    return lasting ? new FrozenString(buffer, start, length) : null;
  }

  /** Nobody has seen the bytes yet: those of a value in parts last from its last part on. */
  @Override
  void addPart(WireReader in) {
    int at = in.varint();
    int partLength = in.remaining();
    System.arraycopy(in.buffer(), in.skip(partLength), buffer, start + at, partLength);
  }

  @Override
  public void encode(WireWriter out) {
    out.bytes(buffer, start, length);
  }

  /** A view of what {@code in} has; but a large string lasts, in an array of its own. */
  public static StringValue decode(WireReader in) {
    int length = in.varint();
    int start = in.skip(length);
    return length < Request.LARGE_BYTES
        ? new StringValue(in.buffer(), start, length)
        : lasting(Arrays.copyOfRange(in.buffer(), start, start + length), 0, length);
  }

  @Override
  public Value copy() {
    return new StringValue(toByteArray());
  }
}
