package io.slotferry.engine.rdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The primitives of the format, read from an array: lengths (the upper two bits of the first byte
 * say how wide they are), strings (plain, as an integer, compressed), numbers. Nothing is read
 * beyond the end, and no length is believed before it is seen to fit.
 */
final class DumpInput {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int ENCODED = 3;
  private static final int LENGTH_32 = 0x80;
  private static final int LENGTH_64 = 0x81;

  /** What compression can make of a byte at most, with room to spare. */
  private static final int COMPRESSION_MAX = 300;

  private final byte[] bytes;
  private final int end;
  private int at;

  DumpInput(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.at = start;
    this.end = start + length;
  }

  static DumpInput of(byte[] bytes) {
    return new DumpInput(bytes, 0, bytes.length);
  }

  int remaining() {
    return end - at;
  }

  byte[] buffer() {
    return bytes;
  }

  int position() {
    return at;
  }

  /** Skips {@code count} bytes and returns where they begin. */
  int skip(long count) {
    if (count < 0 || count > end - at) {
      throw new MalformedDumpException("needs " + count + " bytes, has " + (end - at));
    }
    int start = at;
    at += (int) count;
    return start;
  }

  int u8() {
    return bytes[skip(1)] & 0xff;
  }

  int u16() {
    return (short) SHORT.get(bytes, skip(Short.BYTES)) & 0xffff;
  }

  int i32() {
    return (int) INT.get(bytes, skip(Integer.BYTES));
  }

  long i64() {
    return (long) LONG.get(bytes, skip(Long.BYTES));
  }

  double f64() {
    return Double.longBitsToDouble(i64());
  }

  /** A signed little-endian number of so many bytes. */
  long signed(int width) {
    int start = skip(width);
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << Byte.SIZE | bytes[start + i] & 0xff;
    }
    int unused = Long.SIZE - width * Byte.SIZE;
    return value << unused >> unused;
  }

  /** An unsigned big-endian number of four bytes. */
  long bigEndian32() {
    return Integer.reverseBytes(i32()) & 0xffffffffL;
  }

  /** A length, or any number that is written as one. */
  long length() {
    int first = u8();
    if (first >>> 6 == ENCODED) {
      throw new MalformedDumpException("an encoded string where a length is");
    }
    return length(first);
  }

  private long length(int first) {
    return switch (first >>> 6) {
      case 0 -> first;
      case 1 -> (first & 0x3f) << Byte.SIZE | u8();
      default -> {
        if (first == LENGTH_32) {
          yield bigEndian32();
        }
        if (first != LENGTH_64) {
          throw new MalformedDumpException("unknown width of a length");
        }
        yield Long.reverseBytes(i64());
      }
    };
  }

  /** A number of elements, each of which takes a byte at least. */
  int count() {
    long count = length();
    if (count < 1 || count > remaining()) {
      throw new MalformedDumpException("an impossible number of elements");
    }
    return (int) count;
  }

  byte[] string() {
    int first = u8();
    if (first >>> 6 == ENCODED) {
      return switch (first & 0x3f) {
        case 0 -> digits(signed(1));
        case 1 -> digits(signed(2));
        case 2 -> digits(signed(4));
        case 3 -> compressed();
        default -> throw new MalformedDumpException("unknown encoding of a string");
      };
    }
    long length = length(first);
    int start = skip(length);
    return Arrays.copyOfRange(bytes, start, start + (int) length);
  }

  static byte[] digits(long value) {
    return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] compressed() {
    long length = length();
    long originalLength = length();
    int start = skip(length);
    if (originalLength < 0 || originalLength > length * COMPRESSION_MAX) {
      throw new MalformedDumpException("an impossible length of a compressed string");
    }
    return Lzf.decompress(bytes, start, (int) length, (int) originalLength);
  }
}
