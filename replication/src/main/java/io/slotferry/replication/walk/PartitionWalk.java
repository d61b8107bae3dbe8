package io.slotferry.replication.walk;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.ChunkWriter;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.frame.WireWriter;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Sends the content of partitions in bounded chunks while writes go on, without fork and without
 * keeping versions: partitions in the order of their ids, keys in the order of their hashes. A key
 * is sent once, as it is at that moment; effects on it follow in the stream, effects before are
 * dropped by whoever knows the {@link WalkPosition}.
 *
 * <p>A chunk holds sections, one after another to its end:
 *
 * <pre>
 *   i32 partition | u8 what stands before the chunk | a chunk of the partition
 *     0 nothing | 1 nothing, the partition is empty so far | 2 the same, and how many keys come:
 *     varint tables | (varint keyspace | varint keys)*
 * </pre>
 *
 * Thread: the loop that owns the copy.
 */
public final class PartitionWalk {
  /** Kinds of sections. */
  static final int LATER = 0;

  static final int FIRST = 1;
  static final int FIRST_COUNTED = 2;

  private final PartitionStore store;
  private final @Nullable BitSet only;
  private final WalkPosition position = new WalkPosition();
  private ChunkWriter chunks = new ChunkWriter(KeyHash.LAST);

  /**
   * @param only the partitions to send; null for all that the store has
   */
  public PartitionWalk(PartitionStore store, @Nullable BitSet only) {
    this.store = store;
    this.only = only;
  }

  public WalkPosition position() {
    return position;
  }

  /** Goes on behind what was sent already. */
  public void goTo(int partition, int hash) {
    position.moveTo(partition, hash);
    chunks = new ChunkWriter(hash);
  }

  /** As {@link #writeChunk(WireWriter, int, int)}, however many keys it takes. */
  public boolean writeChunk(WireWriter out, int maxBytes) {
    return writeChunk(out, maxBytes, Integer.MAX_VALUE);
  }

  /**
   * Appends about {@code maxBytes} of sections with about {@code maxKeys}, at least one; false when
   * nothing is left. Only then is the position at the end: until the receiver knows of it, a
   * partition may come into being that it would miss.
   */
  public boolean writeChunk(WireWriter out, int maxBytes, int maxKeys) {
    int start = out.size();
    int keys = 0;
    while (out.size() - start < maxBytes && keys < maxKeys) {
      boolean wasFreezing = position.isFreezing();
      Partition partition = current();
      if (partition == null) {
        if (out.size() > start) {
          return true;
        }
        position.moveToEnd();
        return false;
      }
      writeSection(partition, out, maxBytes - (out.size() - start), maxKeys - keys);
      keys += chunks.keys();
      if (wasFreezing || position.isFreezing()) {
        return true; // Parts may have overtaken effects: what follows is cut anew.
      }
    }
    return true;
  }

  /** The partition to go on with, or null. */
  private @Nullable Partition current() {
    if (position.atEnd()) {
      return null;
    }
    if (!position.isDoneWithPartition()) {
      Partition current = store.partition(position.partition());
      if (current != null) {
        return current;
      }
    }
    Partition next = store.after(position.partition());
    while (next != null && (next.size() == 0 || (only != null && !only.get(next.id())))) {
      next = store.after(next.id());
    }
    if (next != null) {
      goTo(next.id(), KeyHash.BEFORE_FIRST);
    }
    return next;
  }

  private void writeSection(Partition partition, WireWriter out, int maxBytes, int maxKeys) {
    out.i32(partition.id());
    if (position.hash() == KeyHash.BEFORE_FIRST && !position.isFreezing()) {
      out.u8(FIRST_COUNTED);
      writeCounts(partition, out);
    } else {
      out.u8(LATER);
    }
    chunks.write(partition, out, maxBytes, maxKeys);
    position.moveTo(partition.id(), chunks.cursor(), chunks.frozen());
  }

  private static void writeCounts(Partition partition, WireWriter out) {
    int tables = 0;
    for (int keyspace = 0; keyspace < partition.keyspaces(); keyspace++) {
      KeyTable table = partition.table(keyspace);
      tables += table == null || table.size() == 0 ? 0 : 1;
    }
    out.varint(tables);
    for (int keyspace = 0; keyspace < partition.keyspaces(); keyspace++) {
      KeyTable table = partition.table(keyspace);
      if (table != null && table.size() > 0) {
        out.varint(keyspace);
        out.varint(table.size());
      }
    }
  }
}
