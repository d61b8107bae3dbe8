package io.slotferry.engine.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MurmurHash64Test {
  /** As the reference implementation answers. */
  @ParameterizedTest
  @CsvSource({
    "'', 0, 0",
    "'a', 0, 71717d2d36b6b11",
    "'abcdefg', 1, fc9415b9d2ef3b6c",
    "'abcdefgh', 2915580697, f3a65df559914567",
    "'abcdefghi', 2915580697, 834fba4d9152daf7",
    "'the quick brown fox jumps', 2, 280e35f7601f5de9",
    "'', 2915580697, d8dfea6585bc9732"
  })
  void hashesAsTheReferenceDoes(String text, long seed, String hash) {
    byte[] bytes = (">" + text).getBytes(StandardCharsets.US_ASCII);
    assertThat(Long.toHexString(MurmurHash64.hash(bytes, 1, bytes.length - 1, seed)))
        .isEqualTo(hash);
  }
}
