package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PartitionStoreTest {
  private final PartitionStore store = new PartitionStore();

  private List<Integer> ids() {
    List<Integer> ids = new ArrayList<>();
    for (Partition at = store.after(-1); at != null; at = store.after(at.id())) {
      ids.add(at.id());
    }
    return ids;
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
