package io.slotferry.replication.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class FrameCodecTest {
  private static final byte[] FRAME = {1, 2, 3};

  private final FrameCodec codec = new FrameCodec();

  @Test
  void withinAProcessNothingIsCopied() {
    assertThat(codec.transform(FRAME)).isSameAs(FRAME);
  }

  @Test
  void betweenProcessesItArrivesAsItWas() {
    Buffer wire = Buffer.buffer("before");
    int position = wire.length();
    codec.encodeToWire(wire, FRAME);
    wire.appendString("behind");

    assertThat(codec.decodeFromWire(position, wire)).isEqualTo(FRAME);
  }
}
