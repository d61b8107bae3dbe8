package io.slotferry.replication.storage;

import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.LogSlice;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of one copy. Thread: the one that opens the copy, then the disk thread; every method
 * blocks.
 */
final class CopyFiles {
  private static final String LOCK = "node.lock";

  private final Volume volume;
  private final Path folder;
  private final StorageSettings settings;
  private final Closeable lock;
  private CopyMeta meta;
  private @Nullable LogSegments log;
  private @Nullable SnapshotWriter snapshot;

  private CopyFiles(
      Volume volume, Path folder, StorageSettings settings, Closeable lock, CopyMeta meta) {
    this.volume = volume;
    this.folder = folder;
    this.settings = settings;
    this.lock = lock;
    this.meta = meta;
  }

  /**
   * Locks the folder and counts this start.
   *
   * @throws StorageException with a message for the operator
   */
  static CopyFiles open(Volume volume, Path folder, StorageSettings settings, long wallMillis)
      throws IOException {
    volume.createFolder(folder);
    Closeable lock = volume.lock(folder.resolve(LOCK));
    try {
      CopyMeta meta = CopyMeta.read(volume, folder);
      if (meta == null) {
        refuseData(volume, folder);
        meta = CopyMeta.NONE;
      }
      CopyFiles files = new CopyFiles(volume, folder, settings, lock, meta);
      files.replaceMeta(meta.started(wallMillis));
      return files;
    } catch (IOException failed) {
      lock.close();
      throw failed;
    }
  }

  /**
   * Data without its meta file is of nobody knows whom: never delete it. An empty folder is none: a
   * first start makes it before it writes the meta file, and may get no further.
   */
  private static void refuseData(Volume volume, Path folder) throws IOException {
    for (String name : volume.list(folder)) {
      boolean isData = name.startsWith(CopyMeta.folderPrefix());
      if (isData && !volume.list(folder.resolve(name)).isEmpty()) {
        throw LogRecovery.damaged(folder.resolve(name), "copy.meta is missing");
      }
    }
  }

  /** The node's; any thread. */
  Path folder() {
    return folder;
  }

  CopyMeta meta() {
    return meta;
  }

  /** The folder of the data that is not void. */
  Path dataFolder() {
    return folder.resolve(meta.folderName());
  }

  Volume volume() {
    return volume;
  }

  /** Goes on with the log that recovery has read. */
  void resume(LogSegments recovered) {
    log = recovered;
  }

  /**
   * Replaces the meta file; with another generation, all data that was here is void and deleted.
   */
  void replaceMeta(CopyMeta next) throws IOException {
    if (next.generation() != meta.generation()) {
      abortSnapshot();
      closeLog();
    }
    volume.createFolder(folder.resolve(next.folderName()));
    next.write(volume, folder);
    meta = next;
    for (String name : volume.list(folder)) {
      if (name.startsWith(CopyMeta.folderPrefix()) && !name.equals(next.folderName())) {
        volume.deleteFolder(folder.resolve(name));
      }
    }
  }

  /** The log; null until its first byte in this generation. */
  @Nullable LogSegments log() {
    return log;
  }

  /** The log, which begins at {@code offset} if it has not begun. */
  LogSegments log(long offset) {
    LogSegments current = log;
    if (current == null) {
      current = new LogSegments(volume, dataFolder(), settings, offset);
      log = current;
    }
    return current;
  }

  void appendLog(LogSlice slice) throws IOException {
    log(slice.from()).append(slice);
  }

  void readLog(long generation, long from, int bytesMax, WireWriter out) throws IOException {
    LogSegments current = log;
    if (current == null || generation != meta.generation()) {
      throw new StorageException("the log is not on disk");
    }
    current.read(from, bytesMax, out);
  }

  void beginSnapshot(long generation, long offset) throws IOException {
    abortSnapshot();
    if (generation != meta.generation()) {
      throw new StorageException("the data before has not been made void yet");
    }
    snapshot = new SnapshotWriter(volume, dataFolder(), offset);
  }

  void appendSnapshot(long asOf, byte[] chunks, int length) throws IOException {
    snapshotUnderWay().append(asOf, chunks, length);
  }

  /**
   * Finishes the snapshot and deletes the log behind it that need not be retained.
   *
   * @return its size in bytes
   */
  long finishSnapshot(long offset, long end) throws IOException {
    long bytes = snapshotUnderWay().finish(end);
    snapshot = null;
    if (log != null) {
      log.dropBelow(offset - settings.logRetainedBytes());
    }
    return bytes;
  }

  private SnapshotWriter snapshotUnderWay() {
    SnapshotWriter current = snapshot;
    if (current == null) {
      throw new IllegalStateException("no snapshot is under way");
    }
    return current;
  }

  void abortSnapshot() throws IOException {
    SnapshotWriter current = snapshot;
    if (current != null) {
      snapshot = null;
      current.abort();
    }
  }

  private void closeLog() throws IOException {
    LogSegments current = log;
    if (current != null) {
      log = null;
      current.close();
    }
  }

  /** Closes everything as it is, and unlocks the folder. */
  void close() throws IOException {
    try {
      abortSnapshot();
      closeLog();
    } finally {
      lock.close();
    }
  }
}
