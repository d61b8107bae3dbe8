package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.hash.KeyHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of the memory of entries that are replaced, removed and dropped. */
class CompactionTest {
  private static final int KEYS = 400_000;
  private static final int SLOTS = 64;
  private static final int TABLET = PartitionStore.SLOTS;
  private static final int STEPS_MAX = 400;

  private final PartitionStore store = new PartitionStore();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A slot, or now and then the tablet. */
  private static int partitionOf(int number) {
    return number % 4 == 0 ? TABLET : number % SLOTS;
  }

  private void put(int number, int valueLength) {
    store.memory().release();
    KeyTable table = store.create(partitionOf(number)).demandTable(number % 2);
    byte[] key = bytes("key:" + number);
    byte[] value = bytes(Integer.toString(number).repeat(valueLength));
    int hash = KeyHash.hash(key, 0, key.length);
    int at = table.find(hash, key, 0, key.length);
    int entry =
        store.memory().add(key, 0, key.length, value, 0, valueLength, EntryMemory.NO_EXPIRY);
    if (at < 0) {
      table.insert(at, hash, entry);
    } else {
      table.replace(at, entry);
    }
  }

  private void orderTablet() {
    store
        .create(TABLET)
        .orderBy(
            0,
            (a, aStart, aLength, b, bStart, bLength) ->
                Arrays.compareUnsigned(a, aStart, aStart + aLength, b, bStart, bStart + bLength));
  }

  @Test
  void entriesMoveTogetherWhenMuchBetweenThemIsFree() {
    orderTablet();
    for (int number = 0; number < KEYS; number++) {
      put(number, 150);
    }
    for (int number = 0; number < KEYS; number++) {
      if (number % 10 != 0) {
        put(number, 8);
      }
    }
    store.memory().release();
    Map<String, String> before = EngineFixture.contents(store);
    long scattered = store.memory().slabs().slabBytes();
    int steps = 0;
    for (; store.memory().slabs().isSparse() || store.memory().slabs().isEvacuating(); steps++) {
      assertThat(steps).isLessThan(STEPS_MAX);
      store.carryOn();
    }
    assertThat(steps).isGreaterThan(KEYS / 8192);
    assertThat(store.memory().slabs().slabBytes()).isLessThan(scattered / 2);
    assertThat(EngineFixture.contents(store)).isEqualTo(before);
    OrderedKeys ordered = store.create(TABLET).demandTable(0).ordered();
    assertThat(ordered.size()).isEqualTo(store.create(TABLET).demandTable(0).size());
    assertThat(store.memory().keyStart(ordered.entryAt(ordered.middle()))).isPositive();
  }

  @Test
  void aStepMovesNoMoreThanItsBytes() {
    for (int number = 0; number < 2_000; number++) {
      put(number, 20_000);
    }
    for (int number = 0; number < 2_000; number++) {
      if (number % 8 != 0) {
        put(number, 8);
      }
    }
    store.memory().release();
    Map<String, String> before = EngineFixture.contents(store);
    int steps = 0;
    for (; store.memory().slabs().isSparse() || store.memory().slabs().isEvacuating(); steps++) {
      assertThat(steps).isLessThan(STEPS_MAX);
      store.carryOn();
    }
    // What is left of the large values, all of which is in half empty runs, is 5 MB.
    assertThat(steps).isGreaterThan(3);
    assertThat(EngineFixture.contents(store)).isEqualTo(before);
  }

  @Test
  void aDroppedPartitionGivesItsMemoryBackInSteps() {
    for (int number = 0; number < KEYS; number++) {
      put(number, 150);
    }
    long full = store.memory().slabs().usedBytes();
    Map<String, String> before = EngineFixture.contents(store);
    before.keySet().removeIf(key -> key.startsWith(TABLET + "/"));
    store.drop(TABLET);
    store.carryOn();
    assertThat(store.memory().slabs().usedBytes()).isGreaterThan(full * 3 / 4);
    for (int steps = 0; steps < STEPS_MAX; steps++) {
      store.carryOn();
    }
    assertThat(store.memory().slabs().usedBytes()).isEqualTo(full * 3 / 4);
    assertThat(EngineFixture.contents(store)).isEqualTo(before);
  }

  @Test
  void nothingStaysOfAStoreThatIsEmptied() {
    for (int number = 0; number < KEYS; number++) {
      put(number, number % 200);
    }
    store.clearKeyspace(0);
    store.clearKeyspace(1);
    assertThat(store.totals().keys()).isZero();
    assertThat(store.memory().slabs().slabBytes()).isZero();
    put(1, 10);
    assertThat(EngineFixture.contents(store)).hasSize(1);
  }
}
