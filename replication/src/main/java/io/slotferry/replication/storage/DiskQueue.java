package io.slotferry.replication.storage;

/** Takes the blocking work of the copies of one process, in order. */
@FunctionalInterface
public interface DiskQueue {
  /** Runs {@code task} later, after those before it; false, and nothing, when it is full. */
  boolean offer(Runnable task);
}
