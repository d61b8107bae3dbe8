package io.slotferry.server.command;

/** A bar of characters that fills, and how full it is. */
public final class ProgressBar {
  private static final int LENGTH = 30;
  private static final int PERCENT = 100;

  private ProgressBar() {}

  /**
   * The bar.
   *
   * @param total 0 while it is unknown: the bar is empty
   */
  public static String of(long done, long total) {
    long capped = Math.min(done, total);
    int filled = total == 0 ? 0 : (int) (LENGTH * capped / total);
    long percent = total == 0 ? 0 : PERCENT * capped / total;
    return "[" + "#".repeat(filled) + ".".repeat(LENGTH - filled) + "] " + percent + " %";
  }
}
