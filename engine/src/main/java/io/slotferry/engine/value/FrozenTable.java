package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * The table of a hash, set or sorted set at one moment. Head: the number of elements. A part:
 * whether times follow the entries, and entries as the table has them.
 */
final class FrozenTable extends FrozenValue {
  private final int size;
  private final byte[] @Nullable [] entries;
  private final long[] times;
  private int slot;

  FrozenTable(FieldTable table, int size) {
    this.size = size;
    this.entries = table.frozenEntries();
    this.times = table.frozenTimes();
    skipEmpty();
  }

  private void skipEmpty() {
    while (slot < entries.length && entries[slot] == null) {
      slot++;
    }
  }

  @Override
  void writeHead(WireWriter out) {
    out.varint(size);
  }

  @Override
  boolean writeElements(WireWriter out, int sizeMax) {
    boolean expires = times.length > 0;
    out.u8(expires ? 1 : 0);
    while (slot < entries.length && out.size() < sizeMax) {
      byte[] entry = entries[slot];
      if (entry != null) {
        out.bytes(entry);
        if (expires) {
          out.varlong(times[slot]);
        }
      }
      slot++;
      skipEmpty();
    }
    return slot < entries.length;
  }
}
