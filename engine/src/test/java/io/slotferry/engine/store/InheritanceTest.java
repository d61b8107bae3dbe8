package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.StringValue;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tablets are cut and become one, and at every moment have the keys that they should have. */
class InheritanceTest {
  private static final int KEYSPACE = 1;
  private static final int SEEDS = 60;
  private static final int STEPS = 400;
  private static final KeyComparator ORDER =
      (a, aStart, aLength, b, bStart, bLength) ->
          Arrays.compareUnsigned(a, aStart, aStart + aLength, b, bStart, bStart + bLength);

  /** A tablet, and what it should hold; in Latin-1, whose strings are ordered as their bytes. */
  private record Tablet(Partition partition, TreeMap<String, String> model) {}

  private final StoreTotals totals = new StoreTotals();
  private final List<Tablet> tablets = new ArrayList<>();
  private final List<Inheritance> inheritances = new ArrayList<>();
  private final EntryMemory memory = new EntryMemory();
  private int nextId = PartitionStore.SLOTS;

  @Test
  void cutsAndMergersLoseNothing() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      tablets.add(tablet());
      for (int step = 0; step < STEPS; step++) {
        step(random);
      }
      for (Tablet tablet : tablets) {
        check(tablet, "seed " + seed);
      }
      assertThat(totals.keys()).isEqualTo(tablets.stream().mapToInt(t -> t.model.size()).sum());
      tablets.forEach(tablet -> tablet.partition.leave());
      assertThat(totals.keys()).as("seed %d", seed).isZero();
      assertThat(totals.bytes()).as("seed %d", seed).isZero();
      assertThat(totals.expiring()).as("seed %d", seed).isZero();
      assertThat(totals.expiringElements()).as("seed %d", seed).isZero();
      tablets.clear();
      froms.subList(1, froms.size()).clear();
      inheritances.clear();
    }
  }

  private Tablet tablet() {
    Partition partition = new Partition(nextId++, totals, memory);
    partition.orderBy(KEYSPACE, ORDER);
    return new Tablet(partition, new TreeMap<>());
  }

  private void step(Random random) {
    String key = randomKey(random);
    switch (random.nextInt(20)) {
      case 0 -> split(key);
      case 1 -> merge(random.nextInt(tablets.size()));
      case 2, 3, 4 -> inheritances.removeIf(each -> each.carryOn(1 + random.nextInt(4)));
      case 5 -> walk(of(key), random);
      case 6 -> checkCopy(of(key), random);
      case 7, 8 -> remove(of(key), key);
      case 9 -> assertThat(peek(of(key), key)).isEqualTo(of(key).model.get(key));
      default -> put(of(key), key, "v" + random.nextInt(100), random.nextInt(3) == 0);
    }
  }

  /** Few letters, so that keys meet boundaries; a zero byte and one that is negative among them. */
  private static String randomKey(Random random) {
    char[] letters = {'\0', 'a', 'b', '\u00ff'};
    StringBuilder key = new StringBuilder();
    for (int length = random.nextInt(6); length > 0; length--) {
      key.append(letters[random.nextInt(letters.length)]);
    }
    return key.toString();
  }

  private final TreeMap<String, Tablet> byFrom = new TreeMap<>();

  private Tablet of(String key) {
    byFrom.clear();
    for (int i = 0; i < tablets.size(); i++) {
      byFrom.put(froms.get(i), tablets.get(i));
    }
    return byFrom.floorEntry(key).getValue();
  }

  private final List<String> froms = new ArrayList<>(List.of(""));

  private void split(String at) {
    if (froms.contains(at)) {
      return;
    }
    Tablet donor = of(at);
    int index = tablets.indexOf(donor);
    Tablet heir = tablet();
    give(donor, at, heir);
    heir.model.putAll(donor.model.tailMap(at, true));
    donor.model.tailMap(at, true).clear();
    tablets.add(index + 1, heir);
    froms.add(index + 1, at);
  }

  private void merge(int index) {
    if (index == 0) {
      return;
    }
    Tablet heir = tablet();
    for (Tablet donor : List.of(tablets.get(index - 1), tablets.get(index))) {
      give(donor, null, heir);
      heir.model.putAll(donor.model);
    }
    tablets.remove(index);
    froms.remove(index);
    tablets.set(index - 1, heir);
  }

  private void give(Tablet donor, @Nullable String from, Tablet heir) {
    byte[] first = from == null ? null : bytes(from);
    Inheritance inheritance = donor.partition.give(KEYSPACE, first, ORDER, heir.partition);
    if (inheritance != null) {
      inheritances.add(inheritance);
    }
    if (from == null) {
      donor.partition.leave();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes, int start, int length) {
    return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
  }

  private static String keyOf(EntryMemory memory, int entry) {
    return text(memory.keyBuffer(entry), memory.keyStart(entry), memory.keyLength(entry));
  }

  private static String valueOf(EntryMemory memory, int entry) {
    StringValue value = (StringValue) new EntryView().of(memory, entry);
    return text(value.buffer(), value.start(), value.length());
  }

  private static int hash(String key) {
    return KeyHash.hash(bytes(key), 0, key.length());
  }

  private static void put(Tablet tablet, String key, String value, boolean expires) {
    KeyTable table = tablet.partition.demandTable(KEYSPACE);
    table.memory().release();
    int entry =
        table
            .memory()
            .add(bytes(key), 0, key.length(), bytes(value), 0, value.length(), expires ? 1 : -1);
    int at = table.find(hash(key), bytes(key), 0, key.length());
    if (at >= 0) {
      table.replace(at, entry);
    } else {
      table.insert(at, hash(key), entry);
    }
    tablet.model.put(key, value);
  }

  private static void remove(Tablet tablet, String key) {
    KeyTable table = tablet.partition.demandTable(KEYSPACE);
    int at = table.find(hash(key), bytes(key), 0, key.length());
    assertThat(at >= 0).isEqualTo(tablet.model.containsKey(key));
    if (at >= 0) {
      table.remove(at);
      tablet.model.remove(key);
    }
  }

  private static @Nullable String peek(Tablet tablet, String key) {
    KeyTable table = tablet.partition.demandTable(KEYSPACE);
    int entry = table.peek(hash(key), bytes(key), 0, key.length());
    return entry == EntryMemory.NONE ? null : valueOf(table.memory(), entry);
  }

  /** From a hash of chance on, as SCAN does; everything with such a hash shows once, in order. */
  private static void walk(Tablet tablet, Random random) {
    KeyTable table = tablet.partition.demandTable(KEYSPACE);
    int from = random.nextBoolean() ? KeyHash.BEFORE_FIRST : random.nextInt();
    List<String> found = new ArrayList<>();
    int last = from;
    for (int at = table.seek(from); at >= 0; at = table.next(at)) {
      assertThat(Integer.compareUnsigned(table.hashAt(at), last)).isNotNegative();
      last = table.hashAt(at);
      found.add(keyOf(table.memory(), table.entryAt(at)));
    }
    List<String> expected =
        tablet.model.keySet().stream()
            .filter(key -> Integer.compareUnsigned(hash(key), from) >= 0)
            .toList();
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static void checkCopy(Tablet tablet, Random random) {
    Partition copy = new PartitionStore().create(PartitionStore.SLOTS);
    int cursor = KeyHash.BEFORE_FIRST;
    WireWriter chunk = new WireWriter();
    do {
      chunk.clear();
      new ChunkWriter(cursor)
          .write(tablet.partition, chunk, 20 + random.nextInt(100), 1 + random.nextInt(5));
      ChunkReader chunks = new ChunkReader();
      chunks.read(copy, new WireReader(chunk.bytes(), 0, chunk.size()), null);
      cursor = chunks.cursor();
    } while (cursor != KeyHash.LAST);
    assertThat(copy.size()).isEqualTo(tablet.model.size());
  }

  private static void check(Tablet tablet, String when) {
    KeyTable table = tablet.partition.demandTable(KEYSPACE);
    assertThat(tablet.partition.size()).as(when).isEqualTo(tablet.model.size());
    OrderedKeys ordered = table.ordered();
    assertThat(ordered).isNotNull();
    assertThat(ordered.size()).as(when).isEqualTo(tablet.model.size());
    Map<String, String> inOrder = new TreeMap<>();
    String last = null;
    for (long at = ordered.first(); at != OrderedKeys.NONE; at = ordered.next(at)) {
      String key = keyOf(table.memory(), ordered.entryAt(at));
      assertThat(last == null || last.compareTo(key) < 0).as(when).isTrue();
      last = key;
      inOrder.put(key, valueOf(table.memory(), ordered.entryAt(at)));
    }
    assertThat(inOrder).as(when).isEqualTo(tablet.model);
    tablet.model.forEach((key, value) -> assertThat(peek(tablet, key)).as(when).isEqualTo(value));
  }
}
