package io.slotferry.replication.storage;

import io.slotferry.replication.log.Backlog;

/**
 * How a copy is kept on disk.
 *
 * @param backlogBytes of the log in memory
 * @param segmentBytes a log segment ends when it has grown to this
 * @param logRetainedBytes of the log behind the newest snapshot, for followers that were away
 * @param snapshotAfterBytes a snapshot is taken when the log behind the last one has grown to this,
 *     and to the size of that snapshot
 */
public record StorageSettings(
    Fsync fsync,
    int backlogBytes,
    long segmentBytes,
    long logRetainedBytes,
    long snapshotAfterBytes) {
  public static final long SEGMENT_BYTES_DEFAULT = 64L << 20;
  public static final long LOG_RETAINED_BYTES_DEFAULT = 64L << 20;
  public static final long SNAPSHOT_AFTER_BYTES_DEFAULT = 64L << 20;

  /** The defaults with this policy. */
  public static StorageSettings of(Fsync fsync) {
    return new StorageSettings(
        fsync,
        Backlog.BYTES_DEFAULT,
        SEGMENT_BYTES_DEFAULT,
        LOG_RETAINED_BYTES_DEFAULT,
        SNAPSHOT_AFTER_BYTES_DEFAULT);
  }
}
