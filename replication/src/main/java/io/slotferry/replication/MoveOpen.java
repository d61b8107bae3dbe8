package io.slotferry.replication;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * A move's source asks the target's leader to take the partitions that the map says.
 *
 * @param session the source's own number for this attempt, growing; names the link
 * @param mapVersion of the map that the source goes by: the target may not have that one yet
 */
record MoveOpen(
    long move,
    int from,
    int to,
    long fromEpoch,
    long toEpoch,
    String node,
    long session,
    long mapVersion) {
  void write(WireWriter out) {
    out.i64(move);
    out.i32(from);
    out.i32(to);
    out.i64(fromEpoch);
    out.i64(toEpoch);
    out.text(node);
    out.i64(session);
    out.i64(mapVersion);
  }

  static MoveOpen read(WireReader in) {
    return new MoveOpen(
        in.i64(), in.i32(), in.i32(), in.i64(), in.i64(), in.text(), in.i64(), in.i64());
  }
}
