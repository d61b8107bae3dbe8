package io.slotferry.protocol.frame;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.shard.ShardExecutor;

/**
 * Collects a copy's replies to one gateway: the payload of a {@link FrameKind#REPLIES} frame, in
 * whatever order the replies come. Read back by {@link ReplyFrameReader}.
 *
 * <pre>
 *   i32 shard, i64 epoch, i64 map version, i32 count, then for each reply:
 *   varlong ticket (less the one that would be next), u8 outcome, varint length, RESP bytes
 * </pre>
 *
 * Thread: the loop that owns the copy.
 */
public final class ReplyFrameWriter implements ShardExecutor.LaterReply {
  private static final int COUNT_AT = 20;

  private final WireWriter out = new WireWriter();
  private long nextTicket;
  private int count;

  /**
   * Starts a frame; what was collected before is forgotten.
   *
   * @param mapVersion the newest that this node knows, so that a gateway with an older one asks
   */
  public void begin(int shard, long epoch, long mapVersion) {
    nextTicket = 0;
    count = 0;
    out.clear();
    out.i32(shard);
    out.i64(epoch);
    out.i64(mapVersion);
    out.i32(0);
  }

  @Override
  public void replied(long ticket, ReplyWriter reply) {
    replied(ticket, reply.bytes(), 0, reply.size());
  }

  /** Appends the reply {@code resp[offset, offset + length)}, which is copied. */
  public void replied(long ticket, byte[] resp, int offset, int length) {
    add(ticket, ReplyOutcome.REPLIED, resp, offset, length);
  }

  @Override
  public void notHere(long ticket) {
    add(ticket, ReplyOutcome.NOT_HERE, out.bytes(), 0, 0);
  }

  @Override
  public void uncertain(long ticket) {
    add(ticket, ReplyOutcome.UNCERTAIN, out.bytes(), 0, 0);
  }

  @Override
  public void waiting(long ticket) {
    add(ticket, ReplyOutcome.WAITING, out.bytes(), 0, 0);
  }

  /** Appends key events, which are no command's reply. */
  public void events(byte[] records, int length) {
    add(nextTicket, ReplyOutcome.EVENTS, records, 0, length);
  }

  private void add(long ticket, ReplyOutcome outcome, byte[] resp, int offset, int length) {
    out.varlong(ticket - nextTicket);
    out.u8(outcome.code());
    out.bytes(resp, offset, length);
    nextTicket = ticket + 1;
    count++;
    out.i32At(COUNT_AT, count);
  }

  public int count() {
    return count;
  }

  /** Whether the frame has reached {@link FrameLink#FRAME_BYTES_MAX} and should be sent now. */
  public boolean isFull() {
    return out.size() >= FrameLink.FRAME_BYTES_MAX;
  }

  /** The frame so far; valid up to {@link #size} until the next reply is added. */
  public byte[] bytes() {
    return out.bytes();
  }

  public int size() {
    return out.size();
  }
}
