package io.slotferry.engine.rdb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an RDB file, of Redis 2.4 to 7.4, record by record. Values are not interpreted: what the
 * file has of one is what RESTORE takes, so only its end must be found.
 *
 * <pre>
 *   "REDIS" version | {auxiliary | library | database {size | [expiry] [use] type key value}} | 255 checksum
 * </pre>
 */
public final class RdbReader {
  /** What one RESTORE can carry. */
  static final int VALUE_BYTES_MAX = (512 << 20) - 1024;

  private static final byte[] MAGIC = {'R', 'E', 'D', 'I', 'S'};
  private static final int VERSION_DIGITS = 4;
  private static final int FIRST_WITH_CHECKSUM = 5;
  private static final long MILLIS_PER_SECOND = 1_000;

  // What may stand where the type of a value does.
  private static final int SLOT_INFO = 244;
  private static final int MODULE_AUXILIARY = 247;
  private static final int IDLE_TIME = 248;
  private static final int FREQUENCY = 249;
  private static final int AUXILIARY = 250;
  private static final int SIZE = 251;
  private static final int EXPIRY_MILLIS = 252;
  private static final int EXPIRY_SECONDS = 253;
  private static final int DATABASE = 254;
  private static final int END = 255;

  // The parts of a module's value.
  private static final int MODULE_END = 0;
  private static final int MODULE_SIGNED = 1;
  private static final int MODULE_UNSIGNED = 2;
  private static final int MODULE_FLOAT = 3;
  private static final int MODULE_DOUBLE = 4;
  private static final int MODULE_STRING = 5;
  private static final String MODULE_LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final int MODULE_NAME_LENGTH = 9;
  private static final int MODULE_LETTER_BITS = 6;
  private static final int MODULE_VERSION_BITS = 10;

  private static final int STREAM_ID_BYTES = 16;
  private static final int OLD_SCORE_LENGTH_MAX = 252;

  private final RdbInput in;
  private final int version;
  private boolean ended;

  /** Reads the head of the file. */
  public RdbReader(InputStream stream) throws IOException {
    in = new RdbInput(stream, VALUE_BYTES_MAX);
    byte[] magic = in.bytes(MAGIC.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw in.malformed("this is no RDB file");
    }
    String digits = new String(in.bytes(VERSION_DIGITS), StandardCharsets.ISO_8859_1);
    version = digits.matches("\\d+") ? Integer.parseInt(digits) : 0;
    if (version < 1 || version > Dump.VERSION_MAX) {
      throw in.malformed(
          "the file has version " + digits + ", and 1 to " + Dump.VERSION_MAX + " can be read");
    }
  }

  /** Bytes read so far. */
  public long position() {
    return in.position();
  }

  /** The next record; null behind the last, when the checksum was found to be right. */
  public @Nullable RdbRecord next() throws IOException {
    long expiryMillis = RdbRecord.Key.NO_EXPIRY;
    while (!ended) {
      int type = in.u8();
      switch (type) {
        case END -> {
          checkSum();
          ended = true;
        }
        case AUXILIARY -> {
          in.skipString();
          in.skipString();
        }
        case SLOT_INFO -> {
          in.length();
          in.length();
          in.length();
        }
        case MODULE_AUXILIARY -> {
          in.length();
          skipModuleValue();
        }
        case Dump.LIBRARY -> {
          return new RdbRecord.Library(in.string());
        }
        case DATABASE -> {
          return new RdbRecord.Database((int) Math.min(Integer.MAX_VALUE, in.length()));
        }
        case SIZE -> {
          in.length();
          in.length();
        }
        case EXPIRY_MILLIS -> expiryMillis = in.littleEndian(Long.BYTES);
        case EXPIRY_SECONDS ->
            expiryMillis = (int) in.littleEndian(Integer.BYTES) * MILLIS_PER_SECOND;
        case IDLE_TIME -> in.length();
        case FREQUENCY -> in.skip(1);
        default -> {
          return key(type, expiryMillis);
        }
      }
    }
    return null;
  }

  private void checkSum() throws IOException {
    if (version < FIRST_WITH_CHECKSUM) {
      return;
    }
    long actual = in.checksum();
    long told = in.littleEndian(Long.BYTES);
    // A server that was told not to compute it writes 0.
    if (told != 0 && told != actual) {
      throw in.malformed("the checksum is wrong: the file is damaged");
    }
  }

  private RdbRecord key(int type, long expiryMillis) throws IOException {
    byte[] key = in.string();
    if (type == DumpType.MODULE_2) {
      String module = moduleName(in.length());
      skipModuleValue();
      return new RdbRecord.ModuleKey(key, module);
    }
    in.startCapture();
    skipValue(type);
    byte[] dump = in.captured(type, Dump.FOOTER_BYTES);
    Dump.seal(dump, version);
    return new RdbRecord.Key(key, dump, expiryMillis);
  }

  // ---- values

  private void skipValue(int type) throws IOException {
    switch (type) {
      case DumpType.STRING,
          DumpType.HASH_ZIPMAP,
          DumpType.LIST_ZIPLIST,
          DumpType.SET_INTSET,
          DumpType.ZSET_ZIPLIST,
          DumpType.HASH_ZIPLIST,
          DumpType.HASH_LISTPACK,
          DumpType.ZSET_LISTPACK,
          DumpType.SET_LISTPACK ->
          in.skipString();
      case DumpType.LIST, DumpType.SET, DumpType.LIST_QUICKLIST -> repeat(in::skipString);
      case DumpType.HASH ->
          repeat(() -> {
            in.skipString();
            in.skipString();
          });
      case DumpType.ZSET ->
          repeat(() -> {
            in.skipString();
            int length = in.u8();
            in.skip(length <= OLD_SCORE_LENGTH_MAX ? length : 0);
          });
      case DumpType.ZSET_2 ->
          repeat(() -> {
            in.skipString();
            in.skip(Double.BYTES);
          });
      case DumpType.LIST_QUICKLIST_2 ->
          repeat(() -> {
            in.length();
            in.skipString();
          });
      case DumpType.STREAM_LISTPACKS, DumpType.STREAM_LISTPACKS_2, DumpType.STREAM_LISTPACKS_3 ->
          skipStream(type);
      case DumpType.HASH_METADATA -> {
        in.skip(Long.BYTES);
        repeat(() -> {
          in.length();
          in.skipString();
          in.skipString();
        });
      }
      case DumpType.HASH_LISTPACK_EX -> {
        in.skip(Long.BYTES);
        in.skipString();
      }
      default -> throw in.malformed("a value of unknown type " + type);
    }
  }

  private void skipStream(int type) throws IOException {
    boolean counts = type != DumpType.STREAM_LISTPACKS;
    repeat(() -> {
      in.skipString();
      in.skipString();
    });
    // How many entries, and the last ID; since 7.0 the first, the highest deleted, and all ever.
    skipLengths(counts ? 8 : 3);
    repeat(() -> {
      in.skipString();
      skipLengths(counts ? 3 : 2);
      repeat(() -> {
        in.skip(STREAM_ID_BYTES + Long.BYTES);
        in.length();
      });
      repeat(() -> {
        in.skipString();
        in.skip(type == DumpType.STREAM_LISTPACKS_3 ? 2 * Long.BYTES : Long.BYTES);
        repeat(() -> in.skip(STREAM_ID_BYTES));
      });
    });
  }

  private void skipLengths(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      in.length();
    }
  }

  /** Something that can be read. */
  @FunctionalInterface
  private interface Part {
    void skip() throws IOException;
  }

  /** As many of them as the length before them says. */
  private void repeat(Part part) throws IOException {
    for (long left = in.length(); left != 0; left--) {
      part.skip();
    }
  }

  // ---- modules

  private void skipModuleValue() throws IOException {
    while (true) {
      long part = in.length();
      switch ((int) part) {
        case MODULE_END -> {
          return;
        }
        case MODULE_SIGNED, MODULE_UNSIGNED -> in.length();
        case MODULE_FLOAT -> in.skip(Float.BYTES);
        case MODULE_DOUBLE -> in.skip(Double.BYTES);
        case MODULE_STRING -> in.skipString();
        default -> throw in.malformed("an unknown part of a module's value");
      }
    }
  }

  /** Nine letters of six bits each, above the module's version. */
  private static String moduleName(long id) {
    StringBuilder name = new StringBuilder();
    for (int i = MODULE_NAME_LENGTH - 1; i >= 0; i--) {
      int letter = (int) (id >>> MODULE_VERSION_BITS + i * MODULE_LETTER_BITS) & 0x3f;
      name.append(MODULE_LETTERS.charAt(letter));
    }
    return name.toString();
  }
}
