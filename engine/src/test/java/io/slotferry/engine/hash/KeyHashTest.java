package io.slotferry.engine.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyHashTest {
  private static int hash(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
    return KeyHash.hash(bytes, 0, bytes.length);
  }

  /** Nodes of different versions meet in one cluster: the function is part of the protocol. */
  @Test
  void staysTheSame() {
    assertThat(List.of(hash(""), hash("a"), hash("abcde"), hash("the quick brown fox")))
        .containsExactly(1119603896, -1279165923, 1198772089, 1196331686);
  }

  @Test
  void dependsOnTheSliceOnly() {
    Random random = new Random(1);
    for (int length = 0; length < 40; length++) {
      byte[] key = new byte[length];
      random.nextBytes(key);
      byte[] buffer = new byte[length + 20];
      random.nextBytes(buffer);
      System.arraycopy(key, 0, buffer, 7, length);
      assertThat(KeyHash.hash(buffer, 7, length)).isEqualTo(KeyHash.hash(key, 0, length));
    }
  }

  @Test
  void spreadsLikelyKeysEvenly() {
    String[] forms = {"%d", "key:%d", "user:%08d:profile", "%d:aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    int keys = 1 << 16;
    for (String form : forms) {
      Set<Integer> hashes = new HashSet<>();
      int[] homes = new int[256];
      for (int i = 0; i < keys; i++) {
        int hash = hash(form.formatted(i));
        hashes.add(hash);
        homes[hash >>> 24]++;
      }
      // Chance gives half a collision a set, and 256 keys a home with a deviation of 16.
      assertThat(hashes).as(form).hasSizeGreaterThan(keys - 12);
      for (int home : homes) {
        assertThat(home).as(form).isBetween(256 - 100, 256 + 100);
      }
    }
  }
}
