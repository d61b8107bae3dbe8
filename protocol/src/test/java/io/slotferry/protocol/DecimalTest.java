package io.slotferry.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {

  private static double toDouble(String text) {
    byte[] bytes = ("1" + text + "1").getBytes(ISO_8859_1);
    return Decimal.toDouble(bytes, 1, text.length());
  }

  private static boolean isLong(String text) {
    byte[] bytes = ("1" + text + "1").getBytes(ISO_8859_1);
    return Decimal.isLong(bytes, 1, text.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+1",
        "01",
        "-0",
        "00",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "x",
        "9223372036854775808",
        "-9223372036854775809",
        "12345678901234567890",
        "99999999999999999999",
        "-01",
        "--1"
      })
  void integersAreStrict(String text) {
    assertThat(isLong(text)).isFalse();
  }

  @Test
  void integersReadBackAsWritten() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      if (i < 4) {
        value = new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1}[i];
      }
      byte[] bytes = new byte[Decimal.length(value)];
      Decimal.write(value, bytes, 0, bytes.length);
      assertThat(new String(bytes, ISO_8859_1)).isEqualTo(Long.toString(value));
      assertThat(Decimal.isLong(bytes, 0, bytes.length)).isTrue();
      assertThat(Decimal.toLong(bytes, 0, bytes.length)).isEqualTo(value);
    }
  }

  /** What redis-server 7.0.15 answers to ZSCORE. */
  @ParameterizedTest
  @CsvSource({
    "0.1, 0.10000000000000001",
    "3e-5, 3.0000000000000001e-05",
    "1e-4, 0.0001",
    "1e16, 10000000000000000",
    "1e17, 1e+17",
    "1e21, 1e+21",
    "1.5e300, 1.5000000000000001e+300",
    "5e-324, 4.9406564584124654e-324",
    "-2.2250738585072014e-308, -2.2250738585072014e-308",
    "0.30000000000000004, 0.30000000000000004",
    "2.5, 2.5",
    "-17179869184.25, -17179869184.25",
    "2251799813685248.5, 2251799813685248.5",
    "9223372036854775807, 9.2233720368547758e+18",
    "9.3e18, 9.3e+18",
    "-0.0, -0",
    "0, 0",
    "inf, inf",
    "-inf, -inf"
  })
  void doublesAreWrittenAsRedisDoes(String value, String text) {
    assertThat(Decimal.format(toDouble(value))).isEqualTo(text);
  }

  @Test
  void doublesReadBackAsWritten() {
    Random random = new Random(2);
    for (int i = 0; i < 200_000; i++) {
      double value = randomDouble(random);
      String text = Decimal.format(value);
      assertThat(text.length()).isLessThanOrEqualTo(Decimal.DOUBLE_CHARS_MAX);
      assertThat(Double.doubleToRawLongBits(toDouble(text)))
          .as(text)
          .isEqualTo(Double.doubleToRawLongBits(value));
      assertThat(toDouble(Double.toString(value))).isEqualTo(value);
    }
  }

  /** The fast ways, in longs, say what arbitrary precision says. */
  @Test
  void doublesAreRoundedHalfToEvenAtSeventeenDigits() {
    Random random = new Random(3);
    for (int i = 0; i < 200_000; i++) {
      double value = Math.abs(randomDouble(random));
      BigDecimal rounded = new BigDecimal(value).round(new MathContext(17, RoundingMode.HALF_EVEN));
      assertThat(new BigDecimal(Decimal.format(value))).isEqualByComparingTo(rounded);
    }
  }

  static double randomDouble(Random random) {
    while (true) {
      double value =
          switch (random.nextInt(6)) {
            case 0 -> random.nextInt(100_000) / 100.0;
            case 1 -> random.nextDouble() * Math.pow(10, random.nextInt(40) - 20);
            case 2 -> random.nextLong() >> random.nextInt(63);
            case 3 -> Math.pow(10, random.nextInt(600) - 300);
            case 4 -> (1L << random.nextInt(53) | 1) * Math.pow(2, -random.nextInt(80));
            default -> Double.longBitsToDouble(random.nextLong());
          };
      if (Double.isFinite(value)) {
        return random.nextInt(8) == 0 ? -value : value;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "inf, Infinity",
    "+inf, Infinity",
    "-inf, -Infinity",
    "INFINITY, Infinity",
    "-Infinity, -Infinity",
    "+5, 5",
    ".5, 0.5",
    "5., 5",
    "-0, -0.0",
    "1e3, 1000",
    "1E+3, 1000",
    "1e-000003, 0.001",
    "0e999999999999, 0",
    "0.000000000000000000000000000000e-999999999999, 0",
    "000000000000000000000000000000000012.5, 12.5",
    "9007199254740993, 9007199254740992",
    "123456789012345678901234567890e-29, 1.2345678901234567",
    "0x10, 16",
    "-0X1f.8, -31.5",
    "0x.8p+3, 4",
    "0x7FFFFFFFFFFFFF, 36028797018963967"
  })
  void readsDoubles(String text, double value) {
    assertThat(toDouble(text)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "-",
        ".",
        "e5",
        "5e",
        "5e+",
        "5e1.5",
        " 5",
        "5 ",
        "1e400",
        "-1e400",
        "1e-400",
        "nan",
        "-nan",
        "5d",
        "5f",
        "0x",
        "0x.",
        "0x1p",
        "0x1p3d",
        "0x1g",
        "1x1",
        "0x1p99999",
        "1_0",
        "in",
        "infi",
        "infinityx",
        "1.5.5",
        "--1",
        "1e99999999999"
      })
  void refusesWhatIsNoDouble(String text) {
    assertThat(toDouble(text)).isNaN();
  }

  @Test
  void readsRandomDecimalsAsExactlyAsJava() {
    Random random = new Random(4);
    for (int i = 0; i < 100_000; i++) {
      String text =
          new BigInteger(1 + random.nextInt(90), random).toString()
              + (random.nextBoolean() ? "." + random.nextInt(1_000_000) : "")
              + (random.nextBoolean() ? "e" + (random.nextInt(80) - 40) : "");
      assertThat(toDouble(text)).as(text).isEqualTo(Double.parseDouble(text));
    }
  }
}
