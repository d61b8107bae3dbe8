package io.slotferry.protocol.command;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the row of a command by its name as the client wrote it, ASCII case ignored. An
 * open-addressed table of half the load at most, built once and never changed: any thread.
 */
public final class CommandTable {
  private static final Command[] COMMANDS = Command.values();
  private static final int MASK = Integer.highestOneBit(COMMANDS.length) * 4 - 1;
  private static final @Nullable Command[] ROWS = new Command[MASK + 1];
  private static final byte[][] NAMES = new byte[MASK + 1][];
  private static final int NAME_BYTES_MAX;

  static {
    int longest = 0;
    for (Command command : COMMANDS) {
      byte[] name = command.lowerName().getBytes(StandardCharsets.US_ASCII);
      int at = hash(name, 0, name.length) & MASK;
      while (ROWS[at] != null) {
        at = at + 1 & MASK;
      }
      ROWS[at] = command;
      NAMES[at] = name;
      longest = Math.max(longest, name.length);
    }
    NAME_BYTES_MAX = longest;
  }

  private CommandTable() {}

  /**
   * The row of the command named {@code bytes[start, start + length)}, or null if there is none.
   */
  public static @Nullable Command lookup(byte[] bytes, int start, int length) {
    if (length > NAME_BYTES_MAX) {
      return null;
    }
    int at = hash(bytes, start, length) & MASK;
    Command row = ROWS[at];
    while (row != null && !equal(NAMES[at], bytes, start, length)) {
      at = at + 1 & MASK;
      row = ROWS[at];
    }
    return row;
  }

  private static int hash(byte[] bytes, int start, int length) {
    int hash = length;
    for (int i = start; i < start + length; i++) {
      hash = hash * 31 + (bytes[i] | 0x20);
    }
    return hash ^ hash >>> 9;
  }

  private static boolean equal(byte[] lowerName, byte[] bytes, int start, int length) {
    if (lowerName.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      int b = bytes[start + i];
      if (b >= 'A' && b <= 'Z') {
        b += 'a' - 'A';
      }
      if (b != lowerName[i]) {
        return false;
      }
    }
    return true;
  }
}
