package io.slotferry.replication.storage;

import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.Backlog;
import io.slotferry.replication.log.LogDisk;
import io.slotferry.replication.log.LogIdentity;
import io.slotferry.replication.log.LogSlice;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the log from the backlog to the disk. At most one {@link Job} is under way; what is
 * appended meanwhile goes with the next one, so that a slow disk makes the writes larger and not
 * more. The bytes stay in the backlog until they are written; a job that fails is tried again, and
 * until it succeeds the copy refuses writes.
 *
 * <p>Thread: the loop that owns the copy, but for {@link Job#run}.
 */
final class LogWriter implements LogDisk {
  /** Written with one job, but for a single bigger record. */
  private static final int JOB_BYTES_MAX = 4 << 20;

  /** So far may the disk be behind before writers have to wait. */
  private static final long DISK_LAG_BYTES_MAX = 64L << 20;

  private static final long FORCE_MILLIS = 1000;
  private static final long RETRY_MILLIS = 500;
  private static final long NO_TIME = Long.MIN_VALUE / 2;
  private static final Logger LOGGER = LoggerFactory.getLogger(LogWriter.class);

  private final CopyFiles files;
  private final Fsync policy;
  private final DiskQueue disk;
  private final Executor owner;
  private final Backlog backlog;
  private @Nullable LongConsumer fsyncListener;
  private Runnable forced = () -> {};
  private Runnable restarted = () -> {};

  /** What the meta file shall say; a job brings it there before any byte of the log. */
  private CopyMeta meta;

  private CopyMeta metaOnDisk;

  /** Whether the log goes to disk: not while the copy's data is incomplete. */
  private boolean logging;

  /**
   * Whether a recovery would find the data: by a snapshot, or by a log that begins with nothing.
   */
  private boolean recoverable;

  private long taken;
  private long written;
  private long fsynced;
  private long first;
  private long fsyncWanted;
  private long nowMillis = NO_TIME;
  private long lastForceMillis = NO_TIME;
  private @Nullable Job job;
  private @Nullable String failure;
  private long retryAtMillis = NO_TIME;
  private @Nullable Runnable finished;

  /**
   * @param backlog what was recovered is all on disk
   * @param recovered whether the copy has data, be it an empty store
   */
  LogWriter(
      CopyFiles files,
      Fsync policy,
      DiskQueue disk,
      Executor owner,
      Backlog backlog,
      boolean recovered) {
    this.files = files;
    this.policy = policy;
    this.disk = disk;
    this.owner = owner;
    this.backlog = backlog;
    this.meta = files.meta();
    this.metaOnDisk = meta;
    if (recovered) {
      LogSegments log = files.log();
      startLogging(log == null ? backlog.endOffset() : log.firstOffset());
      recoverable = true;
    }
  }

  /**
   * {@code forced} runs when more of the log is durable, {@code restarted} when all became void.
   */
  void listen(Runnable forced, Runnable restarted) {
    this.forced = forced;
    this.restarted = restarted;
  }

  private void startLogging(long firstOnDisk) {
    long end = backlog.endOffset();
    logging = true;
    first = firstOnDisk;
    taken = end;
    written = end;
    fsynced = end;
    backlog.keepFrom(end);
  }

  // ---- what is on disk

  @Override
  public long firstOffset() {
    return logging ? first : NOTHING;
  }

  @Override
  public long fsyncedOffset() {
    return recoverable ? fsynced : 0;
  }

  @Override
  public boolean forcesAll() {
    return policy == Fsync.ALWAYS;
  }

  /** As {@link #fsyncedOffset}, whether or not it can be recovered yet. */
  long forcedOffset() {
    return fsynced;
  }

  boolean isLogging() {
    return logging;
  }

  boolean isRecoverable() {
    return recoverable;
  }

  CopyMeta meta() {
    return meta;
  }

  /** Whether the disk knows that the data before this generation is void. */
  boolean isGenerationOnDisk() {
    return metaOnDisk.generation() == meta.generation();
  }

  @Override
  public void onFsync(LongConsumer listener) {
    fsyncListener = listener;
  }

  @Override
  public @Nullable String refusal() {
    return failure == null ? null : "MISCONF Errors writing to the AOF file: " + failure;
  }

  @Override
  public boolean backlogged() {
    return unwrittenBytes() > DISK_LAG_BYTES_MAX;
  }

  long unwrittenBytes() {
    return logging ? backlog.endOffset() - written : 0;
  }

  /** Size of the log on disk, records alone. */
  long bytesOnDisk() {
    return logging ? written - first : 0;
  }

  // ---- whose data it is

  void belongTo(int shard) {
    meta = meta.of(shard);
  }

  @Override
  public void begin(LogIdentity identity, long offset) {
    meta = meta.with(identity).from(offset);
    startLogging(offset);
    recoverable = true;
  }

  @Override
  public void identify(LogIdentity identity) {
    meta = meta.with(identity);
  }

  @Override
  public void restart(LogIdentity identity, long offset) {
    meta = meta.next(identity);
    logging = false;
    recoverable = false;
    fsyncWanted = 0;
    fsynced = 0;
    restarted.run();
  }

  /** The data is complete; it can be recovered as soon as a snapshot of it is there. */
  void syncComplete() {
    if (!logging) {
      startLogging(backlog.endOffset());
    }
  }

  /** A snapshot of this generation is on disk. */
  void snapshotTaken() {
    if (!recoverable) {
      recoverable = true;
      tellFsynced();
    }
  }

  // ---- jobs

  @Override
  public void force(long offset) {
    fsyncWanted = Math.max(fsyncWanted, offset);
    flush();
  }

  /** Starts a job if there is anything to do and none is under way. */
  void flush() {
    if (job == null && failure == null && hasWork()) {
      submit();
    }
  }

  void tick(long nowMillis) {
    this.nowMillis = nowMillis;
    if (failure != null && job == null && nowMillis >= retryAtMillis) {
      submit();
    } else {
      flush();
    }
  }

  private boolean hasWork() {
    return !meta.equals(metaOnDisk)
        || (logging && (backlog.endOffset() > taken || (fsynced < taken && isForceDue())));
  }

  private boolean isForceDue() {
    return switch (policy) {
          case ALWAYS -> true;
          case EVERYSEC -> nowMillis - lastForceMillis >= FORCE_MILLIS;
          case NO -> false;
        }
        || fsynced < fsyncWanted;
  }

  private void submit() {
    Job next = new Job(meta, logging ? nextSlice() : null, logging && isForceDue());
    if (disk.offer(next)) {
      job = next;
    }
  }

  /** What the next job writes. */
  private @Nullable LogSlice nextSlice() {
    long end = backlog.endOffset();
    if (end == taken) {
      return null;
    }
    return end - taken <= JOB_BYTES_MAX
        ? backlog.slice(taken, end)
        : backlog.slice(taken, backlog.slice(taken, end).recordsEnd(taken, JOB_BYTES_MAX));
  }

  private void done(Job done) {
    job = null;
    metaOnDisk = done.metaOnDisk;
    note(done.failed);
    if (done.meta.generation() == meta.generation() && logging && done.hasLog) {
      noteProgress(done);
    }
    Runnable then = finished;
    if (then == null) {
      flush();
    } else {
      finishOrGoOn(then);
    }
  }

  private void noteProgress(Job done) {
    taken = done.end;
    written = done.writtenEnd;
    first = done.first;
    backlog.keepFrom(written);
    if (done.force && done.failed == null) {
      lastForceMillis = nowMillis;
    }
    if (done.forcedEnd > fsynced) {
      fsynced = done.forcedEnd;
      if (recoverable) {
        tellFsynced();
      }
      forced.run();
    }
  }

  private void tellFsynced() {
    LongConsumer listener = fsyncListener;
    if (listener != null) {
      listener.accept(fsynced);
    }
  }

  private void note(@Nullable Exception failed) {
    if (failed != null) {
      if (failure == null) {
        LOGGER.warn(
            "{}: writes fail, the copy refuses commands that write", files.folder(), failed);
      }
      failure = reasonOf(failed);
      retryAtMillis = nowMillis + RETRY_MILLIS;
    } else if (failure != null) {
      LOGGER.info("{}: writes succeed again", files.folder());
      failure = null;
    }
  }

  static String reasonOf(Exception failed) {
    String reason =
        failed instanceof FileSystemException inSystem ? inSystem.getReason() : failed.getMessage();
    return reason == null ? failed.getClass().getSimpleName() : reason;
  }

  /** Calls {@code then} once everything is durable, or cannot be now. */
  void finish(Runnable then) {
    finished = then;
    fsyncWanted = logging ? backlog.endOffset() : 0;
    if (job == null) {
      finishOrGoOn(then);
    }
  }

  private void finishOrGoOn(Runnable then) {
    if (failure != null) {
      LOGGER.warn("{}: closed although writes fail: {}", files.folder(), failure);
      then.run();
    } else if (!hasWork()) {
      then.run();
    } else {
      submit();
      if (job == null) {
        owner.execute(() -> finishOrGoOn(then));
      }
    }
  }

  // ---- reading

  @Override
  public void read(long from, int bytesMax, Reader reader) {
    long generation = meta.generation();
    WireWriter out = new WireWriter();
    boolean accepted =
        disk.offer(() -> {
          String failed = null;
          try {
            files.readLog(generation, from, bytesMax, out);
          } catch (IOException e) {
            failed = reasonOf(e);
          }
          String reason = failed;
          owner.execute(() -> answer(reader, generation, out, reason));
        });
    if (!accepted) {
      reader.failed("the disk is busy");
    }
  }

  private void answer(Reader reader, long generation, WireWriter out, @Nullable String reason) {
    if (generation != meta.generation()) {
      reader.failed("the log has started over");
    } else if (reason != null) {
      reader.failed(reason);
    } else {
      reader.read(out.bytes(), out.size());
    }
  }

  /** One visit of the disk; its result goes back to the owner with it. */
  private final class Job implements Runnable {
    private final CopyMeta meta;
    private final @Nullable LogSlice slice;
    private final boolean force;
    private CopyMeta metaOnDisk;
    private @Nullable Exception failed;
    private boolean hasLog;
    private long first;
    private long end;
    private long writtenEnd;
    private long forcedEnd;

    Job(CopyMeta meta, @Nullable LogSlice slice, boolean force) {
      this.meta = meta;
      this.slice = slice;
      this.force = force;
      this.metaOnDisk = meta;
    }

    @Override
    public void run() {
      try {
        write();
      } catch (IOException | RuntimeException e) {
        failed = e;
      }
      metaOnDisk = files.meta();
      LogSegments log = files.log();
      if (log != null && metaOnDisk.generation() == meta.generation()) {
        hasLog = true;
        first = log.firstOffset();
        end = log.end();
        writtenEnd = log.writtenEnd();
        forcedEnd = log.forcedEnd();
      }
      owner.execute(() -> done(this));
    }

    private void write() throws IOException {
      if (!meta.equals(files.meta())) {
        files.replaceMeta(meta);
      }
      LogSegments log = files.log();
      if (log != null) {
        log.write();
      }
      if (slice != null) {
        log = files.log(slice.from());
        log.append(slice);
      }
      if (log != null && force) {
        log.force();
      }
    }
  }
}
