package io.slotferry.engine.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.ListValue;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** It only reads: whatever it is told of, nothing is made, and nothing is found otherwise. */
class LookaheadTest {
  private static final int PARTITIONS = 4;
  private static final int KEYSPACES = 3;
  private static final int KEYS = 500;

  private final PartitionStore store = new PartitionStore();
  private final Lookahead lookahead = new Lookahead(store);
  private final Random random = new Random(1);

  private static byte[] key(int number) {
    return ("key:" + number).getBytes(US_ASCII);
  }

  private void put(int number) {
    byte[] key = key(number);
    int hash = KeyHash.hash(key, 0, key.length);
    KeyTable table = store.create(number % PARTITIONS).demandTable(number % KEYSPACES);
    Value value = number % 2 == 0 ? new StringValue("x".getBytes(US_ASCII)) : new ListValue();
    int at = table.find(hash, key, 0, key.length);
    table.insert(at, hash, table.memory().add(key, 0, key.length, value, EntryMemory.NO_EXPIRY));
  }

  private boolean has(int number) {
    byte[] key = key(number);
    Partition partition = store.partition(number % PARTITIONS);
    KeyTable table = partition == null ? null : partition.table(number % KEYSPACES);
    return table != null && table.find(KeyHash.hash(key, 0, key.length), key, 0, key.length) >= 0;
  }

  @Test
  void changesNothing() {
    for (int number = 0; number < KEYS; number += 2 + random.nextInt(2)) {
      put(number);
    }
    boolean[] before = new boolean[KEYS];
    for (int number = 0; number < KEYS; number++) {
      before[number] = has(number);
    }
    for (int batch = 0; batch < 100; batch++) {
      // Now and then more than it takes, keys and partitions that are not there, other keyspaces.
      for (int left = random.nextInt(2 * Lookahead.KEYS_MAX); left >= 0; left--) {
        byte[] key = key(random.nextInt(2 * KEYS));
        int partition = random.nextInt(2 * PARTITIONS) - 1;
        lookahead.add(random.nextInt(2 * KEYSPACES), partition, key, 0, key.length);
      }
      lookahead.fetch();
    }
    for (int number = 0; number < KEYS; number++) {
      assertThat(has(number)).isEqualTo(before[number]);
    }
    assertThat(store.partition(PARTITIONS)).isNull();
  }
}
