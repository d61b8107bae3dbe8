package io.slotferry.gateway;

import io.netty.buffer.Unpooled;
import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event-bus edge of a loop's links to shard copies in other processes. Both ends' envelope is
 * the frame's kind and the address where its sender listens:
 *
 * <pre>
 *   u8 kind (COMMANDS or REPLIES), text address, then the {@link FrameLink}'s header and payload
 * </pre>
 *
 * Thread: the gateway loop.
 */
final class RemoteLinks {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteLinks.class);

  private final EventBus bus;
  private final String address;
  private final byte[] envelope;
  private final Map<Long, RemoteShardLink> links = new HashMap<>();
  private final SecureRandom ids = new SecureRandom();
  private final WireReader in = new WireReader(new byte[0]);
  private @Nullable MessageConsumer<Buffer> consumer;

  /** {@code name} is unique among the loops of all gateways. */
  RemoteLinks(ContextInternal context, String name) {
    this.bus = context.owner().eventBus();
    this.address = "slotferry.gateway." + name;
    WireWriter out = new WireWriter();
    out.u8(FrameKind.COMMANDS.code());
    out.text(address);
    this.envelope = out.toByteArray();
  }

  static String copyAddress(String node) {
    return "slotferry.copy." + node;
  }

  Future<Void> open() {
    consumer = bus.consumer(address, this::receive);
    return consumer.completion();
  }

  Future<Void> close() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  byte[] envelope() {
    return envelope;
  }

  long newId() {
    return ids.nextLong();
  }

  void add(long id, RemoteShardLink link) {
    links.put(id, link);
  }

  void remove(long id) {
    links.remove(id);
  }

  void send(String copyAddress, byte[] frame) {
    bus.send(copyAddress, BufferInternal.buffer(Unpooled.wrappedBuffer(frame)));
  }

  private void receive(Message<Buffer> message) {
    byte[] frame = message.body().getBytes();
    try {
      in.reset(frame, 0, frame.length);
      FrameKind kind = FrameKind.of(in.u8());
      in.skip(in.varint());
      RemoteShardLink link = links.get(FrameLink.idIn(in));
      // A frame of a link that is closed here is dropped: its other end was told, or will give up.
      if (kind == FrameKind.REPLIES && link != null) {
        link.receive(in);
      }
    } catch (MalformedFrameException e) {
      LOG.error("A frame of {} bytes to {} is dropped", frame.length, address, e);
    }
  }
}
