package io.slotferry.replication.bus;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.replication.Outbox;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's copy at the event bus: frames come in at {@code slotferry.copy.NODE} and go, by their
 * first byte, to the service that has asked for their kind. Frames are plain sends without an
 * answer; what must arrive travels in links. Thread: the loop that owns the copy.
 */
public final class CopyBus implements Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(CopyBus.class);
  private static final String COPY_PREFIX = "slotferry.copy.";
  private static final DeliveryOptions AS_FRAME =
      new DeliveryOptions().setCodecName(FrameCodec.NAME);

  /** Takes the frames of one kind. */
  @FunctionalInterface
  public interface FrameReceiver {
    /** {@code in} stands behind the kind; the bytes are the receiver's only during the call. */
    void received(FrameKind kind, WireReader in);
  }

  private final EventBus bus;
  private final String address;
  private final Map<FrameKind, FrameReceiver> receivers = new EnumMap<>(FrameKind.class);
  private final WireReader in = new WireReader(new byte[0]);
  private @Nullable MessageConsumer<byte[]> consumer;

  /**
   * @param bus knows {@link FrameCodec}
   */
  public CopyBus(EventBus bus, String node) {
    this.bus = bus;
    this.address = COPY_PREFIX + node;
  }

  /** Frames of these kinds go to {@code receiver}; before {@link #open}. */
  public void on(FrameReceiver receiver, FrameKind... kinds) {
    for (FrameKind kind : kinds) {
      receivers.put(kind, receiver);
    }
  }

  /** Listens; to be called on the copy's loop. Done when every node knows the address. */
  public Future<Void> open() {
    consumer = bus.consumer(address, this::received);
    return consumer.completion();
  }

  public Future<Void> close() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  private void received(Message<byte[]> message) {
    byte[] frame = message.body();
    try {
      in.reset(frame, 0, frame.length);
      FrameKind kind = FrameKind.of(in.u8());
      FrameReceiver receiver = receivers.get(kind);
      if (receiver != null) {
        receiver.received(kind, in);
      }
    } catch (MalformedFrameException e) {
      LOG.error("A frame of {} bytes to {} is dropped", frame.length, address, e);
    }
  }

  @Override
  public void send(String node, byte[] frame) {
    sendTo(COPY_PREFIX + node, frame);
  }

  /** Sends a frame to an address that came in a frame; it is not changed any more. */
  public void sendTo(String address, byte[] frame) {
    bus.send(address, frame, AS_FRAME);
  }
}
