package io.slotferry.engine.value;

import static io.slotferry.engine.value.ValueChecks.bytes;
import static io.slotferry.engine.value.ValueChecks.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HashValueTest {
  private static boolean set(HashValue hash, String field, String value) {
    byte[] f = bytes(field);
    byte[] v = bytes(value);
    return hash.set(f, 0, f.length, v, 0, v.length);
  }

  private static Map<String, String> contents(HashValue hash) {
    Map<String, String> contents = new HashMap<>();
    Slice field = new Slice();
    Slice value = new Slice();
    for (int at = hash.first(); at >= 0; at = hash.next(at)) {
      hash.elementAt(at, field);
      hash.valueAt(at, value);
      contents.put(text(field), text(value));
    }
    return contents;
  }

  @Test
  void doesWhatAMapDoes() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int fields = 1 << random.nextInt(1, 13);
      HashValue hash = new HashValue();
      Map<String, String> model = new HashMap<>();
      Slice slice = new Slice();
      for (int step = 0; step < 3000; step++) {
        String field = ValueChecks.name(random, fields);
        byte[] name = bytes(field);
        if (random.nextInt(10) < 6) {
          String value = "v".repeat(random.nextInt(random.nextInt(200) == 0 ? 20_000 : 20));
          assertThat(set(hash, field, value)).isEqualTo(model.put(field, value) == null);
        } else if (random.nextBoolean()) {
          assertThat(hash.remove(name, 0, name.length)).isEqualTo(model.remove(field) != null);
        } else if (hash.get(name, 0, name.length, slice)) {
          assertThat(text(slice)).isEqualTo(model.get(field));
        } else {
          assertThat(model).doesNotContainKey(field);
        }
        assertThat(hash.size()).isEqualTo(model.size());
      }
      assertThat(contents(hash)).isEqualTo(model);
      if (!model.isEmpty()) {
        ValueChecks.assertRoundTrip(hash, HashValue::decode);
        assertThat(contents((HashValue) hash.copy())).isEqualTo(model);
      }
    }
  }

  @Test
  void removesEverythingAgain() {
    for (int fields : new int[] {1, 100, 5000}) {
      HashValue hash = new HashValue();
      for (int i = 0; i < fields; i++) {
        set(hash, "f" + i, "v" + i);
      }
      for (int i = 0; i < fields; i++) {
        byte[] field = bytes("f" + i);
        assertThat(hash.remove(field, 0, field.length)).isTrue();
      }
      assertThat(hash.size()).isZero();
      assertThat(hash.first()).isEqualTo(-1);
    }
  }

  @Test
  void isCompactWhileItIsSmall() {
    HashValue hash = new HashValue();
    for (int i = 0; i < 512; i++) {
      set(hash, "field" + i, "x".repeat(64));
      assertThat(hash.encoding()).isEqualTo("listpack");
    }
    set(hash, "field0", "x".repeat(64));
    assertThat(hash.encoding()).isEqualTo("listpack");
    set(hash, "one more", "");
    assertThat(hash.encoding()).isEqualTo("hashtable");

    HashValue wide = new HashValue();
    set(wide, "f", "x".repeat(65));
    assertThat(wide.encoding()).isEqualTo("hashtable");
  }

  @Test
  void choosesAnyFieldAtRandom() {
    HashValue hash = new HashValue();
    for (int i = 0; i < 600; i++) {
      set(hash, "f" + i, "v");
      if (i == 20 || i == 599) {
        ValueChecks.assertRandomChoice(hash, new Random(i));
      }
    }
  }

  @Test
  void walkByHashMeetsWhatIsThereAllTheTimeWhileTheTableGrowsAndShrinks() {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      HashValue hash = new HashValue();
      Set<String> staying = new TreeSet<>();
      for (int i = 0; i < 2000; i++) {
        set(hash, "stays" + i, "v");
        staying.add("stays" + i);
      }
      Set<String> seen = new TreeSet<>();
      Slice slice = new Slice();
      int others = random.nextInt(20_000);
      int at = hash.first();
      while (at >= 0) {
        int cursor = hash.hashAt(at);
        int page = 0;
        while (at >= 0 && (page < 50 || hash.hashAt(at) == cursor)) {
          hash.elementAt(at, slice);
          seen.add(text(slice));
          cursor = hash.hashAt(at);
          at = hash.next(at);
          page++;
        }
        if (at < 0) {
          break;
        }
        cursor = hash.hashAt(at);
        for (int i = 0; i < 500; i++) {
          byte[] other = bytes("other" + random.nextInt(others + 1));
          if (random.nextInt(3) > 0) {
            hash.set(other, 0, other.length, other, 0, 0);
          } else {
            hash.remove(other, 0, other.length);
          }
        }
        at = hash.positionFrom(cursor);
      }
      assertThat(seen.containsAll(staying)).as("seed %d", seed).isTrue();
    }
  }

  /**
   * A copy gets its fields in the order of their hashes, all of them at one end of a table that is
   * too small yet. Done field by field, this takes some minutes.
   */
  @Test
  @Timeout(30)
  void aLargeHashIsCopiedInTime() {
    HashValue hash = new HashValue();
    for (int i = 0; i < 500_000; i++) {
      set(hash, "field:" + i, "value");
    }
    HashValue copy = (HashValue) hash.copy();
    assertThat(copy.size()).isEqualTo(500_000);
  }
}
