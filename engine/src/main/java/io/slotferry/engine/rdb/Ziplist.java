package io.slotferry.engine.rdb;

import java.util.Arrays;

/**
 * Reads the packed forms of Redis before 7.0.
 *
 * <pre>
 *   ziplist: size u32 | offset of the last u32 | elements u16 | (length of the one before | head |
 *            string or number)* | ff
 *   zipmap:  elements u8 | (length | field | length | free u8 | value | free bytes)* | ff
 * </pre>
 */
final class Ziplist {
  private static final int END = 0xff;
  private static final int LONG_LENGTH = 0xfe;
  private static final int COUNT_UNKNOWN = 0xffff;

  private Ziplist() {}

  static void read(byte[] ziplist, Elements to) {
    DumpInput in = DumpInput.of(ziplist);
    int size = in.i32();
    in.i32();
    int declared = in.u16();
    if (size != ziplist.length) {
      throw new MalformedDumpException("a ziplist with a wrong size");
    }
    int found = 0;
    int before = 0;
    for (int first = in.u8(); first != END; first = in.u8()) {
      int start = in.position() - 1;
      long length = first == LONG_LENGTH ? in.i32() & 0xffffffffL : first;
      if (length != before) {
        throw new MalformedDumpException("a ziplist that cannot be walked back");
      }
      to.element(element(in.u8(), in));
      before = in.position() - start;
      found++;
    }
    if (in.remaining() > 0 || (declared != COUNT_UNKNOWN && declared != found)) {
      throw new MalformedDumpException("a ziplist with a wrong number of elements");
    }
  }

  private static byte[] element(int head, DumpInput in) {
    return switch (head >>> 6) {
      case 0 -> string(in, head & 0x3f);
      case 1 -> string(in, (head & 0x3f) << Byte.SIZE | in.u8());
      case 2 -> string(in, in.bigEndian32());
      default -> DumpInput.digits(number(head, in));
    };
  }

  private static long number(int head, DumpInput in) {
    return switch (head) {
      case 0xc0 -> in.signed(2);
      case 0xd0 -> in.signed(4);
      case 0xe0 -> in.signed(8);
      case 0xf0 -> in.signed(3);
      case 0xfe -> in.signed(1);
      default -> {
        if (head < 0xf1 || head > 0xfd) {
          throw new MalformedDumpException("unknown element in a ziplist");
        }
        yield (head & 0xf) - 1;
      }
    };
  }

  private static byte[] string(DumpInput in, long length) {
    int start = in.skip(length);
    return Arrays.copyOfRange(in.buffer(), start, start + (int) length);
  }

  /** Gives out fields and values in turn. */
  static void readZipmap(byte[] zipmap, Elements to) {
    DumpInput in = DumpInput.of(zipmap);
    in.u8();
    for (int first = in.u8(); first != END; first = in.u8()) {
      to.element(string(in, zipmapLength(first, in)));
      long length = zipmapLength(in.u8(), in);
      int free = in.u8();
      to.element(string(in, length));
      in.skip(free);
    }
    if (in.remaining() > 0) {
      throw new MalformedDumpException("bytes behind a zipmap");
    }
  }

  private static long zipmapLength(int first, DumpInput in) {
    if (first == END) {
      throw new MalformedDumpException("a field without a value");
    }
    return first == LONG_LENGTH ? in.i32() & 0xffffffffL : first;
  }
}
