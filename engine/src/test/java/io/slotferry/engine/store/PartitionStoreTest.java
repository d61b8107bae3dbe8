package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PartitionStoreTest {
  private static final int LARGE = 200_000;

  private final PartitionStore store = new PartitionStore();

  private List<Integer> ids() {
    List<Integer> ids = new ArrayList<>();
    for (Partition at = store.after(-1); at != null; at = store.after(at.id())) {
      ids.add(at.id());
    }
    return ids;
  }

  /** The order of a copy, and of an inheritance. With a run for all keys this would take hours. */
  @Test
  void aLargeTabletIsCutAndMergedInStepsAndCopiedInTheOrderOfItsHashes() {
    PartitionStore tablets = new PartitionStore();
    Partition whole = tablets.create(PartitionStore.SLOTS);
    KeyComparator order =
        (a, aStart, aLength, b, bStart, bLength) ->
            Arrays.compareUnsigned(a, aStart, aStart + aLength, b, bStart, bStart + bLength);
    whole.orderBy(1, order);
    KeyTable table = whole.demandTable(1);
    for (int i = 0; i < LARGE; i++) {
      byte[] key = bytes("key:" + (LARGE + i));
      int hash = KeyHash.hash(key, 0, key.length);
      table.insert(
          table.find(hash, key, 0, key.length),
          hash,
          table.memory().add(key, 0, key.length, key, 0, key.length, EntryMemory.NO_EXPIRY));
    }
    byte[] middle = bytes("key:" + (LARGE + LARGE / 4));
    tablets.give(1, whole.id(), whole.id() + 1, middle, order);
    assertThat(tablets.inheriting()).isTrue();
    assertThat(whole.size()).isEqualTo(LARGE / 4);
    Partition right = tablets.after(whole.id());
    assertThat(right.size()).isEqualTo(LARGE - LARGE / 4);
    carryOn(tablets);

    PartitionStore copies = new PartitionStore();
    WireWriter chunk = new WireWriter();
    new ChunkWriter(KeyHash.BEFORE_FIRST).write(right, chunk, Integer.MAX_VALUE, Integer.MAX_VALUE);
    WireReader in = new WireReader(chunk.bytes(), 0, chunk.size());
    new ChunkReader().read(copies.create(right.id()), in, null);
    assertThat(copies.create(right.id()).size()).isEqualTo(right.size());

    tablets.give(1, whole.id(), whole.id() + 2, null, order);
    tablets.give(1, right.id(), whole.id() + 2, null, order);
    carryOn(tablets);
    assertThat(tablets.after(-1).id()).isEqualTo(whole.id() + 2);
    assertThat(tablets.after(-1).size()).isEqualTo(LARGE).isEqualTo((int) tablets.totals().keys());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void carryOn(PartitionStore tablets) {
    for (int steps = 0; tablets.inheriting(); steps++) {
      assertThat(steps).isLessThan(LARGE);
      tablets.carryOn();
    }
  }

  @Test
  void findsSlotsAndTabletsInTheOrderOfTheirIds() {
    Random random = new Random(3);
    TreeSet<Integer> model = new TreeSet<>();
    for (int step = 0; step < 2000; step++) {
      int id = PartitionStore.SLOTS - 40 + random.nextInt(80);
      if (random.nextBoolean()) {
        assertThat(store.create(id).id()).isEqualTo(id);
        model.add(id);
      } else {
        store.drop(id);
        model.remove(id);
      }
      assertThat(store.partition(id) != null).isEqualTo(model.contains(id));
      assertThat(ids()).containsExactlyElementsOf(model);
    }
  }

  @Test
  void createsAPartitionOnce() {
    Partition partition = store.create(5);
    assertThat(store.create(5)).isSameAs(partition);
    Partition tablet = store.create(20_000);
    assertThat(store.create(20_000)).isSameAs(tablet);
    assertThat(store.partition(-1)).isNull();
  }

  @Test
  void leavesOutWhatIsComingIn() {
    store.create(3);
    store.create(4).become(PartitionState.INCOMING);
    store.create(5);
    assertThat(store.serving(-1)).isSameAs(store.partition(3));
    assertThat(store.serving(3)).isSameAs(store.partition(5));
    assertThat(store.serving(5)).isNull();
  }
}
