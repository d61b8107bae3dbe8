package io.slotferry.replication;

import io.slotferry.protocol.frame.WireReader;

/**
 * What stands before a link's frame.
 *
 * @param stream the shard, or for a move the move's id
 * @param sender node id
 * @param session the number of the attempt, drawn by the side that opened it
 */
record StreamEnvelope(long stream, String sender, long session) {
  static StreamEnvelope read(WireReader in) {
    return new StreamEnvelope(in.i64(), in.text(), in.i64());
  }
}
