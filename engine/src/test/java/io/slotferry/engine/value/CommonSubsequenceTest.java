package io.slotferry.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.value.CommonSubsequence.Match;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommonSubsequenceTest {
  private static StringValue string(String text) {
    return new StringValue(ValueChecks.bytes("." + text + "."), 1, text.length());
  }

  @Test
  void isCommonAndLongest() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      String left = text(random);
      String right = text(random);
      CommonSubsequence common = new CommonSubsequence(string(left), string(right), true);
      String found = new String(common.bytes(), StandardCharsets.US_ASCII);
      assertThat(isWithin(found, left)).isTrue();
      assertThat(isWithin(found, right)).isTrue();
      assertThat(common.length()).isEqualTo(found.length()).isEqualTo(longest(left, right));
      for (Match match : common.matches()) {
        assertThat(left.substring(match.left(), match.left() + match.length()))
            .isEqualTo(right.substring(match.right(), match.right() + match.length()));
      }
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(14); i > 0; i--) {
      text.append((char) ('a' + random.nextInt(3)));
    }
    return text.toString();
  }

  private static boolean isWithin(String sequence, String text) {
    int at = -1;
    for (int i = 0; i < sequence.length(); i++) {
      at = text.indexOf(sequence.charAt(i), at + 1);
      if (at < 0) {
        return false;
      }
    }
    return true;
  }

  /** By definition. */
  private static int longest(String left, String right) {
    if (left.isEmpty() || right.isEmpty()) {
      return 0;
    }
    String shorterLeft = left.substring(1);
    String shorterRight = right.substring(1);
    return left.charAt(0) == right.charAt(0)
        ? 1 + longest(shorterLeft, shorterRight)
        : Math.max(longest(shorterLeft, right), longest(left, shorterRight));
  }
}
