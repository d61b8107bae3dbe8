package io.slotferry.replication;

import org.jspecify.annotations.Nullable;

/** Is told how a snapshot that was asked for has ended. Thread: the loop that owns the copy. */
@FunctionalInterface
public interface SnapshotListener {
  /**
   * @param failure null when the snapshot is on disk
   */
  void ended(@Nullable String failure);
}
