package io.slotferry.gateway.pubsub;

/**
 * What two loops tell each other; a payload of their link is a sequence of these:
 *
 * <pre>
 *   u8 SUBSCRIBERS, u8 space, bytes name, varint count   so many are subscribed at the sender now
 *   u8 MESSAGE, u8 space, bytes channel, bytes message   for the subscribers at the receiver
 *   u8 ASK, i64 number                                   has the receiver read all up to here?
 *   u8 SEEN, i64 number                                  it has
 * </pre>
 *
 * Codes are append-only.
 */
final class PeerRecord {
  static final int SUBSCRIBERS = 1;
  static final int MESSAGE = 2;
  static final int ASK = 3;
  static final int SEEN = 4;

  private PeerRecord() {}
}
