package io.slotferry.replication;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * One end of a stream between two copies: a {@link FrameLink} (in order, nothing lost or doubled,
 * bounded) whose frames travel in envelopes that say which stream they belong to.
 */
final class StreamLink {
  /** Which end this is; it decides the kind of the frames that it sends. */
  enum End {
    LEADER(FrameKind.STREAM),
    FOLLOWER(FrameKind.STREAM_BACK),
    MOVE_SOURCE(FrameKind.MOVE_STREAM),
    MOVE_TARGET(FrameKind.MOVE_BACK);

    private final FrameKind kind;

    End(FrameKind kind) {
      this.kind = kind;
    }
  }
}
