package io.slotferry.replication.walk;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.frame.WireReader;
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
 *   i32 partition | u8 1 when this section is the partition's first | a chunk of the partition
 * </pre>
 *
 * Thread: the loop that owns the copy.
 */
public final class PartitionWalk {
  private final PartitionStore store;
  private final @Nullable BitSet only;
  private final WalkPosition position = new WalkPosition();

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

  /**
   * Appends about {@code maxBytes} of sections, at least one; false when nothing is left. Only then
   * is the position at the end: until the receiver knows of it, a partition may come into being
   * that it would miss.
   */
  public boolean writeChunk(WireWriter out, int maxBytes) {
    int start = out.size();
    while (out.size() - start < maxBytes) {
      Partition partition = current();
      if (partition == null) {
        if (out.size() > start) {
          return true;
        }
        position.moveToEnd();
        return false;
      }
      writeSection(partition, out, maxBytes - (out.size() - start));
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
      position.moveTo(next.id(), KeyHash.BEFORE_FIRST);
    }
    return next;
  }

  private void writeSection(Partition partition, WireWriter out, int maxBytes) {
    int cursor = position.hash();
    out.i32(partition.id());
    out.u8(cursor == KeyHash.BEFORE_FIRST ? 1 : 0);
    position.moveTo(partition.id(), partition.writeChunk(cursor, out, maxBytes));
  }

  /**
   * The receiver's side: takes a chunk's sections, and moves the position behind each. A
   * partition's first section empties it, whatever effects or an earlier attempt may have left
   * there.
   */
  public static void readChunk(WireReader in, WalkPosition position, SectionReader reader) {
    while (in.remaining() > 0) {
      int id = in.i32();
      boolean first = in.u8() == 1;
      position.moveTo(id, reader.read(id, first, in));
    }
  }

  /** Takes the content of a section. */
  @FunctionalInterface
  public interface SectionReader {
    /** Reads one chunk of the partition, emptied before if it is the first; returns its cursor. */
    int read(int partition, boolean first, WireReader in);
  }
}
