package io.slotferry.protocol.access;

/** Which arguments of a command are channels that it publishes or subscribes to. */
enum Channels {
  NONE,
  /** The first argument. */
  FIRST,
  /** All arguments. */
  ALL,
  /** All arguments, which are patterns of channels. */
  PATTERNS;

  /** Of a command by its name; who unsubscribes needs no permission. */
  static Channels of(String command) {
    return switch (command) {
      case "publish", "spublish" -> FIRST;
      case "subscribe", "ssubscribe" -> ALL;
      case "psubscribe" -> PATTERNS;
      default -> NONE;
    };
  }
}
