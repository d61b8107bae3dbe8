package io.slotferry.server.command;

import java.io.Console;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * How a command tells of its progress: on a terminal with one line that changes, else with a line
 * now and then.
 */
public final class StatusLine {
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final PrintStream out;
  private final boolean terminal;
  private long nextNanos = System.nanoTime();

  public StatusLine(PrintStream out) {
    this.out = out;
    this.terminal = isTerminal();
  }

  @SuppressWarnings("SystemConsoleNull") // It is null again, from Java 25 on.
  public static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Something that changes all the time; without a terminal most of it is not shown. */
  public void show(String line) {
    if (terminal) {
      // Back to the start of the line, and what is right of the new text erased.
      out.print("\r" + line + "\u001b[K");
      out.flush();
    } else if (System.nanoTime() - nextNanos >= 0) {
      nextNanos = System.nanoTime() + QUIET_NANOS;
      out.println(line);
    }
  }

  /** A step that is told in any case. */
  public void step(String line) {
    out.println(terminal ? "\r" + line + "\u001b[K" : line);
  }

  /** Nothing more will be shown on this line. */
  public void end() {
    if (terminal) {
      out.print("\r\u001b[K");
      out.flush();
    }
  }
}
