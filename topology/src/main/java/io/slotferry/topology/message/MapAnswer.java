package io.slotferry.topology.message;

import java.util.List;

/** Answer to a {@link MapRequest}. */
public sealed interface MapAnswer {
  /** The whole map, encoded: the asker is too far behind for its changes to be at hand. */
  record Image(byte[] map) implements MapAnswer {}

  /**
   * The encoded changes after {@code fromVersion}, which is the asker's, in order and without a
   * gap; none when the asker has the newest. There may be more than fit: the asker asks again.
   */
  record Changes(long fromVersion, List<byte[]> changes) implements MapAnswer {
    public static final int COUNT_MAX = 256;

    public Changes {
      changes = List.copyOf(changes);
    }
  }
}
