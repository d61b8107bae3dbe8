package io.slotferry.engine.rdb;

/**
 * Reads LibLZF's compressed form: runs of literals, and copies of what stands up to 8 KiB before.
 *
 * <pre>
 *   000LLLLL                     L + 1 literal bytes follow
 *   LLLooooo oooooooo            a copy of L + 2 bytes from o + 1 bytes before
 *   111ooooo LLLLLLLL oooooooo   the same with L + 9 bytes
 * </pre>
 */
final class Lzf {
  private static final int LITERALS_MAX = 1 << 5;
  private static final int LONG_COPY = 7;

  private Lzf() {}

  static byte[] decompress(byte[] bytes, int start, int length, int originalLength) {
    byte[] out = new byte[originalLength];
    int end = start + length;
    int in = start;
    int size = 0;
    while (in < end) {
      int control = bytes[in++] & 0xff;
      int run;
      if (control < LITERALS_MAX) {
        run = control + 1;
        check(run <= end - in && run <= out.length - size);
        System.arraycopy(bytes, in, out, size, run);
        in += run;
      } else {
        run = control >>> 5;
        if (run == LONG_COPY) {
          check(in < end);
          run += bytes[in++] & 0xff;
        }
        run += 2;
        check(in < end);
        int from = size - ((control & 0x1f) << 8 | bytes[in++] & 0xff) - 1;
        check(from >= 0 && run <= out.length - size);
        for (int i = 0; i < run; i++) {
          // Byte by byte: a copy may run into what it has just written.
          out[size + i] = out[from + i];
        }
      }
      size += run;
    }
    check(size == out.length);
    return out;
  }

  private static void check(boolean valid) {
    if (!valid) {
      throw new MalformedDumpException("compressed bytes");
    }
  }
}
