package io.slotferry.replication;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.WireWriter;

/**
 * The frames that copies send each other, around what their links carry:
 *
 * <pre>
 *   FOLLOW         the request
 *   STREAM         shard, sender, session, link frame      leader → follower
 *   STREAM_BACK    shard, sender, session, link frame      follower → leader
 *   MOVE_OPEN      move, source shard, target shard, their epochs, sender, session
 *   MOVE_STREAM    move (as shard), sender, session, link frame      source → target
 *   MOVE_BACK      the same, target → source
 * </pre>
 */
final class CopyFrames {
  private CopyFrames() {}

  static byte[] follow(FollowRequest request) {
    WireWriter out = new WireWriter(128);
    out.u8(FrameKind.FOLLOW.code());
    request.write(out);
    return out.toByteArray();
  }

  static byte[] moveOpen(MoveOpen open) {
    WireWriter out = new WireWriter(96);
    out.u8(FrameKind.MOVE_OPEN.code());
    open.write(out);
    return out.toByteArray();
  }
}
