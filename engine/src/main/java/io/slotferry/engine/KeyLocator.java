package io.slotferry.engine;

/** Tells the partition of a key: the engine knows neither slots nor tablets' boundaries. */
@FunctionalInterface
public interface KeyLocator {
  /** Partition id of {@code buffer[start, start + length)} in a keyspace. */
  int partitionOf(int keyspace, byte[] buffer, int start, int length);
}
