package io.slotferry.engine.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The partitions of one shard copy, by id. Thread: the loop that owns the copy. */
public final class PartitionStore {
  /** Slots are the ids below; tablets have the ids from here on. */
  public static final int SLOTS = 16384;

  /** Keys that a step looks at. */
  private static final int LOOKS_PER_STEP = 4096;

  /** What a step of freeing takes. */
  private static final long FREEING_NANOS_PER_STEP = 500_000;

  private final StoreTotals totals = new StoreTotals();
  private final EntryMemory memory = new EntryMemory();
  private final Compaction compaction = new Compaction(this);
  private final @Nullable Partition[] slots = new @Nullable Partition[SLOTS];

  /** The slots that are here, in no order. */
  private final int[] slotIds = new int[SLOTS];

  private int slotCount;

  /** Keys on their way from one tablet to another. */
  private final List<Inheritance> inheritances = new ArrayList<>();

  private Consumer<Partition> arranger = _ -> {};

  /** Sorted by id. */
  private Partition[] tablets = new Partition[0];

  /**
   * Has every tablet that comes into being put in its order while it is empty, where that is known.
   *
   * @param arranger calls {@link Partition#orderBy}
   */
  public void arrangeTablets(Consumer<Partition> arranger) {
    this.arranger = arranger;
  }

  /** What all partitions hold together. */
  public StoreTotals totals() {
    return totals;
  }

  /** Where the entries of all partitions are. */
  public EntryMemory memory() {
    return memory;
  }

  /** The place of a partition by chance, slots and tablets alike, to go on {@link #after}. */
  public int placeByChance(RandomGenerator random) {
    int count = slotCount + tablets.length;
    int chosen = count == 0 ? 0 : random.nextInt(count);
    if (chosen < slotCount) {
      return slotIds[chosen] - 1;
    }
    return count == 0 ? -1 : tablets[chosen - slotCount].id() - 1;
  }

  /** The partition, or null when it is not here. */
  public @Nullable Partition partition(int id) {
    if (id < SLOTS) {
      return id < 0 ? null : slots[id];
    }
    int at = tabletIndex(id);
    return at >= 0 ? tablets[at] : null;
  }

  /** The partition, created empty (and {@link PartitionState#OWNED}) if it is not here. */
  public Partition create(int id) {
    Partition partition = partition(id);
    if (partition == null) {
      partition = new Partition(id, totals, memory);
      if (id < SLOTS) {
        slots[id] = partition;
        slotIds[slotCount++] = id;
      } else {
        insertTablet(~tabletIndex(id), partition);
        arranger.accept(partition);
      }
    }
    return partition;
  }

  /** Forgets the partition and all its keys; {@link #carryOn} frees their memory. */
  public void drop(int id) {
    Partition dropped = partition(id);
    if (dropped == null) {
      return;
    }
    dropped.leave();
    if (id < SLOTS) {
      slots[id] = null;
      forgetSlot(id);
      return;
    }
    int at = tabletIndex(id);
    Partition[] rest = Arrays.copyOf(tablets, tablets.length - 1);
    System.arraycopy(tablets, at + 1, rest, at, rest.length - at);
    tablets = rest;
  }

  /**
   * Lets keys of a tablet be those of another one: it was cut, or the two have become one. Costs no
   * more for many keys than for few; {@link #carryOn} does the rest.
   *
   * @param from the first key that goes over; null for all, and then the donor is dropped
   * @param heir created if it is not here; its own keys are all smaller
   */
  public void give(int keyspace, int donor, int heir, byte @Nullable [] from, KeyComparator order) {
    Partition giving = partition(donor);
    if (giving == null) {
      return;
    }
    Inheritance inheritance = giving.give(keyspace, from, order, create(heir));
    if (inheritance != null && !inheritance.carryOn(LOOKS_PER_STEP)) {
      inheritances.add(inheritance);
    }
    if (from == null) {
      drop(donor);
    }
  }

  /**
   * A step of what {@link #give} and {@link #drop} have left to be done, and of moving together
   * what stands scattered in memory: each some 0.5 ms at most.
   */
  public void carryOn() {
    memory.release();
    memory.sweep(System.nanoTime() + FREEING_NANOS_PER_STEP);
    compaction.carryOn(LOOKS_PER_STEP);
    if (!inheritances.isEmpty() && inheritances.getFirst().carryOn(LOOKS_PER_STEP)) {
      inheritances.removeFirst();
    }
  }

  /** Whether keys are on their way from one tablet to another. */
  boolean inheriting() {
    return !inheritances.isEmpty();
  }

  /** The partition with the smallest id greater than {@code id}, or null; from -1 on for all. */
  public @Nullable Partition after(int id) {
    for (int next = id + 1; next < SLOTS; next++) {
      Partition slot = slots[next];
      if (slot != null) {
        return slot;
      }
    }
    int at = tabletIndex(id + 1);
    at = at >= 0 ? at : ~at;
    return at < tablets.length ? tablets[at] : null;
  }

  /** As {@link #after}, but only partitions whose keys show ({@link Partition#isServing}). */
  public @Nullable Partition serving(int afterId) {
    Partition next = after(afterId);
    while (next != null && !next.isServing()) {
      next = after(next.id());
    }
    return next;
  }

  /** Removes all keys of a keyspace; its tablets are dropped by their ids. */
  public void clearKeyspace(int keyspace) {
    for (Partition at = after(-1); at != null; at = after(at.id())) {
      at.clear(keyspace);
    }
  }

  /** Forgets everything. */
  public void clear() {
    Arrays.fill(slots, null);
    tablets = new Partition[0];
    slotCount = 0;
    inheritances.clear();
    totals.clear();
    memory.clear();
  }

  private void forgetSlot(int id) {
    for (int i = 0; i < slotCount; i++) {
      if (slotIds[i] == id) {
        slotIds[i] = slotIds[--slotCount];
        return;
      }
    }
  }

  private void insertTablet(int at, Partition partition) {
    Partition[] more = new Partition[tablets.length + 1];
    System.arraycopy(tablets, 0, more, 0, at);
    more[at] = partition;
    System.arraycopy(tablets, at, more, at + 1, tablets.length - at);
    tablets = more;
  }

  private int tabletIndex(int id) {
    int low = 0;
    int high = tablets.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = tablets[middle].id();
      if (found == id) {
        return middle;
      }
      if (found < id) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return ~low;
  }
}
