package io.slotferry.engine.rdb;

import io.slotferry.engine.value.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What DUMP answers and RESTORE takes: a value, the version of the format, and a checksum.
 *
 * <pre>  type u8 | value | version u16 | CRC-64 of all before</pre>
 */
public final class Dump {
  /** Of Redis 7.0: what it writes, all later versions read. */
  private static final int VERSION_WRITTEN = 10;

  /** Of Redis 7.4, the first that has hashes with fields that expire. */
  static final int VERSION_MAX = 12;

  /** Where a value has its type. */
  static final int LIBRARY = 0xf5;

  private static final int VERSION_BYTES = 2;
  static final int FOOTER_BYTES = VERSION_BYTES + Long.BYTES;

  private Dump() {}

  /** FUNCTION DUMP: the code of each library behind its opcode. */
  public static byte[] ofLibraries(List<byte[]> libraries) {
    DumpOutput out = new DumpOutput();
    for (byte[] code : libraries) {
      out.u8(LIBRARY);
      out.plain(code, 0, code.length);
    }
    out.littleEndian(VERSION_WRITTEN, VERSION_BYTES);
    out.littleEndian(Crc64.of(out.bytes(), 0, out.size()), Long.BYTES);
    return out.toByteArray();
  }

  /** The code of each library in a {@link #isSound sound} dump; null if it is none of libraries. */
  public static @Nullable List<byte[]> readLibraries(byte[] buffer, int start, int length) {
    List<byte[]> libraries = new ArrayList<>();
    try {
      DumpInput in = new DumpInput(buffer, start, length - FOOTER_BYTES);
      while (in.remaining() > 0) {
        if (in.u8() != LIBRARY) {
          return null;
        }
        libraries.add(in.string());
      }
    } catch (MalformedDumpException e) {
      return null;
    }
    return libraries;
  }

  public static byte[] of(Value value) {
    DumpOutput out = new DumpOutput();
    new ValueWriter(out).write(value);
    boolean expires = value.hasExpiringElements();
    out.littleEndian(expires ? VERSION_MAX : VERSION_WRITTEN, VERSION_BYTES);
    out.littleEndian(Crc64.of(out.bytes(), 0, out.size()), Long.BYTES);
    return out.toByteArray();
  }

  /** Completes a dump whose last {@link #FOOTER_BYTES} are not written yet. */
  static void seal(byte[] dump, int version) {
    int end = dump.length - FOOTER_BYTES;
    dump[end] = (byte) version;
    dump[end + 1] = (byte) (version >>> Byte.SIZE);
    long crc = Crc64.of(dump, 0, end + VERSION_BYTES);
    for (int i = 0; i < Long.BYTES; i++) {
      dump[end + VERSION_BYTES + i] = (byte) (crc >>> i * Byte.SIZE);
    }
  }

  /** The bytes that the value takes in a dump, without its type and what follows it. */
  public static int bytesOf(Value value) {
    DumpOutput out = new DumpOutput();
    new ValueWriter(out).write(value);
    return out.size() - 1;
  }

  /** Whether version and checksum of {@code buffer[start, start + length)} are right. */
  public static boolean isSound(byte[] buffer, int start, int length) {
    if (length < FOOTER_BYTES) {
      return false;
    }
    DumpInput footer = new DumpInput(buffer, start + length - FOOTER_BYTES, FOOTER_BYTES);
    return footer.u16() <= VERSION_MAX
        && footer.i64() == Crc64.of(buffer, start, length - Long.BYTES);
  }

  /** The value in a {@link #isSound sound} dump; null if its bytes are none. */
  public static @Nullable Value read(byte[] buffer, int start, int length) {
    try {
      return new ValueReader(new DumpInput(buffer, start, length - FOOTER_BYTES)).read();
    } catch (MalformedDumpException e) {
      return null;
    }
  }
}
