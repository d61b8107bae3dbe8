package io.slotferry.replication;

/**
 * How a copy stands with its disk.
 *
 * @param kept whether there is one
 * @param failing writes fail, and the copy refuses commands that write
 * @param saving a snapshot is being written
 * @param logBytes of the log on disk
 * @param logBytesUnsaved of the log behind the newest snapshot
 * @param logBytesUnwritten of the log that the disk has not taken yet
 */
public record DiskState(
    boolean kept,
    boolean failing,
    boolean saving,
    long logBytes,
    long logBytesUnsaved,
    long logBytesUnwritten) {
  /** Of a copy that keeps nothing. */
  public static final DiskState NONE = new DiskState(false, false, false, 0, 0, 0);
}
