package io.slotferry.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.NetworkTransport;
import io.vertx.core.transport.Transport;
import org.junit.jupiter.api.Test;

class TransportsTest {
  @Test
  void whatIsChosenByItselfIsAvailable() throws StartRefusedException {
    assertThat(Transports.of(NetworkTransport.AUTO).available()).isTrue();
  }

  @Test
  void takesJavasOwnWhenTold() throws StartRefusedException {
    assertThat(Transports.of(NetworkTransport.NIO)).isSameAs(Transport.NIO);
  }

  @Test
  void whatIsAskedForIsTakenOrTheStartIsRefused() throws StartRefusedException {
    if (Transport.IO_URING.available()) {
      assertThat(Transports.of(NetworkTransport.IO_URING)).isSameAs(Transport.IO_URING);
    } else {
      assertThatThrownBy(() -> Transports.of(NetworkTransport.IO_URING))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("no io_uring");
    }
  }
}
