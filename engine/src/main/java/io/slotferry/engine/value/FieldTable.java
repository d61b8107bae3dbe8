package io.slotferry.engine.value;

import io.slotferry.engine.hash.HashRun;
import io.slotferry.engine.hash.KeyHash;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a large hash, set or sorted set: an open-addressed table that is sorted by the
 * hash of the element's name, like the table of keys. A name's home is its hash scaled to the
 * number of homes; names stand in their home or in the run to its right, in ascending (unsigned)
 * order of hashes all through the array. So a walk over slots is a walk in hash order whatever the
 * table's size, and a hash is a cursor that survives resizing.
 *
 * <p>An entry is one array: a payload, then the name up to the array's end. The payload has a fixed
 * length, or says its own: then it is a varint length and that many bytes.
 */
final class FieldTable {
  /** For the constructor: each payload begins with its length. */
  static final int VARYING = -1;

  private static final int HOMES_MIN = 16;
  private static final long[] NO_TIMES = {};

  /** Slots beyond the last home, for runs that reach over it; grown if they do not suffice. */
  private static final int OVERFLOW = 16;

  /** A hash and a reference; the header and the usual padding of an entry, bytes. */
  private static final int SLOT_BYTES = 8;

  private static final int ENTRY_HEADER_BYTES = 16;

  private final int payloadBytes;
  private int homes;
  private int[] hashes;
  private byte[][] entries;
  private int size;
  private long entryBytes;
  private @Nullable FieldExpiries expiries;

  FieldTable(int payloadBytes) {
    this(payloadBytes, 0);
  }

  /**
   * @param expected so many elements are about to come, perhaps in the order of their hashes: with
   *     homes for all of them, each finds its own
   */
  FieldTable(int payloadBytes, int expected) {
    this.payloadBytes = payloadBytes;
    this.homes = Math.max(HOMES_MIN, expected + (expected >>> 1));
    this.hashes = new int[homes + OVERFLOW];
    this.entries = new byte[homes + OVERFLOW][];
  }

  /** The entries as they are now, by slots; null in empty ones. An entry itself never changes. */
  byte[] @Nullable [] frozenEntries() {
    return entries.clone();
  }

  /** When they expire, by slots; empty if none does. */
  long[] frozenTimes() {
    return expiries == null || expiries.count() == 0 ? NO_TIMES : expiries.frozen();
  }

  int size() {
    return size;
  }

  /** The memory it takes, bytes: an estimate. */
  long bytes() {
    long bytes = entryBytes + (long) SLOT_BYTES * hashes.length;
    return expiries == null ? bytes : bytes + expiries.bytes();
  }

  /** When elements expire; null as long as none ever did. */
  @Nullable FieldExpiries expiries() {
    return expiries;
  }

  /** For an element that is to expire; {@code compact} as {@link FieldExpiries} tells it. */
  FieldExpiries demandExpiries(boolean compact) {
    if (expiries == null) {
      expiries = new FieldExpiries(hashes.length, compact);
    }
    return expiries;
  }

  private int home(int hash) {
    return (int) ((hash & 0xffffffffL) * homes >>> 32);
  }

  private int nameStart(byte[] entry) {
    return payloadBytes == VARYING ? FieldEntry.fieldStart(entry) : payloadBytes;
  }

  private int hashOf(byte[] entry) {
    int start = nameStart(entry);
    return KeyHash.hash(entry, start, entry.length - start);
  }

  // ---- look-up and walks

  /** The slot of the element of this name, or -1. */
  int find(byte[] buffer, int start, int length) {
    int hash = KeyHash.hash(buffer, start, length);
    int slot = lowerSlot(hash);
    for (; hashes[slot] == hash; slot++) {
      byte[] entry = entries[slot];
      if (Arrays.equals(entry, nameStart(entry), entry.length, buffer, start, start + length)) {
        return slot;
      }
    }
    return -1;
  }

  private int lowerSlot(int hash) {
    return HashRun.lower(hashes, home(hash), hash);
  }

  byte[] entryAt(int slot) {
    return entries[slot];
  }

  int hashAt(int slot) {
    return hashes[slot];
  }

  /** Points {@code out} at the name of the element. */
  void nameAt(int slot, Slice out) {
    byte[] entry = entries[slot];
    int start = nameStart(entry);
    out.view(entry, start, entry.length - start);
  }

  int first() {
    return next(-1);
  }

  int next(int slot) {
    for (int i = slot + 1; i < hashes.length; i++) {
      if (hashes[i] != 0) {
        return i;
      }
    }
    return -1;
  }

  /** The first slot whose hash is at least {@code hash} (unsigned), or -1. */
  int slotFrom(int hash) {
    return next(lowerSlot(hash) - 1);
  }

  int randomSlot(RandomGenerator random) {
    while (true) {
      int slot = random.nextInt(hashes.length);
      if (hashes[slot] != 0) {
        return slot;
      }
    }
  }

  // ---- changes

  /** Adds an element whose name is not there yet. */
  void add(byte[] entry) {
    if (size >= homes - (homes >>> 2)) {
      resize(homes * 2);
    }
    int hash = hashOf(entry);
    int slot = lowerSlot(hash);
    while (hashes[slot] == hash) {
      // Equal hashes stay in the order of their coming, which a copy of the table repeats.
      slot++;
    }
    int gap = slot;
    while (hashes[gap] != 0) {
      gap++;
    }
    if (gap == hashes.length - 1) {
      // The last slot stays empty, so that probing needs no check of bounds.
      extend();
    }
    System.arraycopy(hashes, slot, hashes, slot + 1, gap - slot);
    System.arraycopy(entries, slot, entries, slot + 1, gap - slot);
    if (expiries != null) {
      expiries.inserted(slot, gap);
    }
    hashes[slot] = hash;
    entries[slot] = entry;
    size++;
    entryBytes += ENTRY_HEADER_BYTES + entry.length;
  }

  /** Puts another entry of the same name into the slot. */
  void replace(int slot, byte[] entry) {
    entryBytes += entry.length - entries[slot].length;
    entries[slot] = entry;
  }

  void remove(int slot) {
    size--;
    entryBytes -= ENTRY_HEADER_BYTES + entries[slot].length;
    int last = slot;
    while (hashes[last + 1] != 0 && home(hashes[last + 1]) <= last) {
      last++;
    }
    System.arraycopy(hashes, slot + 1, hashes, slot, last - slot);
    System.arraycopy(entries, slot + 1, entries, slot, last - slot);
    if (expiries != null) {
      expiries.removed(slot, last);
    }
    vacate(last);
    if (homes > HOMES_MIN && size < homes >>> 3) {
      resize(homes >>> 1);
    }
  }

  @SuppressWarnings("NullAway") // An empty slot is told by its hash; nobody reads its entry.
  private void vacate(int slot) {
    hashes[slot] = 0;
    entries[slot] = null;
  }

  private void extend() {
    int length = hashes.length + (hashes.length >>> 2);
    hashes = Arrays.copyOf(hashes, length);
    entries = Arrays.copyOf(entries, length);
    if (expiries != null) {
      expiries.extended(length);
    }
  }

  private void resize(int newHomes) {
    int[] oldHashes = hashes;
    byte[][] oldEntries = entries;
    homes = newHomes;
    hashes = new int[newHomes + OVERFLOW];
    entries = new byte[newHomes + OVERFLOW][];
    long[] oldTimes = expiries == null ? NO_TIMES : expiries.rebuilt(hashes.length);
    int free = 0;
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != 0) {
        int slot = Math.max(free, home(oldHashes[i]));
        if (slot == hashes.length - 1) {
          extend();
        }
        hashes[slot] = oldHashes[i];
        entries[slot] = oldEntries[i];
        if (expiries != null) {
          expiries.moved(slot, oldTimes[i]);
        }
        free = slot + 1;
      }
    }
  }
}
