package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrderedKeysTest {
  private static final KeyComparator BYTES =
      (a, aStart, aLength, b, bStart, bLength) ->
          Arrays.compareUnsigned(a, aStart, aStart + aLength, b, bStart, bStart + bLength);

  private final EntryMemory memory = new EntryMemory();
  private final OrderedKeys keys = new OrderedKeys(BYTES, memory);
  private final TreeMap<String, Integer> model = new TreeMap<>();

  private int entry(String name, long expiryMillis) {
    byte[] key = bytes(name);
    return memory.add(key, 0, key.length, key, 0, 0, expiryMillis);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void toggle(String name) {
    Integer old = model.remove(name);
    if (old != null) {
      keys.remove(old);
    } else {
      int entry = entry(name, EntryMemory.NO_EXPIRY);
      keys.add(entry);
      model.put(name, entry);
    }
  }

  private void replace(String name) {
    if (model.containsKey(name)) {
      int entry = entry(name, 1);
      keys.replace(entry);
      model.put(name, entry);
    }
  }

  private @Nullable Integer at(long position) {
    return position == OrderedKeys.NONE ? null : keys.entryAt(position);
  }

  private void checkNeighbours(String name) {
    byte[] key = bytes(name);
    assertThat(at(keys.atOrAfter(key, 0, key.length, true)))
        .isEqualTo(value(model.ceilingEntry(name)));
    assertThat(at(keys.atOrAfter(key, 0, key.length, false)))
        .isEqualTo(value(model.higherEntry(name)));
    assertThat(at(keys.atOrBefore(key, 0, key.length, true)))
        .isEqualTo(value(model.floorEntry(name)));
    assertThat(at(keys.atOrBefore(key, 0, key.length, false)))
        .isEqualTo(value(model.lowerEntry(name)));
  }

  private static @Nullable Integer value(java.util.Map.@Nullable Entry<String, Integer> entry) {
    return entry == null ? null : entry.getValue();
  }

  private void checkOrder() {
    List<String> up = new ArrayList<>();
    for (long at = keys.first(); at != OrderedKeys.NONE; at = keys.next(at)) {
      up.add(EngineFixture.keyOf(memory, keys.entryAt(at)));
    }
    assertThat(up).containsExactlyElementsOf(model.keySet());
    List<String> down = new ArrayList<>();
    for (long at = keys.last(); at != OrderedKeys.NONE; at = keys.previous(at)) {
      down.add(EngineFixture.keyOf(memory, keys.entryAt(at)));
    }
    Collections.reverse(down);
    assertThat(down).isEqualTo(up);
  }

  @Test
  void isAsSortedAsATreeMap() {
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      int range = seed % 2 == 0 ? 100 : 5000;
      for (int step = 0; step < 20_000; step++) {
        String name = Integer.toString(random.nextInt(range));
        if (random.nextInt(4) == 0) {
          replace(name);
        } else {
          toggle(name);
        }
        if (step % 20 == 0) {
          checkNeighbours(Integer.toString(random.nextInt(range)));
        }
        if (step % 2000 == 0) {
          checkOrder();
        }
      }
      List.copyOf(model.keySet()).forEach(this::toggle);
      checkOrder();
    }
  }

  @Test
  void takesAscendingAndDescendingKeys() {
    for (int i = 0; i < 1000; i++) {
      toggle("up:%04d".formatted(i));
    }
    for (int i = 1000; i > 0; i--) {
      toggle("down:%04d".formatted(i));
    }
    checkOrder();
  }
}
