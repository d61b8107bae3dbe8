package io.slotferry.server.node;

import io.netty.channel.uring.IoUring;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.NetworkTransport;
import io.vertx.core.transport.Transport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how the event loops read and write sockets. With io_uring a loop turn's replies are one
 * system call, where epoll needs one each: by measurement a fifth of the processor's time at
 * pipelines of 1 and of 16. Containers often forbid it; then, and with kernels before 6.0, whose
 * io_uring was not measured, epoll remains.
 */
final class Transports {
  private Transports() {}

  /**
   * @throws StartRefusedException this system has not what was asked for
   */
  static Transport of(NetworkTransport wanted) throws StartRefusedException {
    return switch (wanted) {
      case AUTO -> fastest();
      case IO_URING -> demanded(wanted, Transport.IO_URING);
      case EPOLL -> demanded(wanted, Transport.EPOLL);
      case NIO -> Transport.NIO;
    };
  }

  private static Transport fastest() {
    @Nullable Transport ring = Transport.IO_URING;
    if (ring != null && ring.available() && IoUring.isRecvMultishotEnabled()) {
      return ring;
    }
    @Nullable Transport epoll = Transport.EPOLL;
    return epoll != null && epoll.available() ? epoll : Transport.NIO;
  }

  private static Transport demanded(NetworkTransport wanted, @Nullable Transport transport)
      throws StartRefusedException {
    if (transport != null && transport.available()) {
      return transport;
    }
    throw new StartRefusedException(
        "network.transport: this system has no "
            + wanted.name().toLowerCase(Locale.ROOT)
            + "; auto takes the fastest that it has");
  }
}
