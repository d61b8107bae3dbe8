package io.slotferry.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BitFieldTest {
  private static final int SEEDS = 2000;

  private static BitField field(Random random) {
    boolean signed = random.nextBoolean();
    return new BitField(signed, random.nextInt(1, signed ? 65 : 64));
  }

  @Test
  void changesItsOwnBitsOnly() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      BitField field = field(random);
      byte[] bytes = new byte[24];
      random.nextBytes(bytes);
      byte[] before = bytes.clone();
      int start = random.nextInt(8);
      int offset = random.nextInt(60);
      long value = field.wrap(random.nextLong());
      field.put(bytes, start, offset, value);
      assertThat(field.get(bytes, start, bytes.length - start, offset)).isEqualTo(value);
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        int within = bit - start * 8 - offset;
        boolean expected =
            within < 0 || within >= field.bits()
                ? Bits.get(before, 0, bit)
                : (value >>> (field.bits() - 1 - within) & 1) == 1;
        assertThat(Bits.get(bytes, 0, bit)).isEqualTo(expected);
      }
    }
  }

  @Test
  void readsZerosBehindTheEnd() {
    byte[] bytes = {-1, -1, -1};
    assertThat(new BitField(false, 16).get(bytes, 1, 2, 8)).isEqualTo(0xff00);
    assertThat(new BitField(false, 63).get(bytes, 0, 2, 9)).isEqualTo(0x7fL << 56);
    assertThat(new BitField(true, 64).get(bytes, 0, 3, 7)).isEqualTo(-1L << 47);
    assertThat(new BitField(true, 8).get(bytes, 0, 3, 100)).isZero();
  }

  @Test
  void knowsWhatItHolds() {
    BitField byteField = new BitField(true, 8);
    assertThat(byteField.max()).isEqualTo(127);
    assertThat(byteField.min()).isEqualTo(-128);
    assertThat(new BitField(false, 8).max()).isEqualTo(255);
    assertThat(new BitField(false, 63).max()).isEqualTo(Long.MAX_VALUE);
    assertThat(new BitField(true, 64).max()).isEqualTo(Long.MAX_VALUE);
    assertThat(new BitField(true, 64).min()).isEqualTo(Long.MIN_VALUE);
    assertThat(new BitField(true, 1).min()).isEqualTo(-1);
    assertThat(byteField.wrap(200)).isEqualTo(-56);
    assertThat(new BitField(false, 4).wrap(-1)).isEqualTo(15);
  }

  @Test
  void seesOverflowOfItsOwnNumbers() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      BitField field = field(random);
      long value = field.wrap(random.nextLong());
      long increment = random.nextLong() >> random.nextInt(64);
      BigInteger sum = BigInteger.valueOf(value).add(BigInteger.valueOf(increment));
      int expected = 0;
      if (sum.compareTo(BigInteger.valueOf(field.max())) > 0) {
        expected = 1;
      } else if (sum.compareTo(BigInteger.valueOf(field.min())) < 0) {
        expected = -1;
      }
      assertThat(field.overflow(value, increment))
          .as("%s: %d + %d", field, value, increment)
          .isEqualTo(expected);
    }
  }
}
