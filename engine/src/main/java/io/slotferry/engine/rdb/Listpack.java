package io.slotferry.engine.rdb;

import io.slotferry.protocol.Decimal;
import java.util.Arrays;

/**
 * Redis' listpack: elements one after another, each with its length behind it, so that it can be
 * read from both sides.
 *
 * <pre>
 *   size u32 | elements u16 | (head | string or number | length of the two)* | ff
 *
 *   0nnnnnnn                number, 7 bits         f1 … f4   number, 2, 3, 4 or 8 bytes
 *   10llllll                string, up to 63 bytes 1110llll l   string, up to 4095 bytes
 *   110nnnnn n              number, 13 bits        f0 llll   string
 * </pre>
 *
 * Numbers and lengths are little-endian, but for the ones that begin in the head.
 */
final class Listpack {
  /** Of an empty one, bytes. */
  private static final int HEAD_BYTES = 6;

  private static final int END = 0xff;
  private static final int COUNT_UNKNOWN = 0xffff;
  private static final int STRING_6_MAX = 1 << 6;
  private static final int STRING_12_MAX = 1 << 12;
  private static final int NUMBER_13_MAX = 1 << 12;

  private final DumpOutput elements = new DumpOutput();
  private int count;

  // ---- writing

  int bytes() {
    return HEAD_BYTES + elements.size() + 1;
  }

  void add(byte[] source, int start, int length) {
    if (Decimal.isLong(source, start, length)) {
      add(Decimal.toLong(source, start, length));
      return;
    }
    int before = elements.size();
    if (length < STRING_6_MAX) {
      elements.u8(0x80 | length);
    } else if (length < STRING_12_MAX) {
      elements.u8(0xe0 | length >>> 8);
      elements.u8(length);
    } else {
      elements.u8(0xf0);
      elements.littleEndian(length, 4);
    }
    elements.raw(source, start, length);
    endElement(before);
  }

  void add(byte[] element) {
    add(element, 0, element.length);
  }

  void add(long value) {
    int before = elements.size();
    if (value >= 0 && value <= Byte.MAX_VALUE) {
      elements.u8((int) value);
    } else if (value >= -NUMBER_13_MAX && value < NUMBER_13_MAX) {
      elements.u8(0xc0 | (int) value >>> 8 & 0x1f);
      elements.u8((int) value);
    } else {
      int width = width(value);
      elements.u8(width == Long.BYTES ? 0xf4 : 0xef + width);
      elements.littleEndian(value, width);
    }
    endElement(before);
  }

  /** Adds all elements of another one. */
  void append(Listpack other) {
    elements.raw(other.elements.bytes(), 0, other.elements.size());
    count += other.count;
  }

  private static int width(long value) {
    if (value == (short) value) {
      return 2;
    }
    if (value << 40 >> 40 == value) {
      return 3;
    }
    return value == (int) value ? 4 : Long.BYTES;
  }

  private void endElement(int start) {
    int length = elements.size() - start;
    for (int shift = 7 * (backLengthBytes(length) - 1); shift >= 0; shift -= 7) {
      boolean first = shift == 7 * (backLengthBytes(length) - 1);
      elements.u8(length >>> shift & 0x7f | (first ? 0 : 0x80));
    }
    count++;
  }

  /** As Redis has it: the largest number of each width takes the next one. */
  private static int backLengthBytes(long length) {
    if (length <= 127) {
      return 1;
    }
    if (length < 16383) {
      return 2;
    }
    if (length < 2097151) {
      return 3;
    }
    return length < 268435455 ? 4 : 5;
  }

  /** Writes the whole as a string, and begins anew. */
  void writeTo(DumpOutput out) {
    out.length(bytes());
    out.littleEndian(bytes(), 4);
    out.littleEndian(Math.min(count, COUNT_UNKNOWN), 2);
    out.raw(elements.bytes(), 0, elements.size());
    out.u8(END);
  }

  // ---- reading

  /** Gives out the elements of a whole listpack. */
  static void read(byte[] listpack, Elements to) {
    DumpInput in = DumpInput.of(listpack);
    int size = in.i32();
    int declared = in.u16();
    if (size != listpack.length) {
      throw new MalformedDumpException("a listpack with a wrong size");
    }
    int found = 0;
    for (int head = in.u8(); head != END; head = in.u8()) {
      int start = in.position() - 1;
      byte[] element = element(head, in);
      skipBackLength(in, in.position() - start);
      to.element(element);
      found++;
    }
    if (in.remaining() > 0 || (declared != COUNT_UNKNOWN && declared != found)) {
      throw new MalformedDumpException("a listpack with a wrong number of elements");
    }
  }

  private static byte[] element(int head, DumpInput in) {
    if (head < 0x80) {
      return DumpInput.digits(head);
    }
    if (head < 0xc0) {
      return string(in, head & 0x3f);
    }
    if (head < 0xe0) {
      int number = (head & 0x1f) << 8 | in.u8();
      return DumpInput.digits(number << 19 >> 19);
    }
    if (head < 0xf0) {
      return string(in, (head & 0xf) << 8 | in.u8());
    }
    return switch (head) {
      case 0xf0 -> string(in, in.i32() & 0xffffffffL);
      case 0xf1 -> DumpInput.digits(in.signed(2));
      case 0xf2 -> DumpInput.digits(in.signed(3));
      case 0xf3 -> DumpInput.digits(in.signed(4));
      case 0xf4 -> DumpInput.digits(in.signed(8));
      default -> throw new MalformedDumpException("unknown element in a listpack");
    };
  }

  private static byte[] string(DumpInput in, long length) {
    int start = in.skip(length);
    return Arrays.copyOfRange(in.buffer(), start, start + (int) length);
  }

  private static void skipBackLength(DumpInput in, int length) {
    int bytes = backLengthBytes(length);
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 7 | in.u8() & 0x7f;
    }
    if (value != length) {
      throw new MalformedDumpException("a wrong length behind an element");
    }
  }
}
