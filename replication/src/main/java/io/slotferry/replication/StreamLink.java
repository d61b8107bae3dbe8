package io.slotferry.replication;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * One end of a stream between two copies: a {@link FrameLink} (in order, nothing lost or doubled,
 * bounded) whose frames travel in envelopes that say which stream they belong to. The session names
 * the link and both its ends: a new attempt is a new session.
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

  /** Takes a payload; the reader is valid only during the call. */
  @FunctionalInterface
  interface Receiver {
    void received(WireReader payload, long nowMillis);
  }

  private final FrameLink link;
  private final WireReader payload = new WireReader(new byte[0]);
  private long nowMillis;

  /**
   * @param stream the shard, or for a move the move's id
   * @param node this end's node
   * @param peer the other end's node
   */
  StreamLink(
      long stream, String node, String peer, long session, End end, Outbox outbox, Receiver to) {
    WireWriter envelope = new WireWriter(64);
    envelope.u8(end.kind.code());
    envelope.i64(stream);
    envelope.text(node);
    envelope.i64(session);
    this.link =
        new FrameLink(
            session,
            session,
            envelope.toByteArray(),
            new FrameLink.Events() {
              @Override
              public void transmit(byte[] frame) {
                outbox.send(peer, frame);
              }

              @Override
              public boolean hasRoom() {
                return true;
              }

              @Override
              public void deliver(byte[] bytes, int offset, int length) {
                payload.reset(bytes, offset, length);
                to.received(payload, nowMillis);
              }

              @Override
              public void broken(String reason) {
                // Whoever holds this end asks isBroken after each frame and at each tick.
              }
            });
  }

  void send(WireWriter message, long nowMillis) {
    link.send(message.bytes(), 0, message.size(), nowMillis);
  }

  void receive(WireReader frame, long nowMillis) {
    this.nowMillis = nowMillis;
    link.receive(frame, nowMillis);
  }

  void tick(long nowMillis) {
    link.tick(nowMillis);
  }

  /** Whether the window has room. */
  boolean writable() {
    return link.writable();
  }

  long unacknowledgedBytes() {
    return link.unacknowledgedBytes();
  }

  /** The other end is told that there is no such link any more. */
  void close() {
    link.close();
  }

  boolean isBroken() {
    return link.isBroken();
  }
}
