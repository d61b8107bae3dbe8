package io.slotferry.protocol.command;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the row of a command by its name as the client wrote it, ASCII case ignored. An
 * open-addressed table of half the load at most, built once and never changed: any thread.
 */
public final class CommandTable {
  private static final Command[] COMMANDS = Command.ofClients().toArray(Command[]::new);
  private static final int MASK = Integer.highestOneBit(COMMANDS.length) * 4 - 1;
  private static final @Nullable Command[] ROWS = new Command[MASK + 1];
  private static final byte[][] NAMES = new byte[MASK + 1][];
  private static final int NAME_BYTES_MAX;
  private static final byte[] NOTHING = new byte[0];

  static {
    int longest = 0;
    for (Command command : COMMANDS) {
      byte[] name = nameOf(command);
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

  /** The command of this name, ASCII; null when there is none. */
  public static @Nullable Command lookup(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    return lookup(bytes, 0, bytes.length);
  }

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

  /** As {@link #lookup}, for what a gateway sends to a shard. */
  public static @Nullable Command lookupOfShard(byte[] bytes, int start, int length) {
    if (length == 0 || bytes[start] != Command.INTERNAL) {
      return lookup(bytes, start, length);
    }
    for (Command command : Command.values()) {
      byte[] name = command.isInternal() ? nameOf(command) : NOTHING;
      if (equal(name, bytes, start, length)) {
        return command;
      }
    }
    return null;
  }

  private static byte[] nameOf(Command command) {
    return command.lowerName().getBytes(StandardCharsets.US_ASCII);
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
