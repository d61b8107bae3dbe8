package io.slotferry.server.command;

/** What the program ends with. */
public final class ExitStatus {
  public static final int DONE = 0;

  /** It could not start, or the cluster refused or failed to do what was asked. */
  public static final int FAILED = 1;

  /** The command line or the settings make no sense. */
  public static final int USAGE = 2;

  /** No server answered. */
  public static final int NO_SERVER = 3;

  private ExitStatus() {}
}
