package io.slotferry.replication.storage;

import io.slotferry.engine.Engine;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.replication.CopyDisk;
import io.slotferry.replication.DiskState;
import io.slotferry.replication.SnapshotListener;
import io.slotferry.replication.log.Backlog;
import io.slotferry.replication.log.ReplicationLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shard copy on disk: its log, its snapshots, and whose data it is.
 *
 * <p>Thread: the loop that owns the copy, but for {@link #open}.
 */
public final class CopyStorage implements CopyDisk {
  private static final Logger LOGGER = LoggerFactory.getLogger(CopyStorage.class);

  private final CopyFiles files;
  private final DiskQueue disk;
  private final Executor owner;
  private final PartitionStore store;
  private final LogWriter writer;
  private final Snapshotter snapshotter;
  private final ReplicationLog log;

  private CopyStorage(
      CopyFiles files,
      StorageSettings settings,
      DiskQueue disk,
      Executor owner,
      PartitionStore store,
      Backlog backlog,
      Recovery recovery) {
    this.files = files;
    this.disk = disk;
    this.owner = owner;
    this.store = store;
    writer = new LogWriter(files, settings.fsync(), disk, owner, backlog, recovery.found());
    snapshotter =
        new Snapshotter(
            files,
            settings,
            disk,
            owner,
            store,
            backlog,
            writer,
            recovery.snapshotOffset(),
            recovery.snapshotBytes());
    writer.listen(snapshotter::logForced, snapshotter::abort);
    log = new ReplicationLog(writer.meta().identity(), backlog, writer);
  }

  /**
   * Opens a node's folder, which is created if it is not there, and recovers the copy in it.
   * Blocks, for as long as reading all of the data takes: call it on a thread that may.
   *
   * @param owner runs callbacks on the loop that owns the copy
   * @param engine its store is empty; no one else uses it until this returns
   * @param wallMillis milliseconds since 1970
   * @throws StorageException if the folder is in use or its data is damaged, with a message for the
   *     operator
   */
  public static CopyStorage open(
      Path folder,
      StorageSettings settings,
      Volume volume,
      DiskQueue disk,
      Executor owner,
      Engine engine,
      long wallMillis)
      throws IOException {
    CopyFiles files = CopyFiles.open(volume, folder, settings, wallMillis);
    try {
      Backlog backlog = new Backlog(settings.backlogBytes());
      Recovery recovery = new Recovery(files, settings, engine, backlog);
      recovery.run();
      return new CopyStorage(files, settings, disk, owner, engine.store(), backlog, recovery);
    } catch (IOException | RuntimeException failed) {
      files.close();
      throw failed;
    }
  }

  /** The log, which continues what was recovered. */
  @Override
  public ReplicationLog log() {
    return log;
  }

  /** Grows with each start of this node, even when it has lost its disk; below 2^31. */
  @Override
  public long incarnation() {
    return writer.meta().incarnation();
  }

  /** The shard whose data this is; 0 for a copy that has none yet. */
  @Override
  public int shard() {
    return writer.meta().shard();
  }

  /**
   * The copy becomes one of {@code shard}. What it held of another is void, in memory and, as one
   * atomic step, on disk.
   */
  @Override
  public void belongTo(int shard) {
    int before = shard();
    writer.belongTo(shard);
    if (before != 0 && before != shard) {
      store.clear();
      log.wipe();
    }
  }

  /**
   * A full resync has ended: the data is complete. It is taken to disk with a snapshot, at once or
   * as soon as what was there before is void; until that is done the copy has no fsynced offset.
   */
  @Override
  public void syncComplete() {
    writer.syncComplete();
    snapshot(failure -> {});
  }

  /** Brings to the disk what this loop turn has appended; to be called once at its end. */
  @Override
  public void flush() {
    writer.flush();
  }

  /**
   * Forces what is due, tries again what failed, starts snapshots; to be called about every 100 ms
   * or more often.
   *
   * @param nowMillis a clock that never goes back
   */
  @Override
  public void tick(long nowMillis) {
    writer.tick(nowMillis);
    snapshotter.tick(nowMillis);
  }

  @Override
  public boolean snapshot(SnapshotListener listener) {
    return snapshotter.begin(listener);
  }

  @Override
  public void onSnapshot(SnapshotListener listener) {
    snapshotter.listen(listener);
  }

  @Override
  public DiskState state() {
    return new DiskState(
        true,
        writer.refusal() != null,
        snapshotter.isRunning(),
        writer.bytesOnDisk(),
        snapshotter.unsavedBytes(),
        writer.unwrittenBytes());
  }

  /** Makes everything durable, closes the files, unlocks the folder, then calls {@code closed}. */
  public void close(Runnable closed) {
    snapshotter.abort();
    writer.finish(() -> closeFiles(closed));
  }

  private void closeFiles(Runnable closed) {
    boolean accepted =
        disk.offer(() -> {
          try {
            files.close();
          } catch (IOException failed) {
            LOGGER.warn("{}: closing failed", files.folder(), failed);
          }
          owner.execute(closed);
        });
    if (!accepted) {
      owner.execute(() -> closeFiles(closed));
    }
  }
}
