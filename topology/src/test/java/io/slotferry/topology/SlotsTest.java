package io.slotferry.topology;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotsTest {
  @Test
  void crc16HasTheCheckValueOfXmodem() {
    byte[] check = "123456789".getBytes(ISO_8859_1);

    assertThat(Slots.crc16(check, 0, check.length)).isEqualTo(0x31C3);
    assertThat(Slots.slotOf(check)).isEqualTo(0x31C3 % 16384);
  }

  /** What CLUSTER KEYSLOT of a Redis says. */
  @ParameterizedTest
  @CsvSource({"foo, 12182", "bar, 5061", "hello, 866", "'', 0"})
  void slotsAreThoseOfRedis(String key, int slot) {
    assertThat(slotOf(key)).isEqualTo(slot);
  }

  @ParameterizedTest
  @CsvSource({
    "{user1000}.following, user1000",
    "foo{bar}baz, bar",
    "foo{{bar}}zap, {bar",
    "foo{bar}{zap}, bar",
    "{a}, a",
    "}{a}, a",
    "a prefix of some words {a} and more, a",
  })
  void onlyTheFirstTagCounts(String key, String tag) {
    assertThat(slotOf(key)).isEqualTo(slotOf(tag)).isNotEqualTo(crcOfWhole(key));
  }

  @ParameterizedTest
  @CsvSource({"foo{}{bar}", "foo{bar", "foo}bar{", "{}", "foo{}"})
  void withoutATagTheWholeKeyCounts(String key) {
    assertThat(slotOf(key)).isEqualTo(crcOfWhole(key));
  }

  @Test
  void aKeyInsideALargerBufferHasTheSameSlot() {
    byte[] buffer = "{x}foo{bar}baz{y}".getBytes(ISO_8859_1);

    assertThat(Slots.slotOf(buffer, 3, 11)).isEqualTo(slotOf("foo{bar}baz"));
  }

  @Test
  void theCrcOfAnyKeyIsThatOfItsBitsOneByOne() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] key = new byte[random.nextInt(40)];
      random.nextBytes(key);
      int from = random.nextInt(key.length + 1);
      assertThat(Slots.crc16(key, from, key.length)).isEqualTo(bitwise(key, from));
    }
  }

  private static int bitwise(byte[] key, int from) {
    int crc = 0;
    for (int i = from; i < key.length; i++) {
      crc ^= (key[i] & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? (crc << 1 ^ 0x1021) & 0xffff : crc << 1;
      }
    }
    return crc;
  }

  private static int slotOf(String key) {
    return Slots.slotOf(key.getBytes(ISO_8859_1));
  }

  private static int crcOfWhole(String key) {
    byte[] bytes = key.getBytes(ISO_8859_1);
    return Slots.crc16(bytes, 0, bytes.length) % Slots.COUNT;
  }
}
