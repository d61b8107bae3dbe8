package io.slotferry.server.demo;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where the demo is shown: on a terminal the picture stands below what was told, and changes; else
 * only what is told appears. Thread: any.
 */
final class Screen {
  private final PrintStream out;
  private final boolean terminal;

  /** Of the picture that stands there. */
  private int lines;

  Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Whether the terminal shows more than ASCII. */
  boolean hasBlocks() {
    Charset charset = out.charset();
    return charset.equals(StandardCharsets.UTF_8);
  }

  /** Something that remains to be read. */
  synchronized void tell(String line) {
    erase();
    out.println(line);
    out.flush();
  }

  synchronized void show(List<String> picture) {
    if (terminal) {
      erase();
      picture.forEach(out::println);
      lines = picture.size();
      out.flush();
    }
  }

  /** Removes the picture. */
  synchronized void erase() {
    if (lines > 0) {
      // Up to its first line, and all from there on erased.
      out.print("\u001b[" + lines + "A\u001b[J");
      lines = 0;
    }
  }
}
