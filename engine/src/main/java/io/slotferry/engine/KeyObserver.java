package io.slotferry.engine;

/** Is told what commands and time do to keys. Thread: the loop that executes the command. */
public interface KeyObserver {
  /** An event of {@code notify-keyspace-events}, of a class that was asked for. */
  void event(int eventClass, int keyspace, byte[] name, byte[] key, int start, int length);

  /** The key's value or expiry has changed. */
  void modified(byte[] key, int start, int length);

  /** All keys of a keyspace are gone, or of all keyspaces. */
  void flushed();
}
