package io.slotferry.gateway;

import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * Carries frames between this loop and shard copies in other processes. It may lose, double, delay
 * and reorder them: whatever must arrive travels in links. Thread: the gateway loop.
 */
interface FrameBus {
  /** Hands the frames that come to {@code address} to {@code receiver}, on the loop. */
  Future<Void> open(String address, Consumer<byte[]> receiver);

  /** Sends a frame, which nobody changes any more. */
  void send(String address, byte[] frame);

  Future<Void> close();
}
