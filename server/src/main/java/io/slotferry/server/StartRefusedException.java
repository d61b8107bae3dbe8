package io.slotferry.server;

/** A server cannot start, for a reason that its user can do something about. */
public final class StartRefusedException extends Exception {
  /**
   * @param reason one line
   */
  public StartRefusedException(String reason) {
    super(reason);
  }
}
