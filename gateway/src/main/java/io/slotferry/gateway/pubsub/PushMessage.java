package io.slotferry.gateway.pubsub;

import io.slotferry.protocol.ReplyWriter;

/**
 * One message as its subscribers get it. RESP2 and RESP3 differ in the first byte only, so that it
 * is encoded once for all. Reused; thread: one gateway loop.
 */
final class PushMessage {
  private final ReplyWriter out = new ReplyWriter(256);

  PushMessage() {
    out.useProtocol(3);
  }

  /** As {@code topic}'s subscribers get what was published to {@code channel}. */
  void encode(Topic topic, byte[] channel, byte[] message) {
    out.clear();
    boolean pattern = topic.space == Space.PATTERN;
    out.push(pattern ? 4 : 3);
    out.bulk(topic.space.message());
    if (pattern) {
      out.bulk(topic.bytes);
    }
    out.bulk(channel);
    out.bulk(message);
  }

  void sendTo(Subscriber subscriber) {
    out.bytes()[0] = (byte) (subscriber.respVersion() == 3 ? '>' : '*');
    subscriber.push(out.bytes(), out.size());
  }
}
