package io.slotferry.gateway;

import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The event bus as one loop uses it for its links. Thread: the gateway loop. */
final class VertxFrameBus implements FrameBus {
  private final EventBus bus;
  private @Nullable MessageConsumer<Buffer> consumer;

  VertxFrameBus(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public Future<Void> open(String address, Consumer<byte[]> receiver) {
    consumer = bus.consumer(address, message -> receiver.accept(message.body().getBytes()));
    return consumer.completion();
  }

  @Override
  public void send(String address, byte[] frame) {
    bus.send(address, BufferInternal.buffer(Unpooled.wrappedBuffer(frame)));
  }

  @Override
  public Future<Void> close() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }
}
