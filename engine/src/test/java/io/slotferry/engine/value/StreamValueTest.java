package io.slotferry.engine.value;

import static io.slotferry.engine.value.ValueChecks.bytes;
import static io.slotferry.engine.value.ValueChecks.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StreamValueTest {
  private static final WireWriter SCRATCH = new WireWriter();
  private static final long EMPTY_BYTES = new StreamValue().approximateBytes();

  private static void add(StreamValue stream, StreamId id, NodeLimits limits, String... fields) {
    stream.add(id, Request.of(fields), 0, limits, SCRATCH);
  }

  private static String[] fields(Random random) {
    int count = random.nextInt(8) == 0 ? random.nextInt(1, 4) : 2;
    String[] fields = new String[2 * count];
    for (int i = 0; i < count; i++) {
      fields[2 * i] = random.nextInt(10) == 0 ? ValueChecks.name(random, 100) : "field" + i;
      fields[2 * i + 1] = "v".repeat(random.nextInt(random.nextInt(60) == 0 ? 5000 : 20));
    }
    return fields;
  }

  private static List<String> walk(StreamWalk walk) {
    List<String> entries = new ArrayList<>();
    Slice field = new Slice();
    Slice value = new Slice();
    while (walk.next()) {
      StringBuilder entry = new StringBuilder(walk.id().toString());
      for (int left = walk.fields(); left > 0; left--) {
        walk.nextField(field, value);
        entry.append(' ').append(text(field)).append(' ').append(text(value));
      }
      entries.add(entry.toString());
    }
    return entries;
  }

  private static StreamId random(Random random, NavigableMap<StreamId, String> model) {
    StreamId last = model.isEmpty() ? new StreamId(9, 9) : model.lastKey();
    return switch (random.nextInt(12)) {
      case 0 -> StreamId.MIN;
      case 1 -> StreamId.MAX;
      default -> new StreamId(random.nextLong(last.ms() + 2), random.nextInt(-1, 4));
    };
  }

  private static void checkRange(
      StreamValue stream, NavigableMap<StreamId, String> model, StreamId from, StreamId to) {
    List<String> expected = new ArrayList<>();
    if (!from.isAfter(to)) {
      expected.addAll(model.subMap(from, true, to, true).values());
    }
    assertThat(walk(stream.walk(from, to, false))).isEqualTo(expected);
    assertThat(walk(stream.walk(from, to, true))).isEqualTo(expected.reversed());
  }

  @Test
  void doesWhatATreeMapDoes() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      NodeLimits limits =
          new NodeLimits(
              random.nextInt(3) * 200L, (long) random.nextInt(4) * random.nextInt(1, 50));
      StreamValue stream = new StreamValue();
      NavigableMap<StreamId, String> model = new TreeMap<>();
      int adds = random.nextInt(12, 20);
      for (int step = 0; step < 1500; step++) {
        int choice = random.nextInt(20);
        if (choice < adds) {
          StreamId last = stream.lastId();
          StreamId id =
              random.nextInt(3) > 0 ? last.next() : new StreamId(last.ms() + random.nextInt(9), -1);
          String[] fields = fields(random);
          if (id.isAfter(last)) {
            add(stream, id, limits, fields);
            model.put(id, id + " " + String.join(" ", fields));
          }
        } else if (choice < 18) {
          StreamId id = random(random, model);
          StreamId near = model.ceilingKey(id);
          StreamId victim = near == null ? id : near;
          assertThat(stream.delete(victim)).isEqualTo(model.remove(victim) != null);
        } else {
          trim(random, stream, model);
        }
        assertThat(stream.size()).isEqualTo(model.size());
        checkRange(stream, model, random(random, model), random(random, model));
      }
      checkRange(stream, model, StreamId.MIN, StreamId.MAX);
      ValueChecks.assertRoundTrip(stream, StreamValue::decode);
      checkRange((StreamValue) stream.copy(), model, StreamId.MIN, StreamId.MAX);
      stream.trimToId(StreamId.MAX, false, 0);
      stream.delete(StreamId.MAX);
      assertThat(stream.approximateBytes()).isEqualTo(EMPTY_BYTES);
    }
  }

  private static void trim(
      Random random, StreamValue stream, NavigableMap<StreamId, String> model) {
    boolean wholeBlocks = random.nextBoolean();
    long limit = random.nextInt(3) == 0 ? random.nextInt(1, 60) : 0;
    int before = stream.size();
    int removed;
    int wanted;
    if (random.nextBoolean()) {
      int length = random.nextInt(before + 10);
      removed = stream.trimToLength(length, wholeBlocks, limit);
      wanted = Math.max(0, before - length);
    } else {
      StreamId min = random(random, model);
      removed = stream.trimToId(min, wholeBlocks, limit);
      wanted = model.headMap(min, false).size();
    }
    assertThat(removed).isEqualTo(before - stream.size()).isLessThanOrEqualTo(wanted);
    if (limit > 0) {
      assertThat(removed).isLessThanOrEqualTo((int) Math.max(limit, wholeBlocks ? 0 : wanted));
    } else if (!wholeBlocks) {
      assertThat(removed).isEqualTo(wanted);
    }
    for (int i = 0; i < removed; i++) {
      model.pollFirstEntry();
    }
  }

  @Test
  void takesLittleMemoryForAnEntry() {
    StreamValue stream = new StreamValue();
    int entries = 100_000;
    for (int i = 0; i < entries; i++) {
      StreamId id = new StreamId(1_700_000_000_000L + i / 3, i % 3);
      add(stream, id, NodeLimits.DEFAULT, "sensor", "s" + i % 1000, "celsius", "19.8");
    }
    assertThat(stream.approximateBytes() / entries).isLessThan(20);
    assertThat(stream.blockCount()).isEqualTo(entries / 100);
  }

  @Test
  void exactTrimmingGivesMemoryBack() {
    StreamValue stream = new StreamValue();
    for (int i = 1; i <= 50_000; i++) {
      add(stream, new StreamId(i, 0), NodeLimits.DEFAULT, "field", "some value of an entry");
      stream.trimToLength(10, false, 0);
    }
    assertThat(stream.size()).isEqualTo(10);
    assertThat(stream.approximateBytes()).isLessThan(6000);
  }

  @Test
  void groupsKeepWhatIsPendingTogetherAndByConsumer() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      StreamValue stream = new StreamValue();
      stream.addGroup(bytes("g"), StreamId.MIN, ConsumerGroup.UNKNOWN);
      ConsumerGroup group = stream.group(bytes("g"));
      assertThat(group).isNotNull();
      TreeMap<StreamId, String> model = new TreeMap<>();
      for (int step = 0; step < 2000; step++) {
        StreamId id = new StreamId(random.nextInt(300), 0);
        String name = "c" + random.nextInt(4);
        switch (random.nextInt(40)) {
          case 0 -> {
            Consumer consumer = group.consumer(bytes(name));
            if (consumer != null) {
              group.remove(consumer);
              model.values().removeIf(name::equals);
            }
          }
          case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ->
              assertThat(group.acknowledge(id)).isEqualTo(model.remove(id) != null);
          default -> {
            group.give(id, group.demandConsumer(bytes(name))).delivered(step, seed);
            model.put(id, name);
          }
        }
        assertThat(group.pendingCount()).isEqualTo(model.size());
      }
      check(group, model);
      WireReader in = new WireReader(ValueChecks.encoded(stream));
      ConsumerGroup copy = StreamValue.decode(in).group(bytes("g"));
      assertThat(copy).isNotNull();
      check(copy, model);
      ValueChecks.assertRoundTrip(stream, StreamValue::decode);
      stream.remove(group);
      assertThat(stream.approximateBytes()).isEqualTo(EMPTY_BYTES);
    }
  }

  private static void check(ConsumerGroup group, Map<StreamId, String> model) {
    TreeMap<StreamId, String> all = new TreeMap<>();
    for (PendingEntry at = group.pendingFrom(StreamId.MIN);
        at != null;
        at = group.pendingAfter(at)) {
      all.put(at.id(), new String(at.consumer().name(), UTF_8));
    }
    assertThat(all).isEqualTo(model);
    int byConsumer = 0;
    for (Consumer consumer : group.consumers()) {
      for (PendingEntry at = consumer.pendingFrom(StreamId.MIN);
          at != null;
          at = consumer.pendingAfter(at)) {
        assertThat(at.consumer()).isSameAs(consumer);
        byConsumer++;
      }
    }
    assertThat(byConsumer).isEqualTo(model.size());
  }
}
