package io.slotferry.replication.storage;

import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.SnapshotListener;
import io.slotferry.replication.log.Backlog;
import io.slotferry.replication.walk.PartitionWalk;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots of the store in small steps on the owner's loop: the next step begins when the
 * disk has written the one before, so that neither the loop nor the disk is busy with it for long.
 *
 * <pre>
 *   idle ──► walking: chunk, written, chunk, written … ──► log durable up to here ──► renamed ──► idle
 * </pre>
 *
 * <p>Thread: the loop that owns the copy.
 */
final class Snapshotter {
  /** Of one step: what the loop spends on it is far below a millisecond. */
  private static final int STEP_BYTES = 64 << 10;

  private static final long RETRY_MILLIS = 10_000;
  private static final SnapshotListener NOBODY = failure -> {};
  private static final Logger LOGGER = LoggerFactory.getLogger(Snapshotter.class);

  private final CopyFiles files;
  private final StorageSettings settings;
  private final DiskQueue disk;
  private final Executor owner;
  private final PartitionStore store;
  private final Backlog backlog;
  private final LogWriter log;

  /** The newest snapshot: where it starts in the log, and its size. */
  private long lastOffset;

  private long lastBytes;

  private SnapshotListener everySnapshot = NOBODY;
  private @Nullable Run run;
  private long retryAtMillis = Long.MIN_VALUE;
  private long nowMillis;

  Snapshotter(
      CopyFiles files,
      StorageSettings settings,
      DiskQueue disk,
      Executor owner,
      PartitionStore store,
      Backlog backlog,
      LogWriter log,
      long lastOffset,
      long lastBytes) {
    this.files = files;
    this.settings = settings;
    this.disk = disk;
    this.owner = owner;
    this.store = store;
    this.backlog = backlog;
    this.log = log;
    this.lastOffset = lastOffset;
    this.lastBytes = lastBytes;
  }

  void listen(SnapshotListener listener) {
    everySnapshot = listener;
  }

  boolean isRunning() {
    return run != null;
  }

  /** Starts one when the log behind the last has grown enough, or when there is none yet. */
  void tick(long nowMillis) {
    this.nowMillis = nowMillis;
    if (run == null && log.isLogging() && nowMillis >= retryAtMillis) {
      if (!log.isRecoverable()
          || unsavedBytes() >= Math.max(settings.snapshotAfterBytes(), lastBytes)) {
        begin(NOBODY);
      }
    }
  }

  /**
   * Starts one; false when one is under way, or the copy has nothing to rely on yet: after a full
   * resync the disk has to void what was there before the first snapshot, which {@link #tick} then
   * starts.
   */
  boolean begin(SnapshotListener listener) {
    if (run != null || !log.isLogging() || !log.isGenerationOnDisk()) {
      return false;
    }
    Run next = new Run(listener);
    run = next;
    log.flush();
    next.onDisk(() -> files.beginSnapshot(next.generation, next.offset));
    return true;
  }

  /** Size of the log behind the newest snapshot. */
  long unsavedBytes() {
    return backlog.endOffset() - lastOffset;
  }

  /** More of the log is durable. */
  void logForced() {
    Run current = run;
    if (current != null && current.phase == Phase.FORCING) {
      current.finishIfForced();
    }
  }

  /** What it is a snapshot of is void. */
  void abort() {
    Run current = run;
    if (current != null) {
      current.end("the copy starts over or closes");
    }
    lastOffset = 0;
    lastBytes = 0;
    retryAtMillis = Long.MIN_VALUE;
  }

  private enum Phase {
    WALKING,
    FORCING,
    FINISHING
  }

  private interface DiskStep {
    void run() throws IOException;
  }

  /** One snapshot on its way; what its disk steps answer after it has ended is of no interest. */
  private final class Run {
    private final SnapshotListener listener;
    private final PartitionWalk walk = new PartitionWalk(store, null);
    private final WireWriter chunks = new WireWriter();
    private final long generation = log.meta().generation();
    private final long offset = backlog.endOffset();
    private Phase phase = Phase.WALKING;
    private long end;
    private long bytes;

    Run(SnapshotListener listener) {
      this.listener = listener;
    }

    private void onDisk(DiskStep step) {
      boolean accepted =
          disk.offer(() -> {
            String failed = null;
            try {
              step.run();
            } catch (IOException e) {
              failed = LogWriter.reasonOf(e);
            }
            String failure = failed;
            owner.execute(() -> answered(failure));
          });
      if (!accepted) {
        fail("the disk is busy");
      }
    }

    private void answered(@Nullable String failure) {
      if (run != this) {
        return;
      }
      if (failure != null) {
        fail(failure);
        return;
      }
      switch (phase) {
        case WALKING -> walk();
        case FORCING -> throw new IllegalStateException("nothing was to be answered");
        case FINISHING -> succeed();
      }
    }

    private void walk() {
      chunks.clear();
      end = backlog.endOffset();
      if (walk.writeChunk(chunks, STEP_BYTES)) {
        onDisk(() -> files.appendSnapshot(end, chunks.bytes(), chunks.size()));
      } else {
        phase = Phase.FORCING;
        log.force(end);
        finishIfForced();
      }
    }

    private void finishIfForced() {
      if (log.forcedOffset() >= end) {
        phase = Phase.FINISHING;
        onDisk(() -> bytes = files.finishSnapshot(offset, end));
      }
    }

    private void succeed() {
      lastOffset = offset;
      lastBytes = bytes;
      log.snapshotTaken();
      end(null);
    }

    private void fail(String failure) {
      LOGGER.warn("{}: a snapshot failed and is tried again: {}", files.folder(), failure);
      retryAtMillis = nowMillis + RETRY_MILLIS;
      end(failure);
      var _ =
          disk.offer(() -> {
            try {
              files.abortSnapshot();
            } catch (IOException leftover) {
              LOGGER.debug("an unfinished snapshot stays until the next one", leftover);
            }
          });
    }

    private void end(@Nullable String failure) {
      run = null;
      listener.ended(failure);
      everySnapshot.ended(failure);
    }
  }
}
