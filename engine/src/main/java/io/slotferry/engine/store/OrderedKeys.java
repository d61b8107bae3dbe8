package io.slotferry.engine.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a tablet in key order: a sorted list, cut into blocks so that an insertion moves
 * only a block's entries. It holds the table's own entries, so a key costs one more number.
 *
 * <p>A position is a long and stays valid until the next change. Thread: the loop that owns the
 * copy.
 */
public final class OrderedKeys {
  /** The position beside the first or the last key. */
  public static final long NONE = -1;

  private static final int BLOCK_ENTRIES_MAX = 128;

  private final KeyComparator order;
  private final EntryMemory memory;
  private int[] @Nullable [] blocks = new int[4] @Nullable [];
  private int[] sizes = new int[4];
  private int blockCount;

  OrderedKeys(KeyComparator order, EntryMemory memory) {
    this.order = order;
    this.memory = memory;
  }

  KeyComparator order() {
    return order;
  }

  // ---- reading

  public long first() {
    return blockCount == 0 ? NONE : 0;
  }

  public long last() {
    return blockCount == 0 ? NONE : position(blockCount - 1, sizes[blockCount - 1] - 1);
  }

  public long next(long position) {
    int block = blockOf(position);
    int index = indexOf(position) + 1;
    if (index < sizes[block]) {
      return position(block, index);
    }
    return block + 1 < blockCount ? position(block + 1, 0) : NONE;
  }

  public long previous(long position) {
    int block = blockOf(position);
    int index = indexOf(position);
    if (index > 0) {
      return position(block, index - 1);
    }
    return block > 0 ? position(block - 1, sizes[block - 1] - 1) : NONE;
  }

  public int entryAt(long position) {
    return entry(blockOf(position), indexOf(position));
  }

  /** The key at a position, copied. */
  public byte[] copyOfKey(long position) {
    return memory.copyOfKey(entryAt(position));
  }

  /** The first key that is at least (or, if not {@code inclusive}, greater than) the given one. */
  public long atOrAfter(byte[] key, int start, int length, boolean inclusive) {
    if (blockCount == 0) {
      return NONE;
    }
    int block = blockFor(key, start, length);
    int index = indexFor(block, key, start, length);
    boolean equal = index >= 0;
    index = equal ? index : ~index;
    if (equal && !inclusive) {
      index++;
    }
    if (index < sizes[block]) {
      return position(block, index);
    }
    return block + 1 < blockCount ? position(block + 1, 0) : NONE;
  }

  /** The last key that is at most (or, if not {@code inclusive}, less than) the given one. */
  public long atOrBefore(byte[] key, int start, int length, boolean inclusive) {
    long after = atOrAfter(key, start, length, !inclusive);
    return after == NONE ? last() : previous(after);
  }

  /** How many keys there are; costs a look at every block. */
  int size() {
    int size = 0;
    for (int block = 0; block < blockCount; block++) {
      size += sizes[block];
    }
    return size;
  }

  /** The position with as many keys before it as from it on, give or take one. */
  public long middle() {
    int before = size() / 2;
    for (int block = 0; block < blockCount; block++) {
      if (before < sizes[block]) {
        return position(block, before);
      }
      before -= sizes[block];
    }
    return NONE;
  }

  /** The order of the key at {@code position} and the given one, as a comparator says it. */
  public int compare(long position, byte[] key, int start, int length) {
    return compare(entryAt(position), key, start, length);
  }

  private static long position(int block, int index) {
    return (long) block << 32 | index;
  }

  private static int blockOf(long position) {
    return (int) (position >>> 32);
  }

  private static int indexOf(long position) {
    return (int) position;
  }

  private int[] block(int block) {
    int[] entries = blocks[block];
    if (entries == null) {
      throw new IllegalStateException("no block " + block);
    }
    return entries;
  }

  private int entry(int block, int index) {
    if (index >= sizes[block]) {
      throw new IllegalStateException("no entry " + index + " in block " + block);
    }
    return block(block)[index];
  }

  private int compare(int entry, byte[] key, int start, int length) {
    return order.compare(
        memory.keyBuffer(entry),
        memory.keyStart(entry),
        memory.keyLength(entry),
        key,
        start,
        length);
  }

  /** The last block whose first key is at most the given one, or the first block. */
  private int blockFor(byte[] key, int start, int length) {
    int low = 0;
    int high = blockCount - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (compare(entry(middle, 0), key, start, length) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The key's index in the block, or the complement of where it belongs. */
  private int indexFor(int block, byte[] key, int start, int length) {
    int low = 0;
    int high = sizes[block] - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int compared = compare(entry(block, middle), key, start, length);
      if (compared == 0) {
        return middle;
      }
      if (compared < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return ~low;
  }

  // ---- changes

  /** {@code entry}'s key is not there yet. */
  void add(int entry) {
    if (blockCount == 0) {
      insertBlock(0, new int[BLOCK_ENTRIES_MAX], 0);
    }
    byte[] key = memory.keyBuffer(entry);
    int start = memory.keyStart(entry);
    int length = memory.keyLength(entry);
    int block = blockFor(key, start, length);
    int index = ~indexFor(block, key, start, length);
    if (sizes[block] == BLOCK_ENTRIES_MAX) {
      int kept = split(block, index);
      if (index > kept || index == BLOCK_ENTRIES_MAX) {
        block++;
        index -= kept;
      }
    }
    int[] entries = block(block);
    System.arraycopy(entries, index, entries, index + 1, sizes[block] - index);
    entries[index] = entry;
    sizes[block]++;
  }

  /** Cuts a full block in two; returns how many entries stay in the left one. */
  private int split(int block, int insertion) {
    // Keys that arrive in ascending order leave full blocks behind, not half-empty ones.
    boolean appending = insertion == BLOCK_ENTRIES_MAX && block == blockCount - 1;
    int kept = appending ? BLOCK_ENTRIES_MAX : BLOCK_ENTRIES_MAX / 2;
    int[] left = block(block);
    int[] right = new int[BLOCK_ENTRIES_MAX];
    System.arraycopy(left, kept, right, 0, BLOCK_ENTRIES_MAX - kept);
    sizes[block] = kept;
    insertBlock(block + 1, right, BLOCK_ENTRIES_MAX - kept);
    return kept;
  }

  private void insertBlock(int at, int[] entries, int size) {
    if (blockCount == sizes.length) {
      blocks = Arrays.copyOf(blocks, blockCount * 2);
      sizes = Arrays.copyOf(sizes, blockCount * 2);
    }
    System.arraycopy(blocks, at, blocks, at + 1, blockCount - at);
    System.arraycopy(sizes, at, sizes, at + 1, blockCount - at);
    blocks[at] = entries;
    sizes[at] = size;
    blockCount++;
  }

  /** Another entry of a key that is there. */
  void replace(int entry) {
    byte[] key = memory.keyBuffer(entry);
    int start = memory.keyStart(entry);
    int length = memory.keyLength(entry);
    int block = blockFor(key, start, length);
    block(block)[indexFor(block, key, start, length)] = entry;
  }

  void remove(int entry) {
    byte[] key = memory.keyBuffer(entry);
    int start = memory.keyStart(entry);
    int length = memory.keyLength(entry);
    int block = blockFor(key, start, length);
    int index = indexFor(block, key, start, length);
    int[] entries = block(block);
    sizes[block]--;
    System.arraycopy(entries, index + 1, entries, index, sizes[block] - index);
    if (sizes[block] == 0) {
      removeBlock(block);
    } else if (block + 1 < blockCount && sizes[block] + sizes[block + 1] <= BLOCK_ENTRIES_MAX / 2) {
      System.arraycopy(block(block + 1), 0, entries, sizes[block], sizes[block + 1]);
      sizes[block] += sizes[block + 1];
      removeBlock(block + 1);
    }
  }

  /**
   * Takes out the keys from {@code key} on. Costs the copy of one block and of the references to
   * those behind it.
   */
  OrderedKeys splitOff(byte[] key) {
    OrderedKeys right = new OrderedKeys(order, memory);
    long from = atOrAfter(key, 0, key.length, true);
    if (from == NONE) {
      return right;
    }
    int block = blockOf(from);
    int kept = indexOf(from);
    if (kept > 0) {
      int given = sizes[block] - kept;
      int[] left = block(block);
      int[] cut = new int[BLOCK_ENTRIES_MAX];
      System.arraycopy(left, kept, cut, 0, given);
      sizes[block] = kept;
      right.insertBlock(0, cut, given);
      block++;
    }
    right.appendBlocks(this, block);
    return right;
  }

  /** Takes all keys of {@code right}, which come after all of its own. */
  void append(OrderedKeys right) {
    appendBlocks(right, 0);
  }

  private void appendBlocks(OrderedKeys from, int first) {
    int more = from.blockCount - first;
    if (blockCount + more > sizes.length) {
      int capacity = Math.max(blockCount + more, sizes.length * 2);
      blocks = Arrays.copyOf(blocks, capacity);
      sizes = Arrays.copyOf(sizes, capacity);
    }
    System.arraycopy(from.blocks, first, blocks, blockCount, more);
    System.arraycopy(from.sizes, first, sizes, blockCount, more);
    Arrays.fill(from.blocks, first, from.blockCount, null);
    blockCount += more;
    from.blockCount = first;
  }

  private void removeBlock(int at) {
    blockCount--;
    System.arraycopy(blocks, at + 1, blocks, at, blockCount - at);
    System.arraycopy(sizes, at + 1, sizes, at, blockCount - at);
    blocks[blockCount] = null;
  }
}
