package io.slotferry.engine.store;

import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;

/**
 * Shows the values of entries, one at a time: what stands packed in an entry is shown through an
 * object that is used again and again, valid until the next entry is looked at.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class EntryView {
  private final StringValue string = new StringValue(new byte[0]);
  private HashValue hash = new HashValue();

  /** The value of an entry: the key's own, or a view. */
  public Value of(EntryMemory memory, int entry) {
    KeyEntry keyEntry = memory.keyEntry(entry);
    if (keyEntry != null) {
      return keyEntry.value();
    }
    byte[] array = memory.array(entry);
    int at = EntryMemory.offset(entry);
    if (!PackedEntry.isHash(array, at)) {
      return string(array, at);
    }
    if (!hash.isCompact()) {
      // It has outgrown its entry, and is a key's own value now.
      hash = new HashValue();
    }
    show(hash, memory, entry);
    return hash;
  }

  /** Whoever holds {@code hash} sees, and changes, what stands in the (packed) entry. */
  public static void show(HashValue hash, EntryMemory memory, int entry) {
    byte[] array = memory.array(entry);
    int at = EntryMemory.offset(entry);
    int start = PackedEntry.valueStart(array, at);
    hash.viewCompact(array, start, start + PackedEntry.valueLength(array, at));
  }

  /** The string in a packed entry. */
  public StringValue string(EntryMemory memory, int entry) {
    return string(memory.array(entry), EntryMemory.offset(entry));
  }

  private StringValue string(byte[] array, int at) {
    return string.view(
        array, PackedEntry.valueStart(array, at), PackedEntry.valueLength(array, at));
  }
}
