package io.slotferry.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.value.Bits.Operation;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the same done bit by bit. */
class BitsTest {
  private static final int SEEDS = 200;
  private static final int BYTES_MAX = 70;

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(1, BYTES_MAX)];
    random.nextBytes(bytes);
    if (random.nextInt(3) == 0) {
      Arrays.fill(bytes, (byte) random.nextInt(-1, 1));
    }
    return bytes;
  }

  @Test
  void setsAndGetsOneBit() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      byte[] bytes = bytes(random);
      byte[] before = bytes.clone();
      int start = random.nextInt(bytes.length);
      int bit = random.nextInt((bytes.length - start) * 8);
      boolean value = random.nextBoolean();
      Bits.set(bytes, start, bit, value);
      for (int i = 0; i < bytes.length * 8; i++) {
        boolean expected = i == start * 8 + bit ? value : Bits.get(before, 0, i);
        assertThat(Bits.get(bytes, 0, i)).isEqualTo(expected);
      }
    }
  }

  @Test
  void countsAndFindsInAnyRange() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      byte[] bytes = bytes(random);
      int start = random.nextInt(bytes.length);
      int bits = (bytes.length - start) * 8;
      int from = random.nextInt(bits + 1);
      int to = random.nextInt(from, bits + 1);
      int ones = 0;
      int firstOne = -1;
      int firstZero = -1;
      for (int i = to - 1; i >= from; i--) {
        boolean one = Bits.get(bytes, start, i);
        ones += one ? 1 : 0;
        firstOne = one ? i : firstOne;
        firstZero = one ? firstZero : i;
      }
      assertThat(Bits.count(bytes, start, from, to)).as("seed %d", seed).isEqualTo(ones);
      assertThat(Bits.position(bytes, start, from, to, true)).isEqualTo(firstOne);
      assertThat(Bits.position(bytes, start, from, to, false)).isEqualTo(firstZero);
    }
  }

  @Test
  void combinesStringsOfAnyLength() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      StringValue[] strings = new StringValue[random.nextInt(1, 5)];
      for (int i = 0; i < strings.length; i++) {
        byte[] bytes = bytes(random);
        int start = random.nextInt(bytes.length);
        strings[i] = new StringValue(bytes, start, bytes.length - start);
      }
      for (Operation operation : Operation.values()) {
        StringValue[] sources = operation == Operation.NOT ? Arrays.copyOf(strings, 1) : strings;
        assertThat(Bits.combine(operation, sources)).isEqualTo(byteByByte(operation, sources));
      }
    }
  }

  private static byte[] byteByByte(Operation operation, StringValue[] strings) {
    byte[] result =
        new byte[Arrays.stream(strings).mapToInt(StringValue::length).max().orElseThrow()];
    for (int at = 0; at < result.length; at++) {
      int value = byteAt(strings[0], at);
      for (int i = 1; i < strings.length; i++) {
        int other = byteAt(strings[i], at);
        value =
            switch (operation) {
              case AND -> value & other;
              case OR -> value | other;
              case XOR, NOT -> value ^ other;
            };
      }
      result[at] = (byte) (operation == Operation.NOT ? ~value : value);
    }
    return result;
  }

  private static int byteAt(StringValue string, int at) {
    return at < string.length() ? string.buffer()[string.start() + at] : 0;
  }
}
