package io.slotferry.server;

/** What {@code slotferry up} and {@code slotferry node} run until they are told to stop. */
public interface Server {
  /**
   * Starts everything, and returns when it serves.
   *
   * @return the line that tells so
   */
  String start() throws StartRefusedException, InterruptedException;

  /** Stops in order; also when {@link #start} is under way or has failed. Bounded in time. */
  void stop();
}
