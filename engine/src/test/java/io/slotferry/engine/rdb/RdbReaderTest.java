package io.slotferry.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RdbReaderTest {
  private static final long EXPIRY_MILLIS = 1_900_000_000_123L;

  /** A file in the making. */
  private static final class RdbFile {
    private final DumpOutput out = new DumpOutput();
    private final int version;

    RdbFile(int version) {
      this.version = version;
      byte[] head = bytes("REDIS%04d".formatted(version));
      out.raw(head, 0, head.length);
    }

    RdbFile hex(String hex) {
      byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
      out.raw(bytes, 0, bytes.length);
      return this;
    }

    RdbFile key(String name, String valueHex) {
      String value = valueHex.replace(" ", "");
      hex(value.substring(0, 2));
      out.plain(bytes(name), 0, name.length());
      return hex(value.substring(2));
    }

    byte[] end() {
      out.u8(255);
      if (version >= 5) {
        out.littleEndian(Crc64.of(out.bytes(), 0, out.size()), Long.BYTES);
      }
      return out.toByteArray();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static List<RdbRecord> read(byte[] file) throws IOException {
    RdbReader reader = new RdbReader(new ByteArrayInputStream(file));
    List<RdbRecord> records = new ArrayList<>();
    for (RdbRecord record = reader.next(); record != null; record = reader.next()) {
      records.add(record);
    }
    assertThat(reader.position()).isEqualTo(file.length);
    return records;
  }

  /** One of each form that a value can have; the first byte is the type. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "00 03 616263",
        "00 c0 05",
        "00 c1 2c01",
        "00 c2 70110100",
        "00 c3 05 0a 00 61 e0 00 00",
        "01 02 01 61 c1 2c 01",
        "02 01 01 61",
        "03 02 01 61 03 312e35 01 62 fe",
        "04 01 01 61 01 62",
        "05 01 01 61 000000000000f83f",
        "09 08 01 01 61 01 01 62 00 ff",
        "0a 0e 0e000000 0a000000 0100 00 01 61 ff",
        "0b 0c 02000000 02000000 ffff 0500",
        "0c 10 10000000 0d000000 0200 00 01 61 03 f3 ff",
        "0d 11 11000000 0d000000 0200 00 01 61 03 01 62 ff",
        "0e 01 0e 0e000000 0a000000 0100 00 01 61 ff",
        "10 0d 0d000000 0200 81 61 02 81 62 02 ff",
        "11 0c 0c000000 0200 81 61 02 02 01 ff",
        "12 02 01 03 616263 02 0a 0a000000 0100 81 61 02 ff",
        "14 0a 0a000000 0100 81 61 02 ff",
        // Hashes of Redis 7.4: field and value with a time, and without.
        "18 7b00000000000000 02 00 01 61 01 62 05 01 63 01 64",
        "19 7b00000000000000 0f 0f000000 0300 81 61 02 81 62 02 00 01 ff",
        // Streams without entries but with a group, of Redis 5, 7.0 and 7.2.
        "0f 00 00 00 00 01 01 67 00 00"
            + "01 0000000000000001 0000000000000001 7b00000000000000 01"
            + "01 01 63 7b00000000000000 01 0000000000000001 0000000000000001",
        "13 00 00 00 00 00 00 00 00 00 01 01 67 00 00 00"
            + "01 0000000000000001 0000000000000001 7b00000000000000 01"
            + "01 01 63 7b00000000000000 01 0000000000000001 0000000000000001",
        "15 00 00 00 00 00 00 00 00 00 01 01 67 00 00 00 00"
            + "01 01 63 7b00000000000000 7b00000000000000 00",
      })
  void findsTheEndOfEachForm(String value) throws IOException {
    byte[] file = new RdbFile(11).hex("fe 00").key("first", value).key("second", "00 01 32").end();
    List<RdbRecord> records = read(file);
    assertThat(records).hasSize(3);
    assertThat(records.get(0)).isEqualTo(new RdbRecord.Database(0));
    var first = (RdbRecord.Key) records.get(1);
    assertThat(first.name()).isEqualTo(bytes("first"));
    byte[] expected = HexFormat.of().parseHex(value.replace(" ", ""));
    assertThat(Arrays.copyOf(first.dump(), expected.length)).isEqualTo(expected);
    assertThat(first.dump()).hasSize(expected.length + Dump.FOOTER_BYTES);
    assertThat(Dump.isSound(first.dump(), 0, first.dump().length)).isTrue();
    assertThat(((RdbRecord.Key) records.get(2)).name()).isEqualTo(bytes("second"));
  }

  @Test
  void readsWhatStandsBetweenKeys() throws IOException {
    byte[] file =
        new RdbFile(11)
            .hex("fa 05 72656469 73 03 372e32") // redis: 7.2
            .hex("f5 03 616263") // a library
            .hex("fe 03 fb 02 01")
            .hex("f4 07 02 01") // of slot 7
            .end();
    assertThat(read(file))
        .first()
        .isInstanceOfSatisfying(
            RdbRecord.Library.class, library -> assertThat(library.code()).isEqualTo(bytes("abc")));
  }

  @Test
  void readsTimesAndWhatIsKnownOfTheUse() throws IOException {
    DumpOutput millis = new DumpOutput();
    millis.littleEndian(EXPIRY_MILLIS, Long.BYTES);
    byte[] file =
        new RdbFile(10)
            .hex("fe 00")
            .hex("fc" + HexFormat.of().formatHex(millis.toByteArray()) + "f8 05")
            .key("in millis", "00 01 31")
            .hex("fd 80969800 f9 07") // 10,000,000
            .key("in seconds", "00 01 31")
            .key("never", "00 01 31")
            .end();
    assertThat(read(file))
        .filteredOn(RdbRecord.Key.class::isInstance)
        .extracting(record -> ((RdbRecord.Key) record).expiryMillis())
        .containsExactly(EXPIRY_MILLIS, 10_000_000_000L, RdbRecord.Key.NO_EXPIRY);
  }

  /** The module "example-m" with one part of each kind. */
  @Test
  void stepsOverWhatIsOfModules() throws IOException {
    long id = 0;
    for (char letter : "example-m".toCharArray()) {
      id =
          id << 6
              | "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(letter);
    }
    String module = "81%016x".formatted(id << 10 | 1);
    String parts = "01 05 02 06 03 00000000 04 0000000000000000 05 01 61 00";
    byte[] file =
        new RdbFile(10)
            .hex("f7" + module + "02 01" + parts)
            .hex("fe 00")
            .key("m", "07" + module + parts)
            .key("k", "00 01 31")
            .end();
    List<RdbRecord> records = read(file);
    assertThat(records).hasSize(3);
    assertThat(((RdbRecord.ModuleKey) records.get(1)).module()).isEqualTo("example-m");
    assertThat(((RdbRecord.Key) records.get(2)).name()).isEqualTo(bytes("k"));
  }

  @Test
  void readsOldFilesWhichHaveNoChecksumAndThoseWhoseWriterMadeNone() throws IOException {
    assertThat(read(new RdbFile(4).hex("fe 00").key("k", "00 01 31").end())).hasSize(2);
    byte[] file = new RdbFile(9).hex("fe 00").key("k", "00 01 31").end();
    Arrays.fill(file, file.length - Long.BYTES, file.length, (byte) 0);
    assertThat(read(file)).hasSize(2);
  }

  /** Wherever a byte is wrong or the file ends, that is noticed, and is no other exception. */
  @Test
  void noticesAllDamage() {
    byte[] file =
        new RdbFile(11)
            .hex("fa 05 72656469 73 03 372e32 f5 03 616263 fe 00 fb 02 01")
            .key("list", "12 02 01 03 616263 02 0a 0a000000 0100 81 61 02 ff")
            .key("text", "00 c3 05 0a 00 61 e0 00 00")
            .key("hash", "04 01 01 61 01 62")
            .end();
    for (int at = 0; at < file.length; at++) {
      byte[] cut = Arrays.copyOf(file, at);
      assertThatThrownBy(() -> read(cut)).as("cut at %d", at).isInstanceOf(IOException.class);
      // Another version may have no checksum, and be right.
      for (int bit = 0; bit < Byte.SIZE && (at < 5 || at > 8); bit++) {
        byte[] damaged = file.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> read(damaged))
            .as("bit %d of byte %d", bit, at)
            .isInstanceOf(MalformedRdbException.class);
      }
    }
  }

  @Test
  void saysWhatIsWrongAndWhere() {
    byte[] text = bytes("{\"this\": \"is no RDB file\"}");
    assertThatThrownBy(() -> read(text)).hasMessage("this is no RDB file, at byte 5");
    byte[] young = new RdbFile(99).end();
    assertThatThrownBy(() -> read(young))
        .hasMessage("the file has version 0099, and 1 to 12 can be read, at byte 9");
    byte[] strange = new RdbFile(11).hex("fe 00").key("k", "63 00").end();
    assertThatThrownBy(() -> read(strange)).hasMessage("a value of unknown type 99, at byte 14");
  }
}
