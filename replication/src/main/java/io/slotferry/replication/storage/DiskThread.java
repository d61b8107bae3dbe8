package io.slotferry.replication.storage;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a process that waits for its disk. */
public final class DiskThread implements DiskQueue {
  /** A copy has few tasks under way at once: one write, one step of a snapshot, some reads. */
  public static final int DISK_QUEUE_TASKS_MAX = 1024;

  private static final Logger LOGGER = LoggerFactory.getLogger(DiskThread.class);

  private final BlockingQueue<Runnable> tasks = new ArrayBlockingQueue<>(DISK_QUEUE_TASKS_MAX);
  private final Thread thread = new Thread(this::run, "slotferry-disk");
  private volatile boolean closed;

  private DiskThread() {}

  public static DiskThread start() {
    DiskThread disk = new DiskThread();
    disk.thread.setDaemon(true);
    disk.thread.start();
    return disk;
  }

  @Override
  public boolean offer(Runnable task) {
    return !closed && tasks.offer(task);
  }

  /** Ends the thread after the tasks that it has; the copies have been closed before. */
  public void close() {
    closed = true;
    // Not by an interrupt: that would close the file that the thread is writing.
    var _ = tasks.offer(() -> {});
  }

  private void run() {
    try {
      while (!closed || !tasks.isEmpty()) {
        run(tasks.take());
      }
    } catch (InterruptedException nobodyDoesThat) {
      throw new IllegalStateException(nobodyDoesThat);
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException bug) {
      LOGGER.error("a task of the disk thread failed", bug);
    }
  }
}
