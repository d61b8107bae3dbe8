package io.slotferry.engine;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;

/**
 * Which of its keys a command reads, be it a write on the whole: what Redis counts as hits and
 * misses, and tells of as {@code keymiss}.
 */
enum ReadKeys {
  NONE,
  ALL,
  FIRST,
  /** All behind the first, which is a destination. */
  SOURCES,
  /** All behind the second argument: a number or an operation comes before them. */
  LATE_SOURCES,
  /** The first, of a SET with GET. */
  IF_GET;

  private static final ReadKeys[] OF = new ReadKeys[Command.values().length];
  private static final int SET_OPTIONS = 3;

  static {
    for (Command command : Command.values()) {
      OF[command.ordinal()] = of(command);
    }
  }

  private static ReadKeys of(Command command) {
    return switch (command.lowerName()) {
      case "getdel", "getex", "getset", "copy", "sort", "georadius", "georadiusbymember" -> FIRST;
      case "sinterstore", "sunionstore", "sdiffstore", "zrangestore", "geosearchstore" -> SOURCES;
      case "zunionstore", "zinterstore", "zdiffstore", "bitop" -> LATE_SOURCES;
      case "set" -> IF_GET;
      case "pfmerge", "xack", "xclaim", "xautoclaim" -> ALL;
      default -> command.is(CommandFlags.READONLY) ? ALL : NONE;
    };
  }

  /** Whether the command reads the key at {@code keyArgument}. */
  static boolean contain(Command command, Request request, int keyArgument) {
    return switch (OF[command.ordinal()]) {
      case NONE -> false;
      case ALL -> true;
      case FIRST -> keyArgument == 1;
      case SOURCES -> keyArgument > 1;
      case LATE_SOURCES -> keyArgument > 2;
      case IF_GET -> request.count() > SET_OPTIONS && hasGet(request);
    };
  }

  private static boolean hasGet(Request request) {
    for (int i = SET_OPTIONS; i < request.count(); i++) {
      if (request.is(i, "GET")) {
        return true;
      }
    }
    return false;
  }
}
