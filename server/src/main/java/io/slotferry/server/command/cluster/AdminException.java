package io.slotferry.server.command.cluster;

/** What was asked for cannot be had: no server answers, or it says no. */
public final class AdminException extends Exception {
  private final int exitStatus;

  /**
   * @param reason one line
   */
  public AdminException(int exitStatus, String reason) {
    super(reason);
    this.exitStatus = exitStatus;
  }

  public int exitStatus() {
    return exitStatus;
  }
}
