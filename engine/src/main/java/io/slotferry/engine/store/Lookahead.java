package io.slotferry.engine.store;

import io.slotferry.engine.hash.KeyHash;
import org.jspecify.annotations.Nullable;

/**
 * Brings near what the next commands will look up. From the array of slots to the bytes of an entry
 * a look-up reads five places, each known only from the one before, and with many keys most of them
 * are far from the processor: waiting for them one by one takes longer than all the rest of a GET.
 * Commands that a client has pipelined are known before the first of them is executed. So their
 * keys are gone through in three short loops that only read; the reads of different keys depend on
 * nothing, and the processor has many of them under way at once. The look-ups that follow find
 * everything in its caches.
 *
 * <p>The idea is that of batched hash joins (Chen et al., "Improving Hash Join Performance through
 * Prefetching", ICDE 2004), without the prefetch instruction, which Java does not have.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class Lookahead {
  /** Keys beyond this are looked up without help. */
  public static final int KEYS_MAX = 64;

  private final PartitionStore store;
  private final int[] keyspaces = new int[KEYS_MAX];
  private final int[] partitions = new int[KEYS_MAX];
  private final int[] hashes = new int[KEYS_MAX];
  private int count;

  /** What was read goes here, so that the compiler cannot leave the reading out. */
  @SuppressWarnings("UnusedVariable")
  private long read;

  public Lookahead(PartitionStore store) {
    this.store = store;
  }

  /** The key {@code buffer[start, start + length)} will be looked up; returns its hash. */
  public int add(int keyspace, int partition, byte[] buffer, int start, int length) {
    int hash = KeyHash.hash(buffer, start, length);
    if (count < KEYS_MAX) {
      keyspaces[count] = keyspace;
      partitions[count] = partition;
      hashes[count] = hash;
      count++;
    }
    return hash;
  }

  /** Reads what the keys since the last call lead to. */
  public void fetch() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      Partition partition = store.partition(partitions[i]);
      sum += partition == null ? 0 : partition.operations();
    }
    for (int i = 0; i < count; i++) {
      KeyTable table = tableOf(i);
      sum += table == null ? 0 : table.touchHome(hashes[i]);
    }
    for (int i = 0; i < count; i++) {
      KeyTable table = tableOf(i);
      sum += table == null ? 0 : table.touchEntry(hashes[i]);
    }
    read = sum;
    count = 0;
  }

  private @Nullable KeyTable tableOf(int i) {
    Partition partition = store.partition(partitions[i]);
    return partition == null ? null : partition.table(keyspaces[i]);
  }
}
