package io.slotferry.replication.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReplicationLogTest {
  private final ReplicationLog log = ReplicationLog.inMemory();

  @Test
  void followerThatAppendsWhatTheLeaderGivesHasTheSameLog() {
    ReplicationLog follower = ReplicationLog.inMemory();
    log.beginEpoch(1, "a");
    log.effect(0, 7, Request.of("SET", "k", "v"));
    log.effect(3, 16400, Request.of("DEL", "k"));
    WireWriter out = new WireWriter();
    follower.reset("a", 0, 1);

    int count = log.read(0, out, 1 << 20);
    follower.append(out.bytes(), 0, count);

    assertThat(follower.endOffset()).isEqualTo(log.endOffset());
    WireWriter again = new WireWriter();
    follower.read(0, again, 1 << 20);
    assertThat(again.toByteArray()).isEqualTo(out.toByteArray());
    LogRecords records = new LogRecords();
    records.reset(again.bytes(), 0, again.size());
    assertThat(records.next()).isTrue();
    assertThat(records.keyspace()).isZero();
    assertThat(records.partition()).isEqualTo(7);
    assertThat(records.effect().text(0)).isEqualTo("SET");
    assertThat(records.effect().text(2)).isEqualTo("v");
    int first = records.size();
    assertThat(records.next()).isTrue();
    assertThat(records.start()).isEqualTo(first);
    assertThat(records.keyspace()).isEqualTo(3);
    assertThat(records.partition()).isEqualTo(16400);
    assertThat(records.effect().count()).isEqualTo(2);
    assertThat(records.next()).isFalse();
  }

  @Test
  void aGroupIsOneRecordAndItsEffectsAreRead() {
    log.effect(0, 7, Request.of("SET", "a", "1"));
    long start = log.endOffset();
    log.beginGroup();
    log.effect(0, 7, Request.of("SET", "b", "2"));
    log.effect(3, 8, Request.of("DEL", "c"));
    assertThat(log.endOffset()).isEqualTo(start);
    log.endGroup();
    log.effect(0, 9, Request.of("SET", "d", "4"));

    WireWriter out = new WireWriter();
    int first = log.read(start, out, 1);
    out.clear();
    log.read(0, out, 1 << 20);
    LogRecords records = new LogRecords();
    records.reset(out.bytes(), 0, out.size());
    StringBuilder seen = new StringBuilder();
    int bytes = 0;
    int[] sizes = new int[4];
    for (int i = 0; records.next(); i++) {
      seen.append(records.keyspace()).append('/').append(records.partition()).append(' ');
      seen.append(records.effect().text(1)).append(", ");
      sizes[i] = records.size();
      bytes += records.size();
    }

    assertThat(seen).hasToString("0/7 a, 0/7 b, 3/8 c, 0/9 d, ");
    assertThat(bytes).isEqualTo(out.size());
    assertThat(first).isEqualTo(sizes[1] + sizes[2]);
    assertThat(log.effects()).isEqualTo(4);
  }

  @Test
  void aGroupOfOneEffectIsThatEffectAndAnEmptyOneIsNothing() {
    log.beginGroup();
    log.endGroup();
    assertThat(log.endOffset()).isZero();
    log.beginGroup();
    log.effect(0, 7, Request.of("SET", "b", "2"));
    log.endGroup();

    WireWriter plain = new WireWriter();
    LogRecords.write(plain, 0, 7, Request.of("SET", "b", "2"));
    WireWriter out = new WireWriter();
    log.read(0, out, 1 << 20);
    assertThat(out.toByteArray()).isEqualTo(plain.toByteArray());
  }

  @Test
  void promotionKeepsTheOldIdUpToItsOffset() {
    log.beginEpoch(1, "a");
    assertThat(log.secondaryId()).isEmpty();
    assertThat(log.secondaryUntil()).isEqualTo(-1);
    log.effect(0, 7, Request.of("SET", "k", "v"));
    long switched = log.endOffset();

    log.beginEpoch(2, "b");
    log.effect(0, 7, Request.of("SET", "k", "w"));

    assertThat(log.replicationId()).isEqualTo("b");
    assertThat(log.secondaryId()).isEqualTo("a");
    assertThat(log.secondaryUntil()).isEqualTo(switched);
    assertThat(log.epoch()).isEqualTo(2);
    assertThat(log.firstOffset()).isZero();
  }

  @Test
  void resetStartsOverAtTheLeadersOffset() {
    log.beginEpoch(1, "a");
    log.effect(0, 7, Request.of("SET", "k", "v"));

    log.reset("c", 1_000_000, 5);

    assertThat(log.firstOffset()).isEqualTo(1_000_000);
    assertThat(log.endOffset()).isEqualTo(1_000_000);
    assertThat(log.secondaryId()).isEmpty();
    assertThat(log.read(0, new WireWriter(), 10)).isEqualTo(-1);
  }

  @Test
  void bytesThatAreNoRecordsAreRefused() {
    WireWriter out = new WireWriter();
    LogRecords.write(out, 0, 7, Request.of("SET", "k", "v"));
    out.i32At(0, 5);
    LogRecords records = new LogRecords();
    records.reset(out.bytes(), 0, out.size());
    assertThatThrownBy(records::next).isInstanceOf(MalformedFrameException.class);
    records.reset(out.bytes(), 0, out.size() - 1);
    assertThatThrownBy(records::next).isInstanceOf(MalformedFrameException.class);
  }

  @Test
  void largeEffectsAreTheSameRecordsWhetherTheyAreSharedOrNot() {
    for (boolean shared : new boolean[] {true, false}) {
      ReplicationLog large = ReplicationLog.inMemory();
      WireWriter expected = new WireWriter();
      for (int bytes : new int[] {10, Request.LARGE_BYTES, 3_000_000, 5}) {
        Request effect = Request.of(new byte[] {'S'}, new byte[] {'k'}, new byte[bytes]);
        Arrays.fill(effect.buffer(), 2, 2 + bytes, (byte) bytes);
        if (shared) {
          effect.offerBuffer();
          assertThat(effect.keepBuffer(2)).isEqualTo(bytes >= Request.LARGE_BYTES);
        }
        LogRecords.write(expected, 3, 16400, effect);
        large.effect(3, 16400, effect);
      }
      WireWriter out = new WireWriter();
      large.read(0, out, Integer.MAX_VALUE);
      assertThat(out.toByteArray()).isEqualTo(expected.toByteArray());
    }
  }
}
