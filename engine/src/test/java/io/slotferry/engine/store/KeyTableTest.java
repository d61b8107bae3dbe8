package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.StringValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTableTest {
  private static final int STEPS = 20_000;

  /**
   * Ways to spoil the hash: not at all, few different ones, all at the end, all at the beginning.
   */
  private static final List<IntUnaryOperator> SPOILERS =
      List.of(
          hash -> hash,
          hash -> hash % 5 * 0x1000_0000 | 1,
          hash -> hash | 0xffff_ff00,
          hash -> hash & 0xff | 1);

  private final Map<String, String> model = new HashMap<>();
  private final KeyTable table = new KeyTable();
  private IntUnaryOperator spoiler = SPOILERS.getFirst();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private int hash(byte[] key) {
    return spoiler.applyAsInt(KeyHash.hash(key, 0, key.length));
  }

  private void put(String name, String value, long expiryMillis) {
    byte[] key = bytes(name);
    byte[] text = bytes(value);
    table.memory().release();
    int entry = table.memory().add(key, 0, key.length, text, 0, text.length, expiryMillis);
    int at = table.find(hash(key), key, 0, key.length);
    if (at >= 0) {
      table.replace(at, entry);
    } else {
      int index = table.insert(at, hash(key), entry);
      assertThat(table.entryAt(index)).isEqualTo(entry);
    }
    model.put(name, value + "@" + expiryMillis);
  }

  private void remove(String name) {
    byte[] key = bytes(name);
    int at = table.find(hash(key), key, 0, key.length);
    assertThat(at >= 0).isEqualTo(model.remove(name) != null);
    if (at >= 0) {
      table.remove(at);
    }
  }

  private static String valueOf(EntryMemory memory, int entry) {
    StringValue value = (StringValue) new EntryView().of(memory, entry);
    return new String(value.toByteArray(), StandardCharsets.ISO_8859_1)
        + "@"
        + memory.expiry(entry);
  }

  private String valueAt(int index) {
    return valueOf(table.memory(), table.entryAt(index));
  }

  private void checkAgainstModel() {
    Map<String, String> found = new HashMap<>();
    int expiring = 0;
    int before = 0;
    for (int at = table.first(); at >= 0; at = table.next(at)) {
      assertThat(Integer.compareUnsigned(before, table.hashAt(at))).isNotPositive();
      before = table.hashAt(at);
      found.put(EngineFixture.keyOf(table.memory(), table.entryAt(at)), valueAt(at));
      expiring += table.memory().expiry(table.entryAt(at)) == EntryMemory.NO_EXPIRY ? 0 : 1;
    }
    assertThat(found).isEqualTo(model);
    assertThat(table.size()).isEqualTo(model.size());
    assertThat(table.expiring()).isEqualTo(expiring);
    assertThat(table.bytes() == 0).isEqualTo(model.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void holdsWhatAMapHolds(int spoilerIndex) {
    spoiler = SPOILERS.get(spoilerIndex);
    Random random = new Random(spoilerIndex);
    int keys = spoilerIndex == 0 ? 3000 : 300;
    for (int step = 0; step < STEPS; step++) {
      // Phases of growth and of shrinking.
      boolean growing = step / 2500 % 2 == 0;
      String key = "key:" + random.nextInt(keys);
      if (random.nextInt(10) < (growing ? 8 : 1)) {
        String value = "v".repeat(random.nextInt(4)) + step;
        put(key, value, random.nextInt(3) == 0 ? step + 1 : EntryMemory.NO_EXPIRY);
      } else {
        remove(key);
      }
      if (step % 500 == 0) {
        checkAgainstModel();
      }
    }
    List.copyOf(model.keySet()).forEach(this::remove);
    checkAgainstModel();
  }

  @Test
  void aCursorMeetsEveryKeyThatStaysWhateverElseHappens() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Set<String> staying = new HashSet<>();
      for (int i = 0; i < 400; i++) {
        put("stays:" + i, "", EntryMemory.NO_EXPIRY);
        staying.add("stays:" + i);
      }
      List<String> met = new ArrayList<>();
      int cursor = KeyHash.BEFORE_FIRST;
      int others = 0;
      for (int at = table.first(); at >= 0; at = cursor == -1 ? -1 : table.seek(cursor + 1)) {
        cursor = table.hashAt(at);
        met.add(EngineFixture.keyOf(table.memory(), table.entryAt(at)));
        for (int i = random.nextInt(8); i > 0; i--) {
          if (random.nextInt(400) < met.size()) {
            remove("other:" + random.nextInt(others + 1));
          } else {
            put("other:" + others++, "", EntryMemory.NO_EXPIRY);
          }
        }
      }
      assertThat(met).containsAll(staying).doesNotHaveDuplicates();
    }
  }

  @Test
  void changesOfExpiryKeepTheValue() {
    put("k", "value", EntryMemory.NO_EXPIRY);
    int at = table.find(hash(bytes("k")), bytes("k"), 0, 1);
    table.expireAt(at, 5);
    assertThat(valueAt(at)).isEqualTo("value@5");
    table.expireAt(at, 7);
    assertThat(valueAt(at)).isEqualTo("value@7");
    assertThat(table.expiring()).isOne();
    table.expireAt(at, EntryMemory.NO_EXPIRY);
    assertThat(valueAt(at)).isEqualTo("value@-1");
    assertThat(table.expiring()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 100_000})
  void packsKeysOfAnyLength(int length) {
    byte[] key = bytes("k".repeat(length));
    EntryMemory memory = new EntryMemory();
    int entry = memory.add(key, 0, length, bytes("value"), 1, 3, 42);
    assertThat(memory.hasKey(entry, key, 0, length)).isTrue();
    assertThat(memory.keyLength(entry)).isEqualTo(length);
    assertThat(valueOf(memory, entry)).isEqualTo("alu@42");
    assertThat(memory.overwrite(entry, bytes("new"), 0, 3, 43)).isTrue();
    assertThat(valueOf(memory, entry)).isEqualTo("new@43");
    byte[] longer = bytes("n".repeat(length + 9));
    assertThat(memory.overwrite(entry, longer, 0, longer.length, 43)).isFalse();
    assertThat(memory.overwrite(entry, bytes("new"), 0, 3, -1)).isFalse();
  }

  @Test
  void clocksStayWithTheirKeys() {
    Random random = new Random(7);
    Map<String, Integer> clocks = new HashMap<>();
    for (int step = 1; step < STEPS; step++) {
      String name = "k" + random.nextInt(step < STEPS / 2 ? 3000 : 60);
      byte[] key = bytes(name);
      if (random.nextInt(3) == 0) {
        remove(name);
        clocks.remove(name);
      } else {
        boolean isNew = !model.containsKey(name);
        put(name, "v", EntryMemory.NO_EXPIRY);
        int at = table.find(hash(key), key, 0, key.length);
        assertThat(table.clockAt(at))
            .isEqualTo(isNew ? AccessClock.UNKNOWN : clocks.getOrDefault(name, -1));
        table.clockIs(at, step);
        clocks.put(name, step);
      }
      if (step == STEPS / 2) {
        List.copyOf(model.keySet()).forEach(this::remove);
        clocks.clear();
      }
    }
    clocks.forEach((name, clock) -> {
      byte[] key = bytes(name);
      assertThat(table.clockAt(table.find(hash(key), key, 0, key.length))).isEqualTo(clock);
    });
    table.forgetClocks();
    assertThat(table.clockAt(table.first())).isEqualTo(AccessClock.UNKNOWN);
  }
}
