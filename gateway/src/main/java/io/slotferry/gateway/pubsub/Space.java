package io.slotferry.gateway.pubsub;

import java.util.Locale;

/**
 * What can be subscribed to: each space has names of its own. Codes travel between gateways of
 * different releases: append only.
 */
public enum Space {
  CHANNEL(0, "SUBSCRIBE", "message"),
  PATTERN(1, "PSUBSCRIBE", "pmessage"),
  SHARD_CHANNEL(2, "SSUBSCRIBE", "smessage");

  private static final Space[] BY_CODE = {CHANNEL, PATTERN, SHARD_CHANNEL};

  private final int code;
  private final String command;
  private final String message;

  Space(int code, String command, String message) {
    this.code = code;
    this.command = command;
    this.message = message;
  }

  int code() {
    return code;
  }

  static Space of(int code) {
    return BY_CODE[code];
  }

  /** The command that subscribes. */
  public String command() {
    return command;
  }

  /** How a subscription is confirmed. */
  public String subscribed() {
    return command.toLowerCase(Locale.ROOT);
  }

  /** How the end of a subscription is confirmed. */
  public String unsubscribed() {
    return subscribed().replace("sub", "unsub");
  }

  /** How a message is announced. */
  String message() {
    return message;
  }
}
