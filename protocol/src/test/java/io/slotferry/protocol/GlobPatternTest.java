package io.slotferry.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobPatternTest {
  private static boolean matches(String pattern, String text) {
    byte[] patternBytes = ("xx" + pattern + "xx").getBytes(StandardCharsets.ISO_8859_1);
    byte[] textBytes = ("yy" + text + "yy").getBytes(StandardCharsets.ISO_8859_1);
    return new GlobPattern(patternBytes, 2, pattern.length()).matches(textBytes, 2, text.length());
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', a, false",
    "*, '', true",
    "*, anything, true",
    "a*, a, true",
    "a*b, a, false",
    "a*b*c, axxbxxbxxc, true",
    "a*b*c, axxbxxbxx, false",
    "h?llo, hello, true",
    "h?llo, hllo, false",
    "h[ae]llo, hallo, true",
    "h[ae]llo, hillo, false",
    "h[^e]llo, hallo, true",
    "h[^e]llo, hello, false",
    "h[a-c]llo, hbllo, true",
    "h[c-a]llo, hbllo, true",
    "h[a-c]llo, hdllo, false",
    "h[a-]llo, h-llo, false",
    "h[]llo, hllo, false",
    "h[\\]]llo, h]llo, true",
    "h\\*llo, h*llo, true",
    "h\\*llo, hxllo, false",
    "h\\?, h?, true",
    "h\\?, hx, false",
    "a\\, a\\, true",
    "[abc, c, true",
    "[^abc, d, true",
    "**a**, bab, true",
    "*[0-9]:*, user5:x, true",
    "foo*, foo, true",
    "?, '', false",
    "Foo, foo, false",
  })
  void matchesAsRedisDoes(String pattern, String text, boolean expected) {
    assertThat(matches(pattern, text)).isEqualTo(expected);
  }

  /** A matcher that tries every star again would take longer than the universe. */
  @Test
  void manyStarsAreNoAttack() {
    assertThat(matches("a*".repeat(50) + "b", "a".repeat(5000))).isFalse();
  }

  @Test
  void moreThanAThousandStarsMatchNothing() {
    byte[] text = "a".repeat(2000).getBytes(StandardCharsets.US_ASCII);
    for (int stars : new int[] {1000, 1001}) {
      byte[] pattern = "*a".repeat(stars).getBytes(StandardCharsets.US_ASCII);
      assertThat(new GlobPattern(pattern, 0, pattern.length).matches(text, 0, text.length))
          .isEqualTo(stars == 1000);
    }
  }
}
