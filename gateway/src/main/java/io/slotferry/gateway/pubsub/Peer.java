package io.slotferry.gateway.pubsub;

import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * Another gateway loop, and the link to it: records are collected for a turn of the loop and leave
 * as one payload, in order. A peer that does not keep up loses messages, but no subscription.
 * Thread: the gateway loop.
 */
final class Peer implements FrameLink.Events {
  /** What waits for a peer at most, bytes; messages beyond it are dropped. */
  static final long PENDING_BYTES_MAX = 64 << 20;

  final String address;
  final long linkId;
  final long openedMillis;
  long heardMillis;

  /** The message that it was given last. */
  long lastMessage;

  private final Peers peers;
  private final FrameLink link;
  private final WireWriter records = new WireWriter();
  private long dropped;

  Peer(Peers peers, String address, long linkId, long end, byte[] envelope, long nowMillis) {
    this.peers = peers;
    this.address = address;
    this.linkId = linkId;
    this.openedMillis = nowMillis;
    this.heardMillis = nowMillis;
    this.link = new FrameLink(linkId, end, envelope, this);
  }

  // ---- what it is told

  void subscribers(Topic topic) {
    records.u8(PeerRecord.SUBSCRIBERS);
    records.u8(topic.space.code());
    records.bytes(topic.bytes);
    records.varint(topic.subscribers.size());
  }

  void message(Space space, byte[] channel, byte[] message) {
    if (link.unacknowledgedBytes() + records.size() > PENDING_BYTES_MAX) {
      dropped++;
      return;
    }
    records.u8(PeerRecord.MESSAGE);
    records.u8(space.code());
    records.bytes(channel);
    records.bytes(message);
  }

  void ask(long number) {
    records.u8(PeerRecord.ASK);
    records.i64(number);
  }

  void seen(long number) {
    records.u8(PeerRecord.SEEN);
    records.i64(number);
  }

  /** Messages that it did not get. */
  long dropped() {
    return dropped;
  }

  /** Sends what was collected. */
  void flush(long nowMillis) {
    if (records.size() > 0) {
      link.send(records.bytes(), 0, records.size(), nowMillis);
      records.clear();
    }
  }

  // ---- the link

  void receive(WireReader in, long nowMillis) {
    heardMillis = nowMillis;
    link.receive(in, nowMillis);
  }

  void tick(long nowMillis) {
    link.tick(nowMillis);
  }

  boolean wantsTick() {
    return link.nextTickMillis() != Long.MAX_VALUE;
  }

  void close() {
    link.close();
  }

  @Override
  public void transmit(byte[] frame) {
    peers.transmit(address, frame);
  }

  @Override
  public boolean hasRoom() {
    return true;
  }

  @Override
  public void deliver(byte[] bytes, int offset, int length) {
    peers.received(this, new WireReader(bytes, offset, length));
  }

  @Override
  public void broken(String reason) {
    peers.broken(this, reason);
  }
}
