package io.slotferry.gateway;

import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The event bus as one loop uses it for its links. Thread: the gateway loop. */
final class VertxFrameBus implements FrameBus {
  private final EventBus bus;
  private @Nullable MessageConsumer<byte[]> consumer;

  VertxFrameBus(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public Future<Void> open(String address, Consumer<byte[]> receiver) {
    consumer = bus.consumer(address, message -> receiver.accept(message.body()));
    return consumer.completion();
  }

  @Override
  public void send(String address, byte[] frame) {
    bus.send(address, frame);
  }

  @Override
  public Future<Void> close() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }
}
