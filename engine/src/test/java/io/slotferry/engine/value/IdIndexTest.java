package io.slotferry.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdIndexTest {
  private static final Consumer NOBODY = new Consumer(new byte[0]);

  private final IdIndex<PendingEntry> index = new IdIndex<>();
  private final TreeMap<StreamId, PendingEntry> model = new TreeMap<>();

  private void add(StreamId id) {
    PendingEntry entry = new PendingEntry(id, NOBODY);
    index.add(entry);
    model.put(id, entry);
  }

  private static @Nullable PendingEntry value(Map.@Nullable Entry<StreamId, PendingEntry> entry) {
    return entry == null ? null : entry.getValue();
  }

  private void check(StreamId id) {
    PendingEntry entry = new PendingEntry(id, NOBODY);
    assertThat(index.size()).isEqualTo(model.size());
    assertThat(index.first()).isSameAs(value(model.firstEntry()));
    assertThat(index.last()).isSameAs(value(model.lastEntry()));
    assertThat(index.find(id.ms(), id.seq())).isSameAs(model.get(id));
    assertThat(index.floor(id.ms(), id.seq())).isSameAs(value(model.floorEntry(id)));
    assertThat(index.ceiling(id.ms(), id.seq())).isSameAs(value(model.ceilingEntry(id)));
    assertThat(index.before(entry)).isSameAs(value(model.lowerEntry(id)));
    assertThat(index.after(entry)).isSameAs(value(model.higherEntry(id)));
  }

  @Test
  void doesWhatATreeMapDoes() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      int ids = 1 << random.nextInt(1, 14);
      int adds = random.nextInt(4, 8);
      for (int step = 0; step < 4000; step++) {
        StreamId id = new StreamId(random.nextInt(ids) / 4 - ids / 8, random.nextInt(-2, 2));
        PendingEntry there = index.find(id.ms(), id.seq());
        if (there == null && random.nextInt(10) < adds) {
          add(id);
        } else if (there != null) {
          index.remove(there);
          model.remove(id);
        }
        check(id);
      }
      while (!model.isEmpty()) {
        PendingEntry first = model.pollFirstEntry().getValue();
        assertThat(index.first()).isSameAs(first);
        index.remove(first);
      }
      assertThat(index.first()).isNull();
      assertThat(index.size()).isZero();
    }
  }

  @Test
  void isWalkedInOrderHoweverItWasFilled() {
    for (int i = 0; i < 1000; i++) {
      add(new StreamId(i * 7919L % 1009, 0));
    }
    PendingEntry at = index.first();
    for (PendingEntry expected : model.values()) {
      assertThat(at).isSameAs(expected);
      at = index.after(expected);
    }
    assertThat(at).isNull();
  }

  @Test
  void knowsTheEndsOfAllIds() {
    add(StreamId.MIN);
    add(StreamId.MAX);
    check(StreamId.MIN);
    check(StreamId.MAX);
    check(new StreamId(5, 5));
  }
}
