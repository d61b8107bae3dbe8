package io.slotferry.protocol.frame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds a binary frame in one growing array: big-endian fixed-width numbers, LEB128 varints for
 * lengths, length-prefixed bytes. The counterpart of {@link WireReader}.
 */
public final class WireWriter {
  /** Beyond this size (bytes) the array is given back to the collector by {@link #clear}. */
  private static final int RETAINED_BYTES_MAX = 1 << 20;

  private static final int INITIAL_BYTES = 256;

  private byte[] bytes;
  private int size;

  public WireWriter() {
    this(INITIAL_BYTES);
  }

  public WireWriter(int initialBytes) {
    bytes = new byte[initialBytes];
  }

  /** Writes into {@code target} from {@code at} on. */
  WireWriter(byte[] target, int at) {
    bytes = target;
    size = at;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return size;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  public void clear() {
    size = 0;
    if (bytes.length > RETAINED_BYTES_MAX) {
      bytes = new byte[INITIAL_BYTES];
    }
  }

  /** Makes room for {@code more} bytes, at once where they come in pieces. */
  public void ensure(int more) {
    if (bytes.length - size < more) {
      long wanted = Math.max((long) bytes.length * 2, (long) size + more);
      bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
    }
  }

  public void u8(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  public void i32(int value) {
    ensure(4);
    i32At(size, value);
    size += 4;
  }

  /** Overwrites four bytes that were written before (a length or count known only later). */
  public void i32At(int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  public void i64(long value) {
    i32((int) (value >>> 32));
    i32((int) value);
  }

  /** The bytes that {@link #varint} takes. */
  public static int varintSize(int value) {
    int size = 1;
    while ((value & ~0x7f) != 0) {
      value >>>= 7;
      size++;
    }
    return size;
  }

  /** An unsigned LEB128 number: one byte below 128, five at most. */
  public void varint(int value) {
    ensure(5);
    while ((value & ~0x7f) != 0) {
      bytes[size++] = (byte) (value & 0x7f | 0x80);
      value >>>= 7;
    }
    bytes[size++] = (byte) value;
  }

  /** A signed number, near zero in few bytes: zigzag, then LEB128; ten bytes at most. */
  public void varlong(long value) {
    ensure(10);
    long zigzag = value << 1 ^ value >> 63;
    while ((zigzag & ~0x7fL) != 0) {
      bytes[size++] = (byte) (zigzag & 0x7f | 0x80);
      zigzag >>>= 7;
    }
    bytes[size++] = (byte) zigzag;
  }

  public void raw(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  /** Length and bytes. */
  public void bytes(byte[] source, int offset, int length) {
    varint(length);
    raw(source, offset, length);
  }

  public void bytes(byte[] source) {
    bytes(source, 0, source.length);
  }

  public void text(String value) {
    bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  public void f64(double value) {
    i64(Double.doubleToRawLongBits(value));
  }
}
