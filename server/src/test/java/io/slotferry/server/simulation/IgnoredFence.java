package io.slotferry.server.simulation;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.ReplyFrameReader;
import io.slotferry.protocol.frame.ReplyOutcome;
import io.slotferry.protocol.frame.WireReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Gateways that say to have seen every refusal of a copy, whether or not they have: so the world
 * looks to a cluster without the fence of {@link io.slotferry.protocol.shard.FrameDoor}. And a bus
 * that loses refusals at first, so that much is sent before they are seen.
 */
final class IgnoredFence extends Rules {
  /** Where a frame of commands says how many refusals were seen. */
  private static final int SEEN_AT = Integer.BYTES + 2 * Long.BYTES;

  /** What a copy's end of a link has sent. */
  private static final class Sent {
    long newest;
    long refusals;
  }

  private final Map<Long, Sent> links = new HashMap<>();
  private final ReplyFrameReader replies = new ReplyFrameReader();

  @Override
  boolean carries(String from, String to, byte[] frame) {
    WireReader in = new WireReader(frame);
    if (FrameKind.of(in.u8()) != FrameKind.REPLIES) {
      return true;
    }
    Sent sent = link(in);
    long number = payload(in);
    if (number <= sent.newest) {
      return true;
    }
    sent.newest = number;
    int refusals = refusals(in);
    sent.refusals += refusals;
    return refusals == 0;
  }

  @Override
  void arrives(byte[] frame) {
    WireReader in = new WireReader(frame);
    in.u8();
    Sent sent = link(in);
    if (payload(in) > 0) {
      ByteBuffer.wrap(frame).putLong(in.position() + SEEN_AT, sent.refusals);
    }
  }

  private Sent link(WireReader in) {
    in.text();
    return links.computeIfAbsent(in.i64(), _ -> new Sent());
  }

  /** Steps to the payload, and returns its number. */
  private static long payload(WireReader in) {
    in.skip(Long.BYTES + 1);
    long number = in.i64();
    in.skip(Long.BYTES);
    return number;
  }

  private int refusals(WireReader in) {
    replies.reset(in.buffer(), in.position(), in.remaining());
    int refusals = 0;
    while (replies.next()) {
      refusals += replies.outcome() == ReplyOutcome.NOT_HERE ? 1 : 0;
    }
    return refusals;
  }
}
