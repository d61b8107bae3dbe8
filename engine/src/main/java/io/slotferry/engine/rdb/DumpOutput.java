package io.slotferry.engine.rdb;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.frame.WireWriter;

/**
 * The counterpart of {@link DumpInput}. Strings are written as integers if they are, else plain.
 */
final class DumpOutput {
  private static final int INTEGER_CHARS_MAX = 11;
  private static final int LENGTH_6_MAX = 1 << 6;
  private static final int LENGTH_14_MAX = 1 << 14;
  private static final int ENCODED = 0xc0;

  private final WireWriter out = new WireWriter();

  byte[] toByteArray() {
    return out.toByteArray();
  }

  byte[] bytes() {
    return out.bytes();
  }

  int size() {
    return out.size();
  }

  void u8(int value) {
    out.u8(value);
  }

  /** Little-endian, so many bytes. */
  void littleEndian(long value, int width) {
    for (int i = 0; i < width; i++) {
      out.u8((int) (value >>> i * Byte.SIZE));
    }
  }

  void raw(byte[] source, int start, int length) {
    out.raw(source, start, length);
  }

  void length(long length) {
    if (length >= 0 && length < LENGTH_6_MAX) {
      out.u8((int) length);
    } else if (length >= 0 && length < LENGTH_14_MAX) {
      out.u8((int) (length >>> 8) | 0x40);
      out.u8((int) length);
    } else if (length >>> Integer.SIZE == 0) {
      out.u8(0x80);
      out.i32((int) length);
    } else {
      out.u8(0x81);
      out.i64(length);
    }
  }

  void string(byte[] source, int start, int length) {
    if (length <= INTEGER_CHARS_MAX && Decimal.isLong(source, start, length)) {
      long value = Decimal.toLong(source, start, length);
      if (value == (int) value) {
        integer((int) value);
        return;
      }
    }
    plain(source, start, length);
  }

  /** Length and bytes, whatever they are. */
  void plain(byte[] source, int start, int length) {
    length(length);
    out.raw(source, start, length);
  }

  private void integer(int value) {
    if (value == (byte) value) {
      out.u8(ENCODED);
      littleEndian(value, 1);
    } else if (value == (short) value) {
      out.u8(ENCODED | 1);
      littleEndian(value, 2);
    } else {
      out.u8(ENCODED | 2);
      littleEndian(value, 4);
    }
  }
}
