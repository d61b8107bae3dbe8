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
  public Value of(Object entry) {
    if (entry instanceof KeyEntry keyEntry) {
      return keyEntry.value();
    }
    byte[] packed = (byte[]) entry;
    int start = PackedEntry.valueStart(packed);
    if (!PackedEntry.isHash(packed)) {
      return string.view(packed, start, packed.length - start);
    }
    if (!hash.isCompact()) {
      // It has outgrown its entry, and is a key's own value now.
      hash = new HashValue();
    }
    hash.viewCompact(packed, start);
    return hash;
  }

  /** The string in {@code array[start, start + length)}. */
  public StringValue string(byte[] array, int start, int length) {
    return string.view(array, start, length);
  }
}
