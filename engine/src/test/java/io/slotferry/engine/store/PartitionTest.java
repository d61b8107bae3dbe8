package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionTest {
  private static final int KEYSPACES = 3;
  private static final int CHUNK_BYTES_MAX = 300;

  private final PartitionStore source = new PartitionStore();
  private final PartitionStore target = new PartitionStore();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * A write as the leader does it and, if its cursor covers the key, as the receiver repeats it.
   */
  private record Write(int keyspace, String key, String value) {
    int hash() {
      return KeyHash.hash(bytes(key), 0, key.length());
    }

    void on(Partition partition) {
      KeyTable table = partition.demandTable(keyspace);
      int at = table.find(hash(), bytes(key), 0, key.length());
      byte[] text = bytes(value);
      if (value.isEmpty() && at >= 0) {
        table.remove(at);
      } else if (!value.isEmpty()) {
        table.memory().release();
        int entry =
            table.memory().add(bytes(key), 0, key.length(), text, 0, text.length, value.length());
        if (at >= 0) {
          table.replace(at, entry);
        } else {
          table.insert(at, hash(), entry);
        }
      }
    }
  }

  private static Write randomWrite(Random random) {
    String value = random.nextInt(4) == 0 ? "" : "v".repeat(1 + random.nextInt(40));
    return new Write(random.nextInt(KEYSPACES), "key:" + random.nextInt(500), value);
  }

  private static int read(Partition to, WireWriter chunk) {
    ChunkReader chunks = new ChunkReader();
    chunks.read(to, new WireReader(chunk.bytes(), 0, chunk.size()), null);
    return chunks.cursor();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** The rule of the partition sync: an effect is applied iff the cursor covers its key. */
  @Test
  void chunksAndCoveredEffectsMakeAnEqualCopy() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      Partition from = source.create(seed);
      for (int i = 0; i < 600; i++) {
        randomWrite(random).on(from);
      }
      Partition to = target.create(seed);
      int cursor = KeyHash.BEFORE_FIRST;
      WireWriter chunk = new WireWriter();
      while (cursor != KeyHash.LAST) {
        chunk.clear();
        int written =
            new ChunkWriter(cursor).write(from, chunk, CHUNK_BYTES_MAX, Integer.MAX_VALUE);
        assertThat(chunk.size()).isLessThanOrEqualTo(CHUNK_BYTES_MAX);
        cursor = read(to, chunk);
        assertThat(cursor).isEqualTo(written);
        for (int i = random.nextInt(20); i > 0; i--) {
          Write write = randomWrite(random);
          write.on(from);
          if (Integer.compareUnsigned(write.hash(), cursor) <= 0) {
            write.on(to);
          }
        }
      }
    }
    assertThat(EngineFixture.contents(target)).isEqualTo(EngineFixture.contents(source));
  }

  @Test
  void aKeyThatIsBiggerThanAChunkTravelsAlone() {
    Partition from = source.create(1);
    for (int i = 0; i < 20; i++) {
      new Write(0, "key:" + i, "v".repeat(i == 10 ? 5000 : 5)).on(from);
    }
    List<Integer> sizes = new ArrayList<>();
    int cursor = KeyHash.BEFORE_FIRST;
    while (cursor != KeyHash.LAST) {
      WireWriter chunk = new WireWriter();
      cursor = new ChunkWriter(cursor).write(from, chunk, CHUNK_BYTES_MAX, Integer.MAX_VALUE);
      sizes.add(chunk.size());
      if (chunk.size() > CHUNK_BYTES_MAX) {
        WireReader in = new WireReader(chunk.bytes(), 0, chunk.size());
        in.i32();
        assertThat(in.i32()).isOne();
      }
      read(target.create(1), chunk);
    }
    assertThat(sizes.stream().filter(size -> size > CHUNK_BYTES_MAX)).hasSize(1);
    assertThat(EngineFixture.contents(target)).isEqualTo(EngineFixture.contents(source));
  }

  @Test
  void anEmptyPartitionIsOneEmptyChunk() {
    WireWriter chunk = new WireWriter();
    ChunkWriter chunks = new ChunkWriter(KeyHash.BEFORE_FIRST);
    assertThat(chunks.write(source.create(1), chunk, CHUNK_BYTES_MAX, Integer.MAX_VALUE))
        .isEqualTo(KeyHash.LAST);
    Partition to = target.create(1);
    assertThat(read(to, chunk)).isEqualTo(KeyHash.LAST);
    assertThat(to.size()).isZero();
  }

  @Test
  void anOrderGivenLateCoversTheKeysThatAreThere() {
    Partition tablet = source.create(PartitionStore.SLOTS);
    new Write(2, "b", "1").on(tablet);
    new Write(2, "a", "1").on(tablet);
    tablet.orderBy(
        2,
        (a, aStart, aLength, b, bStart, bLength) ->
            Arrays.compareUnsigned(a, aStart, aStart + aLength, b, bStart, bStart + bLength));
    new Write(2, "c", "1").on(tablet);
    new Write(2, "b", "").on(tablet);
    assertThat(orderedKeys(tablet)).containsExactly("a", "c");
    tablet.clear();
    assertThat(orderedKeys(tablet)).isEmpty();
    new Write(2, "d", "1").on(tablet);
    assertThat(orderedKeys(tablet)).containsExactly("d");
  }

  private static List<String> orderedKeys(Partition tablet) {
    List<String> keys = new ArrayList<>();
    KeyTable table = tablet.demandTable(2);
    OrderedKeys ordered = table.ordered();
    for (long at = ordered.first(); at != OrderedKeys.NONE; at = ordered.next(at)) {
      keys.add(EngineFixture.keyOf(table.memory(), ordered.entryAt(at)));
    }
    return keys;
  }

  @Test
  void countsTheMemoryOfItsEntries() {
    Partition partition = source.create(1);
    assertThat(partition.bytes()).isZero();
    new Write(0, "key", "v".repeat(1000)).on(partition);
    assertThat(partition.bytes()).isBetween(1000L, 1100L);
    new Write(0, "key", "v".repeat(10)).on(partition);
    assertThat(partition.bytes()).isBetween(10L, 100L);
    new Write(0, "key", "").on(partition);
    assertThat(partition.bytes()).isZero();
  }

  @Test
  void aListenerIsToldEachKeyOfAChunk() {
    Partition from = source.create(1);
    new Write(1, "key", "value").on(from);
    WireWriter chunk = new WireWriter();
    new ChunkWriter(KeyHash.BEFORE_FIRST).write(from, chunk, CHUNK_BYTES_MAX, Integer.MAX_VALUE);
    List<String> taken = new ArrayList<>();
    new ChunkReader()
        .read(
            target.create(1),
            new WireReader(chunk.bytes(), 0, chunk.size()),
            new ChunkReader.Listener() {
              @Override
              public void took(
                  int keyspace, byte[] key, ValueType type, long expiryMillis, WireReader value) {
                taken.add(
                    keyspace + text(key) + type + text(StringValue.decode(value).toByteArray()));
                assertThat(value.remaining()).isZero();
              }

              @Override
              public void tookPart(
                  int keyspace,
                  byte[] key,
                  ValueType type,
                  long expiryMillis,
                  boolean first,
                  WireReader part) {
                throw new AssertionError("it is small");
              }
            });
    assertThat(taken).containsExactly("1keySTRINGvalue");
  }
}
