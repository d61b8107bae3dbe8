package io.slotferry.engine.hyperloglog;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.hyperloglog.HyperLogLog.Change;
import io.slotferry.engine.value.StringValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HyperLogLogTest {
  private static HyperLogLog of(byte[] bytes) {
    HyperLogLog sketch = HyperLogLog.of(new StringValue(bytes), 3000);
    assertThat(sketch).isNotNull();
    return sketch;
  }

  private static byte[] bytes(HyperLogLog sketch) {
    return Arrays.copyOfRange(sketch.bytes(), sketch.start(), sketch.start() + sketch.length());
  }

  private static byte[] sparse(int... codes) {
    byte[] bytes = Arrays.copyOf("HYLL\u0001".getBytes(StandardCharsets.US_ASCII), 16);
    int at = bytes.length;
    bytes = Arrays.copyOf(bytes, at + codes.length);
    for (int code : codes) {
      bytes[at++] = (byte) code;
    }
    return bytes;
  }

  @Test
  void keepsAnyRegistersInBothEncodings() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      byte[] model = new byte[HyperLogLog.REGISTERS];
      HyperLogLog sketch = HyperLogLog.empty(3000);
      int near = random.nextInt(HyperLogLog.REGISTERS);
      for (int step = 0; step < 3000; step++) {
        int index = random.nextInt(HyperLogLog.REGISTERS);
        if (random.nextBoolean()) {
          index = (near + index % 40) % HyperLogLog.REGISTERS;
        }
        int value = 1 + random.nextInt(seed % 3 == 0 && step > 1000 ? 50 : 5);
        boolean higher = value > model[index];
        assertThat(sketch.raise(index, value)).isEqualTo(higher ? Change.RAISED : Change.NONE);
        model[index] = (byte) Math.max(model[index], value);
        assertThat(sketch.register(index)).isEqualTo(model[index]);
      }
      assertSame(sketch, model);
      assertThat(sketch.toDense()).isTrue();
      assertSame(sketch, model);
    }
  }

  private static void assertSame(HyperLogLog sketch, byte[] model) {
    byte[] registers = new byte[HyperLogLog.REGISTERS];
    assertThat(sketch.mergeInto(registers)).isTrue();
    assertThat(registers).isEqualTo(model);
    assertThat(sketch.count()).isEqualTo(HyperLogLog.count(model));
    assertThat(of(bytes(sketch)).count()).isEqualTo(sketch.count());
  }

  @Test
  void leavesTheStringAloneUntilItChanges() {
    byte[] string = sparse(0x7f, 0xff);
    byte[] before = string.clone();
    HyperLogLog sketch = of(string);
    assertThat(sketch.raise(5, 3)).isEqualTo(Change.RAISED);
    assertThat(sketch.isDetached()).isTrue();
    assertThat(string).isEqualTo(before);
    assertThat(sketch.decoded()).isEqualTo("z:5 v:3,1 Z:16378");
    HyperLogLog unchanged = of(bytes(sketch));
    assertThat(unchanged.raise(5, 2)).isEqualTo(Change.NONE);
    assertThat(unchanged.isDetached()).isFalse();
  }

  @Test
  void mergesNeighboursOfOneValue() {
    HyperLogLog sketch = HyperLogLog.empty(3000);
    for (int index : new int[] {10, 12, 11, 13, 14}) {
      sketch.raise(index, 2);
    }
    assertThat(sketch.decoded()).isEqualTo("z:10 v:2,4 v:2,1 Z:16369");
  }

  @Test
  void becomesDenseForALargeValueOrManyBytes() {
    HyperLogLog sketch = HyperLogLog.empty(3000);
    assertThat(sketch.raise(0, 32)).isEqualTo(Change.RAISED);
    assertThat(sketch.isDense()).isFalse();
    assertThat(sketch.raise(1, 33)).isEqualTo(Change.RAISED);
    assertThat(sketch.isDense()).isTrue();
    assertThat(sketch.register(0)).isEqualTo(32);
    assertThat(sketch.register(1)).isEqualTo(33);
    HyperLogLog wide = HyperLogLog.empty(3000);
    for (int index = 0; !wide.isDense(); index += 8) {
      assertThat(wide.length()).isLessThanOrEqualTo(3000);
      wide.raise(index, 1);
    }
    assertThat(wide.length()).isEqualTo(16 + 12288);
  }

  @Test
  void seesWhatIsNone() {
    for (String text : new String[] {"", "HYLL", "HYLX\1", "HYLL\2", "HYLL\0"}) {
      byte[] bytes = Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), 20);
      assertThat(HyperLogLog.of(new StringValue(bytes, 0, 15), 3000)).isNull();
      assertThat(HyperLogLog.of(new StringValue(bytes), 3000)).isNull();
    }
  }

  @Test
  void seesRegistersThatMakeNoSense() {
    int[][] codes = {{}, {0x7f}, {0x7f, 0xfe}, {0x7f, 0xff, 0x00}, {0x7f, 0xfd, 0x83}, {0x80}};
    for (int[] code : codes) {
      byte[] string = sparse(code);
      assertThat(of(string).count()).isEqualTo(-1);
      assertThat(of(string).toDense()).isFalse();
      assertThat(of(string).mergeInto(new byte[HyperLogLog.REGISTERS])).isFalse();
    }
    assertThat(of(sparse(0x00)).raise(1, 1)).isEqualTo(Change.CORRUPT);
    assertThat(of(sparse(0x7f)).raise(0, 1)).isEqualTo(Change.CORRUPT);
    assertThat(of(sparse(0x7f)).raise(0, 40)).isEqualTo(Change.CORRUPT);
  }

  @Test
  void testsItself() {
    assertThat(SelfTest.run(new Random(7))).isNull();
  }
}
