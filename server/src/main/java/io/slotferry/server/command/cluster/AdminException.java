package io.slotferry.server.command.cluster;

/** What was asked for cannot be had: no server answers, or it says no. */
final class AdminException extends Exception {
  private final int exitStatus;

  /**
   * @param reason one line
   */
  AdminException(int exitStatus, String reason) {
    super(reason);
    this.exitStatus = exitStatus;
  }

  int exitStatus() {
    return exitStatus;
  }
}
