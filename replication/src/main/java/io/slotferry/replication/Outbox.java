package io.slotferry.replication;

/**
 * Where the cores put frames for other nodes. The bus behind it may lose, repeat and reorder them.
 */
@FunctionalInterface
public interface Outbox {
  /** Sends {@code frame}, which is the receiver's from now on, to the copy on {@code node}. */
  void send(String node, byte[] frame);
}
