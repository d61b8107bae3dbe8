package io.slotferry.gateway;

import io.slotferry.protocol.RequestParser;
import io.slotferry.topology.ClusterSettings;

/**
 * What the settings of the cluster say of clients.
 *
 * @param replies output that a client lets wait which is subscribed to nothing
 * @param pushes output that another lets wait, and what is pushed to any
 * @param queryBytesMax of a client's commands that are not executed yet
 * @param argumentBytesMax of one argument
 * @param allBytesMax of the memory that all clients hold together; 0 for no limit
 * @param idleSecondsMax after which a client that does nothing is disconnected; 0 for never
 */
record ClientLimits(
    Output replies,
    Output pushes,
    long queryBytesMax,
    long argumentBytesMax,
    long allBytesMax,
    long idleSecondsMax) {
  /** A class of {@code client-output-buffer-limit}; 0 is no limit. */
  record Output(long hardBytes, long softBytes, long softSeconds) {
    private static final String SETTING = "client-output-buffer-limit";
    private static final Output NONE = new Output(0, 0, 0);

    /** Reads a setting such as {@code normal 0 0 0 pubsub 33554432 8388608 60}. */
    private static Output of(ClusterSettings settings, String type) {
      String[] words = settings.text(SETTING).split(" ");
      for (int i = 0; i + 3 < words.length; i += 4) {
        if (words[i].equals(type)) {
          return new Output(
              Long.parseLong(words[i + 1]),
              Long.parseLong(words[i + 2]),
              Long.parseLong(words[i + 3]));
        }
      }
      return NONE;
    }

    boolean isBounded() {
      return hardBytes > 0 || softBytes > 0;
    }
  }

  static ClientLimits of(ClusterSettings settings) {
    return new ClientLimits(
        Output.of(settings, "normal"),
        Output.of(settings, "pubsub"),
        Math.min(settings.number("client-query-buffer-limit"), RequestParser.COMMAND_BYTES_MAX),
        settings.number("proto-max-bulk-len"),
        allBytesMax(settings),
        settings.number("timeout"));
  }

  /** Bytes, or a percentage of maxmemory. */
  private static long allBytesMax(ClusterSettings settings) {
    String value = settings.text("maxmemory-clients");
    if (!value.endsWith("%")) {
      return Long.parseLong(value);
    }
    long percent = Long.parseLong(value.substring(0, value.length() - 1));
    return settings.number("maxmemory") / 100 * percent;
  }
}
