package io.slotferry.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpTest {
  private static final int FUZZ_SEEDS = 3000;

  private final EngineFixture engine = new EngineFixture();

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The bytes in hexadecimal, with version and checksum behind them. */
  private static String dump(String hex) {
    return footed(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static String footed(byte[] value) {
    DumpOutput out = new DumpOutput();
    out.raw(value, 0, value.length);
    out.littleEndian(9, 2);
    out.littleEndian(Crc64.of(out.bytes(), 0, out.size()), Long.BYTES);
    return text(out.toByteArray());
  }

  @Test
  void theChecksumIsTheJonesPolynomial() {
    byte[] check = bytes("123456789");
    assertThat(Crc64.of(check, 0, check.length)).isEqualTo(0xe9c6d914c4b8d9caL);
  }

  @ParameterizedTest
  @CsvSource({
    // A list of strings, one of them an integer.
    "01 02 01 61 c1 2c 01, LRANGE k 0 -1, *2 $1 a $3 300",
    // A ziplist: a, 5, -3, 70000, 2^40 and 300.
    "0a 27 27000000 22000000 0600 00 01 61 03 f6 02 fe fd 03 d0 70110100 06 e0 0000000000010000 0a"
        + " c0 2c01 ff, LRANGE k 0 -1, *6 $1 a $1 5 $2 -3 $5 70000 $13 1099511627776 $3 300",
    // A list of one ziplist.
    "0e 01 0e 0e000000 0a000000 0100 00 01 61 ff, LRANGE k 0 -1, *1 $1 a",
    // A set of strings, one of integers, one in a listpack.
    "02 01 01 61, SMEMBERS k, *1 $1 a",
    "0b 0c 02000000 02000000 ffff 0500, SMEMBERS k, *2 $2 -1 $1 5",
    "14 0a 0a000000 0100 81 61 02 ff, SMEMBERS k, *1 $1 a",
    // A sorted set with scores as text.
    "03 02 01 61 03 312e35 01 62 fe, ZRANGE k 0 -1 WITHSCORES, *4 $1 a $3 1.5 $1 b $3 inf",
    "0c 10 10000000 0d000000 0200 00 01 61 03 f3 ff, ZRANGE k 0 -1 WITHSCORES, *2 $1 a $1 2",
    // A hash, a zipmap with a free byte, a ziplist.
    "04 01 01 61 01 62, HGETALL k, *2 $1 a $1 b",
    "09 08 01 01 61 01 01 62 00 ff, HGETALL k, *2 $1 a $1 b",
    "0d 11 11000000 0d000000 0200 00 01 61 03 01 62 ff, HGETALL k, *2 $1 a $1 b",
    // A plain node of a list.
    "12 01 01 03 616263, LRANGE k 0 -1, *1 $3 abc",
    // A compressed string.
    "00 c3 05 0a 00 61 e0 00 00, GET k, $10 aaaaaaaaaa"
  })
  void readsTheFormsOfOlderVersions(String hex, String read, String expected) {
    assertThat(engine.reply("RESTORE", "k", "0", dump(hex))).as(hex).isEqualTo("+OK");
    assertThat(engine.reply(read.split(" "))).isEqualTo(expected);
  }

  @Test
  void restoreChecksInRedisOrder() {
    engine.reply("SET", "k", "1");
    String dump = text(Dump.of(new StringValue(bytes("value"))));
    assertThat(engine.reply("RESTORE", "k", "-1", dump))
        .isEqualTo("-BUSYKEY Target key name already exists.");
    assertThat(engine.reply("RESTORE", "k", "-1", dump, "REPLACE"))
        .isEqualTo("-ERR Invalid TTL value, must be >= 0");
    assertThat(engine.reply("RESTORE", "k", "x", dump, "REPLACE"))
        .isEqualTo("-ERR value is not an integer or out of range");
    assertThat(engine.reply("RESTORE", "k", "0", "junk", "REPLACE"))
        .isEqualTo("-ERR DUMP payload version or checksum are wrong");
    assertThat(engine.reply("RESTORE", "k", "0", footed(new byte[] {77}), "REPLACE"))
        .isEqualTo("-ERR Bad data format");
    assertThat(engine.reply("RESTORE", "k", "0", dump, "IDLETIME", "-1"))
        .isEqualTo("-ERR Invalid IDLETIME value, must be >= 0");
    assertThat(engine.reply("RESTORE", "k", "0", dump, "FREQ", "256"))
        .isEqualTo("-ERR Invalid FREQ value, must be >= 0 and <= 255");
    assertThat(engine.reply("RESTORE", "k", "0", dump, "FREQ", "1", "IDLETIME", "1"))
        .isEqualTo("-ERR syntax error");
    engine.effects();
    assertThat(engine.reply("RESTORE", "k", "500", dump, "REPLACE")).isEqualTo("+OK");
    assertThat(engine.effects())
        .containsExactly("!put k " + (engine.nowMillis + 500) + " 0 \5value");
    assertThat(engine.reply("RESTORE", "k", "1", dump, "ABSTTL", "REPLACE")).isEqualTo("+OK");
    assertThat(engine.effects()).containsExactly("!del k");
  }

  @Test
  void noBytesBringItDown() {
    String[] writes = {
      "SET k 12345",
      "SET k abc",
      "RPUSH k a 1 bcd -70000",
      "SADD k 1 2 3",
      "SADD k a b c",
      "ZADD k 1.5 a 2 b -7 c",
      "HSET k f v g 2 h 3"
    };
    Random random = new Random(1);
    for (int seed = 0; seed < FUZZ_SEEDS; seed++) {
      engine.reply("DEL", "k");
      engine.reply(writes[seed % writes.length].split(" "));
      String dumped = engine.reply("DUMP", "k");
      byte[] value = bytes(dumped.substring(dumped.indexOf(' ') + 1));
      byte[] body = Arrays.copyOf(value, value.length - 10);
      for (int i = random.nextInt(4); i >= 0; i--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt();
      }
      if (random.nextInt(4) == 0) {
        body = Arrays.copyOf(body, random.nextInt(body.length + 1));
      }
      String reply = engine.reply("RESTORE", "k", "0", footed(body), "REPLACE");
      assertThat(reply).isIn("+OK", "-ERR Bad data format");
      if (reply.equals("+OK")) {
        byte[] again = bytes(engine.reply("DUMP", "k"));
        int start = new String(again, StandardCharsets.ISO_8859_1).indexOf(' ') + 1;
        Value read = Dump.read(again, start, again.length - start);
        assertThat(read).isNotNull();
      }
    }
  }
}
