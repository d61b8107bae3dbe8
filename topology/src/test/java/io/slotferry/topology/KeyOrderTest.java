package io.slotferry.topology;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyOrderTest {
  private static final int SEEDS = 20_000;

  @Test
  void naturalOrderComparesRunsOfDigitsAsNumbers() {
    assertThat(sorted(KeyOrder.NATURAL, "event:1000", "event:999", "event:5", "event:", "event"))
        .containsExactly("event", "event:", "event:5", "event:999", "event:1000");
    assertThat(sorted(KeyOrder.BYTES, "event:1000", "event:999"))
        .containsExactly("event:1000", "event:999");
  }

  @Test
  void naturalOrderKnowsNumbersOfAnyLength() {
    assertThat(sorted(KeyOrder.NATURAL, "1" + "0".repeat(40), "9".repeat(40), "9".repeat(39)))
        .containsExactly("9".repeat(39), "9".repeat(40), "1" + "0".repeat(40));
  }

  @Test
  void leadingZerosDecideLast() {
    assertThat(sorted(KeyOrder.NATURAL, "a2", "a1", "a01", "a001", "a00", "a0"))
        .containsExactly("a0", "a00", "a001", "a01", "a1", "a2");
    assertThat(sorted(KeyOrder.NATURAL, "a1b", "a01c", "a01b"))
        .containsExactly("a01b", "a1b", "a01c");
  }

  @Test
  void bytesAreUnsigned() {
    assertThat(sorted(KeyOrder.NATURAL, "\u00ff", "a", "9")).containsExactly("9", "a", "\u00ff");
    assertThat(sorted(KeyOrder.BYTES, "\u00ff", "a", "9")).containsExactly("9", "a", "\u00ff");
  }

  @ParameterizedTest
  @EnumSource
  void isATotalOrderConsistentWithEquality(KeyOrder order) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      byte[] a = key(random);
      byte[] b = key(random);
      byte[] c = key(random);
      int ab = Integer.signum(order.compare(a, b));
      int bc = Integer.signum(order.compare(b, c));
      int ac = Integer.signum(order.compare(a, c));

      assertThat(Integer.signum(order.compare(b, a))).as("seed %d", seed).isEqualTo(-ab);
      assertThat(ab == 0).as("seed %d", seed).isEqualTo(Arrays.equals(a, b));
      if (ab == bc) {
        assertThat(ac).as("seed %d", seed).isEqualTo(ab);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void comparesTheGivenPartsOfBuffers(KeyOrder order) {
    byte[] left = "99event:999zz".getBytes(ISO_8859_1);
    byte[] right = "event:10001".getBytes(ISO_8859_1);

    int parts = order.compare(left, 2, 9, right, 0, 10);

    assertThat(Integer.signum(parts))
        .isEqualTo(
            Integer.signum(
                order.compare(
                    "event:999".getBytes(ISO_8859_1), "event:1000".getBytes(ISO_8859_1))));
  }

  /** Short keys of few different bytes: equal prefixes, digits and zeros are likely. */
  private static byte[] key(Random random) {
    byte[] alphabet = "0012ab:\u00ff".getBytes(ISO_8859_1);
    byte[] key = new byte[random.nextInt(6)];
    for (int i = 0; i < key.length; i++) {
      key[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return key;
  }

  private static List<String> sorted(KeyOrder order, String... keys) {
    return Stream.of(keys)
        .map(key -> key.getBytes(ISO_8859_1))
        .sorted(order)
        .map(key -> new String(key, ISO_8859_1))
        .toList();
  }
}
