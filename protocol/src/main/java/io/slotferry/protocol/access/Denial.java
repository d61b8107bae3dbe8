package io.slotferry.protocol.access;

/**
 * Why a command may not be run.
 *
 * @param argument the key or channel that it was about; 0 for the command itself
 */
public record Denial(Reason reason, int argument) {
  static final Denial OF_COMMAND = new Denial(Reason.COMMAND, 0);

  /** In the order in which one is told rather than another. */
  public enum Reason {
    COMMAND,
    KEY,
    CHANNEL,
    AUTH
  }

  /** Which of two is told when no selector of a user allows a command. */
  Denial orRather(Denial other) {
    int order = other.reason.compareTo(reason);
    return order > 0 || (order == 0 && other.argument > argument) ? other : this;
  }
}
