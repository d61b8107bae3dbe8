package io.slotferry.replication;

/**
 * The messages inside a stream's link, by their first byte. A follower's stream and a move's stream
 * share the link and the chunks. Codes travel between nodes of different releases: append only.
 *
 * <pre>
 *   leader → follower
 *     CONTINUE      replication id, secondary id, secondary until, offset: go on from your offset
 *     SYNC          the same, and the position where the walk goes on: your data is (partly) void
 *     LOG           start offset, records
 *     CHUNK         one or more partitions' keys, cut at this very place of the log
 *     SYNC_DONE     the walk is complete
 *     ACK_REQUEST   say at once how far you are
 *     FRESHNESS     the time of a FRESHNESS_ASK, the end of the log then, version of the map then
 *     IN_SYNC       you have all that was promised; once in a stream
 *   follower → leader
 *     ACK           applied offset, fsynced offset
 *     FRESHNESS_ASK the follower's time: where does the log end? See {@link Freshness}
 *     LEAVING       my node is about to stop: promise nothing more that waits for me
 *   source → target of a move
 *     CHUNK, EFFECTS (records of the moved partitions), FENCE (number)
 *   target → source
 *     MOVE_READY    the partitions are empty here: begin
 *     FENCED        all before the fence is applied, and held by the target's in-sync set
 * </pre>
 */
final class StreamMessage {
  static final int CONTINUE = 1;
  static final int SYNC = 2;
  static final int LOG = 3;
  static final int CHUNK = 4;
  static final int SYNC_DONE = 5;
  static final int ACK_REQUEST = 6;
  static final int ACK = 7;
  static final int EFFECTS = 8;
  static final int FENCE = 9;
  static final int MOVE_READY = 10;
  static final int FENCED = 11;
  static final int FRESHNESS_ASK = 12;
  static final int FRESHNESS = 13;
  static final int IN_SYNC = 14;
  static final int LEAVING = 15;

  private StreamMessage() {}
}
