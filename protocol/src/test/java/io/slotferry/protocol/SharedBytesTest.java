package io.slotferry.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Large arguments and values that are passed on by reference. */
class SharedBytesTest {
  private static final int LARGE = Request.LARGE_BYTES;

  private static byte[] written(ReplyWriter writer, List<byte[]> lasting) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    writer.pieces((source, offset, length, stays) -> {
      all.write(source, offset, length);
      if (stays) {
        lasting.add(source);
      }
    });
    return all.toByteArray();
  }

  private static void write(ReplyWriter writer, byte[] large) {
    writer.integer(7);
    writer.array(3);
    writer.lastingBulk(large, 1, LARGE);
    writer.lastingBulk(large, 0, 3);
    writer.lastingBulk(large, 0, LARGE);
    writer.ok();
  }

  @Test
  void aSharingWriterGivesOutWhatAnotherCopies() {
    byte[] large = new byte[LARGE + 1];
    large[1] = 'x';
    ReplyWriter copying = new ReplyWriter();
    ReplyWriter sharing = ReplyWriter.sharing();
    write(copying, large);
    write(sharing, large);
    List<byte[]> lasting = new ArrayList<>();
    assertThat(written(sharing, lasting)).isEqualTo(copying.toByteArray());
    assertThat(lasting).hasSize(2).allSatisfy(each -> assertThat(each).isSameAs(large));
    assertThat(sharing.totalSize()).isEqualTo(copying.size()).isEqualTo(copying.totalSize());
    assertThat(sharing.size()).isLessThan(100);
    assertThat(copying.hasShared()).isFalse();
  }

  @Test
  void whatIsTakenBackIsNotGivenOut() {
    ReplyWriter writer = ReplyWriter.sharing();
    writer.lastingBulk(new byte[LARGE], 0, LARGE);
    int size = writer.size();
    long total = writer.totalSize();
    writer.lastingBulk(new byte[LARGE], 0, LARGE);
    writer.truncate(size);
    assertThat(writer.totalSize()).isEqualTo(total);
    assertThat(written(writer, new ArrayList<>())).hasSize((int) total);
    writer.truncate(0);
    assertThat(writer.hasShared()).isFalse();
    writer.error("ERR no");
    assertThat(new String(written(writer, new ArrayList<>()), US_ASCII)).isEqualTo("-ERR no\r\n");
    writer.lastingBulk(new byte[LARGE], 0, LARGE);
    writer.clear();
    assertThat(writer.hasShared()).isFalse();
    assertThat(writer.totalSize()).isZero();
  }

  @Test
  void aBufferIsKeptOnlyIfItWasOfferedAndIsMostlyTheArgument() {
    byte[] key = "k".getBytes(US_ASCII);
    Request request = Request.of(key, new byte[LARGE]);
    assertThat(request.keepBuffer(1)).isFalse();
    request.offerBuffer();
    assertThat(request.keepBuffer(0)).isFalse();
    assertThat(request.isBufferKept()).isFalse();
    assertThat(request.keepBuffer(1)).isTrue();
    assertThat(request.keepBuffer(0)).isFalse();
    assertThat(request.isBufferKept()).isTrue();
    request.reset(new byte[0]);
    assertThat(request.isBufferKept()).isFalse();

    Request halves = Request.of(new byte[LARGE], new byte[LARGE]);
    halves.offerBuffer();
    assertThat(halves.keepBuffer(1)).isFalse();
    Request small = Request.of(new byte[LARGE - 1]);
    small.offerBuffer();
    assertThat(small.keepBuffer(0)).isFalse();
  }
}
