package io.slotferry.server.command;

/** What must be done at the end of a command, also when a signal (Ctrl-C) is its end. */
final class SignalCleanup implements AutoCloseable {
  private final Thread hook;

  private SignalCleanup(Thread hook) {
    this.hook = hook;
  }

  /** From now on a signal has {@code cleanup} done before the process ends. */
  static SignalCleanup of(Runnable cleanup) {
    Thread hook = new Thread(cleanup, "cleanup");
    Runtime.getRuntime().addShutdownHook(hook);
    return new SignalCleanup(hook);
  }

  /** The command does it itself from now on; does not return if a signal came first. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends with its hooks, whatever this thread does.
      try {
        Thread.currentThread().join();
      } catch (InterruptedException interruption) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
