package io.slotferry.replication.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireWriter;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final int BOUND_BYTES = 5 * Backlog.PAGE_BYTES;

  /** Appends random records and compares with everything that was ever appended. */
  @Test
  void readsBackWholeRecordsOfWhatTheBoundHolds() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      long birth = random.nextInt(200_000);
      Backlog backlog = new Backlog(BOUND_BYTES);
      backlog.reset(birth);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      WireWriter record = new WireWriter();
      long middle = birth;
      for (int i = 0; i < 300; i++) {
        record.clear();
        LogRecords.write(record, 0, i, effect(random));
        backlog.append(record.bytes(), 0, record.size());
        all.write(record.bytes(), 0, record.size());
        if (i == 260) {
          middle = backlog.endOffset();
        }
      }
      assertThat(backlog.endOffset()).isEqualTo(birth + all.size());
      assertThat(backlog.firstOffset())
          .isLessThanOrEqualTo(Math.max(birth, backlog.endOffset() - BOUND_BYTES))
          .isGreaterThanOrEqualTo(backlog.endOffset() - BOUND_BYTES - Backlog.PAGE_BYTES);

      long at = middle;
      LogRecords records = new LogRecords();
      int expected = 261;
      while (at < backlog.endOffset()) {
        WireWriter out = new WireWriter();
        int bytesMax = 1 + random.nextInt(30_000);
        int count = backlog.read(at, out, bytesMax);
        assertThat(out.toByteArray())
            .isEqualTo(
                Arrays.copyOfRange(
                    all.toByteArray(), (int) (at - birth), (int) (at - birth) + count));
        records.reset(out.bytes(), 0, out.size());
        int read = 0;
        while (records.next()) {
          assertThat(records.partition()).isEqualTo(expected++);
          read++;
        }
        assertThat(count <= bytesMax || read == 1).isTrue();
        at += count;
      }
      assertThat(backlog.read(at, new WireWriter(), 10)).isZero();
      assertThat(backlog.read(at + 1, new WireWriter(), 10)).isEqualTo(-1);
    }
  }

  @Test
  void keepsWhatTheDiskHasNotTakenWhateverTheBoundSays() {
    Backlog backlog = new Backlog(BOUND_BYTES);
    byte[] page = new byte[Backlog.PAGE_BYTES];
    page[0] = 42;
    backlog.keepFrom(0);
    backlog.append(page, 0, page.length);
    LogSlice slice = backlog.slice(0, 1);
    page[0] = 1;
    for (int i = 0; i < 20; i++) {
      backlog.append(page, 0, page.length);
    }
    assertThat(backlog.firstOffset()).isZero();
    WireWriter out = new WireWriter();
    slice.copy(0, 1, out);
    assertThat(out.toByteArray()).containsExactly(42);

    backlog.keepFrom(backlog.endOffset());
    assertThat(backlog.firstOffset()).isEqualTo(backlog.endOffset() - BOUND_BYTES);
    assertThatThrownBy(() -> backlog.slice(0, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void holdsLittleWhileNobodyFollows() {
    Backlog backlog = new Backlog(4 * Backlog.BYTES_ALONE);
    byte[] page = new byte[Backlog.PAGE_BYTES];
    while (backlog.endOffset() < 8L * Backlog.BYTES_ALONE) {
      backlog.append(page, 0, page.length);
    }
    assertThat(backlog.firstOffset()).isEqualTo(4L * Backlog.BYTES_ALONE);
    backlog.followed(false);
    assertThat(backlog.firstOffset()).isEqualTo(7L * Backlog.BYTES_ALONE);
    backlog.followed(true);
    for (int pages = 32; pages > 0; pages--) {
      backlog.append(page, 0, page.length);
    }
    assertThat(backlog.firstOffset()).isEqualTo(7L * Backlog.BYTES_ALONE);
  }

  private static Request effect(Random random) {
    byte[] value = new byte[random.nextInt(20) == 0 ? random.nextInt(70_000) : random.nextInt(100)];
    random.nextBytes(value);
    return Request.of("SET".getBytes(UTF_8), ("key" + random.nextInt(100)).getBytes(UTF_8), value);
  }

  /** Two backlogs, one of which shares what the other copies, give the same slices. */
  @Test
  void sharedBytesReadAsIfTheyWereCopied() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      Backlog sharing = new Backlog(BOUND_BYTES);
      Backlog copying = new Backlog(BOUND_BYTES);
      for (int i = 0; i < 200; i++) {
        byte[] bytes = new byte[1 + random.nextInt(3 * Backlog.PAGE_BYTES)];
        random.nextBytes(bytes);
        int offset = random.nextInt(bytes.length);
        int length = bytes.length - offset;
        copying.append(bytes, offset, length);
        if (bytes.length > Backlog.PAGE_BYTES && random.nextBoolean()) {
          sharing.share(bytes, offset, length);
        } else {
          sharing.append(bytes, offset, length);
        }
        assertThat(sharing.endOffset()).isEqualTo(copying.endOffset());
        assertThat(sharing.firstOffset()).isEqualTo(copying.firstOffset());
      }
      long first = sharing.firstOffset();
      long end = sharing.endOffset();
      WireWriter shared = new WireWriter();
      WireWriter copied = new WireWriter();
      sharing.slice(first, end).copy(first, end, shared);
      copying.slice(first, end).copy(first, end, copied);
      assertThat(shared.toByteArray()).isEqualTo(copied.toByteArray());
    }
  }

  @Test
  void aValueBeyondTheBoundIsLetGoOnceTheDiskHasIt() {
    Backlog backlog = new Backlog(BOUND_BYTES);
    byte[] value = new byte[BOUND_BYTES * 3];
    Arrays.fill(value, (byte) 7);
    backlog.keepFrom(0);
    backlog.share(value, 10, value.length - 10);
    assertThat(backlog.firstOffset()).isZero();
    WireWriter out = new WireWriter();
    backlog.slice(0, backlog.endOffset()).copy(0, backlog.endOffset(), out);
    assertThat(out.toByteArray()).isEqualTo(Arrays.copyOf(value, value.length - 10));

    backlog.keepFrom(backlog.endOffset());

    assertThat(backlog.endOffset() - backlog.firstOffset()).isLessThan(Backlog.PAGE_BYTES);
  }
}
