package io.slotferry.engine.value;

/**
 * Up to where values keep their compact forms: Redis' settings {@code *-max-listpack-*}, {@code
 * set-max-intset-entries} and {@code list-max-listpack-size}. A value that outgrows a limit changes
 * its form with the write that does it; a changed limit changes no value by itself.
 *
 * <p>The settings are the cluster's, hence the same for every copy in a process; so they stand here
 * once, instead of a reference in every value. Set on any thread; a loop may see a change a little
 * later, which alters the form of a value and never its content.
 */
public final class EncodingLimits {
  /** The sizes that {@code list-max-listpack-size} -1 to -5 stand for: 4 KiB, doubled each time. */
  private static final int LIST_BYTES_MIN = 4 << 10;

  private static final int LIST_CLASSES = 5;

  /** A list that is bound by its number of elements takes no more than this either, bytes. */
  private static final int LIST_BYTES_SAFE = 8 << 10;

  private static int hashEntries = 512;
  private static int hashValueBytes = 64;
  private static int setIntegers = 512;
  private static int setEntries = 128;
  private static int setValueBytes = 64;
  private static int zsetEntries = 128;
  private static int zsetValueBytes = 64;
  private static int listSize = -2;

  private EncodingLimits() {}

  private static int bounded(long limit) {
    return Math.clamp(limit, 0, 1 << 30);
  }

  public static void ofHashes(long entries, long valueBytes) {
    hashEntries = bounded(entries);
    hashValueBytes = bounded(valueBytes);
  }

  public static void ofSets(long integers, long entries, long valueBytes) {
    setIntegers = bounded(integers);
    setEntries = bounded(entries);
    setValueBytes = bounded(valueBytes);
  }

  public static void ofSortedSets(long entries, long valueBytes) {
    zsetEntries = bounded(entries);
    zsetValueBytes = bounded(valueBytes);
  }

  /** Positive: elements; negative: a class of sizes in bytes. */
  public static void ofLists(int size) {
    listSize = size;
  }

  static int hashEntries() {
    return hashEntries;
  }

  static int hashValueBytes() {
    return hashValueBytes;
  }

  static int setIntegers() {
    return setIntegers;
  }

  static int setEntries() {
    return setEntries;
  }

  static int setValueBytes() {
    return setValueBytes;
  }

  static int zsetEntries() {
    return zsetEntries;
  }

  static int zsetValueBytes() {
    return zsetValueBytes;
  }

  static int listEntries() {
    return listSize < 0 ? Integer.MAX_VALUE : Math.max(1, listSize);
  }

  static int listBytes() {
    return listSize < 0 ? LIST_BYTES_MIN << Math.min(-listSize, LIST_CLASSES) - 1 : LIST_BYTES_SAFE;
  }
}
