package io.slotferry.replication;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * The target's side of a move: what comes is written through the target's own log, so that its
 * replicas have it too before the source hands over. Sans-IO. Thread: the loop that owns the copy.
 */
final class MoveTarget {
  /** What of a move's target touches the data; the copy implements it. */
  interface Data {
    void applyMovedChunk(WireReader chunk);

    void applyMovedEffects(WireReader records);

    /** The end of the log: what a fence waits for. */
    long logEnd();

    /**
     * Whether all of the in-sync set has applied everything before {@code offset}; if not, asks.
     */
    boolean isReplicated(long offset);
  }

  private final MoveOpen open;
  private final StreamLink link;
  private final Data data;
  private final WireWriter message = new WireWriter(16);
  private long fence;
  private long fenceOffset;

  MoveTarget(MoveOpen open, String node, Data data, Outbox outbox, long nowMillis) {
    this.open = open;
    this.data = data;
    this.link =
        new StreamLink(
            open.move(),
            node,
            open.node(),
            open.session(),
            StreamLink.End.MOVE_TARGET,
            outbox,
            this::handle);
    message.u8(StreamMessage.MOVE_READY);
    link.send(message, nowMillis);
  }

  MoveOpen open() {
    return open;
  }

  void received(String from, long session, WireReader in, long nowMillis) {
    if (session == open.session() && from.equals(open.node())) {
      link.receive(in, nowMillis);
      answerFence(nowMillis);
    }
  }

  private void handle(WireReader in, long nowMillis) {
    switch (in.u8()) {
      case StreamMessage.CHUNK -> data.applyMovedChunk(in);
      case StreamMessage.EFFECTS -> data.applyMovedEffects(in);
      case StreamMessage.FENCE -> {
        fence = in.i64();
        fenceOffset = data.logEnd();
      }
      default -> {
        // A message of a later release: the source does not depend on it being understood.
      }
    }
  }

  /** Confirms the fence once the in-sync set holds what came before it. */
  void answerFence(long nowMillis) {
    if (fence != 0 && data.isReplicated(fenceOffset)) {
      message.clear();
      message.u8(StreamMessage.FENCED);
      message.i64(fence);
      fence = 0;
      link.send(message, nowMillis);
    }
  }

  boolean isWaiting() {
    return fence != 0;
  }

  void tick(long nowMillis) {
    link.tick(nowMillis);
    answerFence(nowMillis);
  }
}
