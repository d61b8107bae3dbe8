package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.Backlog;
import io.slotferry.replication.log.LogDisk;
import io.slotferry.replication.log.LogIdentity;
import io.slotferry.replication.log.NoDisk;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.replication.walk.WalkPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A leader and a follower, frame by frame. */
class StreamTest {
  private static final String HISTORY = "history";
  private static final int BACKLOG_BYTES = 128 << 10;
  private static final int EFFECTS = 20_000;

  private final ReplicationLog everything = ReplicationLog.inMemory();
  private final Disk disk = new Disk();
  private final ReplicationLog log =
      new ReplicationLog(new LogIdentity(HISTORY, "", -1, 1), new Backlog(BACKLOG_BYTES), disk);
  private final Engine engine =
      new Engine((keyspace, buffer, start, length) -> 0, log, new Random(1), () -> 0);
  private final ArrayDeque<byte[]> toFollower = new ArrayDeque<>();
  private final ArrayDeque<byte[]> toLeader = new ArrayDeque<>();
  private final Leader leader =
      new Leader(
          1, "leader", log, engine.store(), (to, frame) -> toFollower.add(frame), () -> {}, 0);
  private final ReplicationLog followed = ReplicationLog.inMemory();
  private final Followed data = new Followed();
  private final Follower follower =
      new Follower(1, "follower", 1, followed, data, (to, frame) -> toLeader.add(frame));
  private long nowMillis;

  /** The leader's disk has all of its log. */
  private final class Disk extends NoDisk {
    boolean works = true;
    int reads;

    @Override
    public long firstOffset() {
      return 0;
    }

    @Override
    public void read(long from, int bytesMax, LogDisk.Reader reader) {
      reads++;
      if (!works) {
        reader.failed("it does not work");
        return;
      }
      WireWriter out = new WireWriter();
      everything.read(from, out, bytesMax);
      reader.read(out.bytes(), out.size());
    }
  }

  /** Keeps the log alone. */
  private final class Followed implements Follower.Data {
    int syncs;
    int syncsEnded;

    @Override
    public WalkPosition beginSync(String replicationId, long offset) {
      syncs++;
      followed.reset(replicationId, offset, 1);
      return new WalkPosition();
    }

    @Override
    public void resumeSync(int partition, int hash) {}

    @Override
    public void apply(WireReader records) {
      int length = records.remaining();
      followed.append(records.buffer(), records.position(), length);
      records.skip(length);
    }

    @Override
    public void applyChunk(WireReader chunk) {
      chunk.skip(chunk.remaining());
    }

    @Override
    public void endSync() {
      syncsEnded++;
    }

    @Override
    public void inSync() {}
  }

  private void write(int count) {
    for (int i = 0; i < count; i++) {
      Request effect = Request.of("SET", "key:" + i, "value of some length");
      everything.effect(0, 0, effect);
      log.effect(0, 0, effect);
    }
  }

  /** Lets time pass, and all frames arrive. */
  private void run(int millis) {
    for (long end = nowMillis + millis; nowMillis < end; nowMillis += 10) {
      follower.tick(nowMillis);
      leader.tick(nowMillis);
      while (!toFollower.isEmpty() || !toLeader.isEmpty()) {
        toFollower();
        toLeader();
      }
    }
  }

  private static WireReader behindKind(byte[] frame) {
    WireReader in = new WireReader(frame);
    in.u8();
    return in;
  }

  private void toFollower() {
    for (byte[] frame; (frame = toFollower.poll()) != null; ) {
      WireReader in = behindKind(frame);
      StreamEnvelope envelope = StreamEnvelope.read(in);
      follower.received(envelope.sender(), envelope.session(), in, nowMillis);
    }
  }

  private void toLeader() {
    for (byte[] frame; (frame = toLeader.poll()) != null; ) {
      WireReader in = new WireReader(frame);
      if (FrameKind.of(in.u8()) == FrameKind.FOLLOW) {
        leader.follow(FollowRequest.read(in), nowMillis);
      } else {
        StreamEnvelope envelope = StreamEnvelope.read(in);
        leader.received(envelope.sender(), envelope.session(), in, nowMillis);
      }
    }
  }

  private void followsFromTheBeginning() {
    followed.adopt(log.identity());
    follower.leaderIs("leader", 1, nowMillis);
  }

  @Test
  void whatTheBacklogNoLongerHasComesFromTheDisk() {
    write(EFFECTS);
    assertThat(log.firstOffsetInMemory()).isPositive();
    followsFromTheBeginning();
    run(1_000);
    assertThat(disk.reads).isPositive();
    assertThat(data.syncs).isZero();
    assertThat(followed.endOffset()).isEqualTo(log.endOffset());
    write(10);
    run(100);
    assertThat(followed.endOffset()).isEqualTo(log.endOffset());
  }

  @Test
  void whatTheDiskDoesNotGiveIsSyncedAnewAndOnce() {
    write(EFFECTS);
    disk.works = false;
    followsFromTheBeginning();
    run(1_000);
    assertThat(disk.reads).isEqualTo(1);
    assertThat(data.syncs).isEqualTo(1);
    assertThat(data.syncsEnded).isEqualTo(1);
    assertThat(followed.endOffset()).isEqualTo(log.endOffset());
  }

  @Test
  void anUnfinishedSyncIsAcknowledgedAsNothing() {
    follower.leaderIs("leader", 1, nowMillis);
    FollowRequest asked = FollowRequest.read(behindKind(toLeader.poll()));
    List<Long> acknowledged = new ArrayList<>();
    StreamLink link =
        new StreamLink(
            1,
            "leader",
            "follower",
            asked.session(),
            StreamLink.End.LEADER,
            (to, frame) -> toFollower.add(frame),
            (in, now) -> {
              assertThat(in.u8()).isEqualTo(StreamMessage.ACK);
              acknowledged.add(in.i64());
            });
    link.send(sync(5_000), nowMillis);
    link.send(message(StreamMessage.ACK_REQUEST), nowMillis);
    exchange(link);
    assertThat(acknowledged).containsExactly(0L);

    link.send(message(StreamMessage.SYNC_DONE), nowMillis);
    exchange(link);
    assertThat(acknowledged).containsExactly(0L, 5_000L);
  }

  private void exchange(StreamLink leaders) {
    toFollower();
    for (byte[] frame; (frame = toLeader.poll()) != null; ) {
      WireReader in = behindKind(frame);
      StreamEnvelope.read(in);
      leaders.receive(in, nowMillis);
    }
  }

  private static WireWriter message(int kind) {
    WireWriter message = new WireWriter();
    message.u8(kind);
    return message;
  }

  private static WireWriter sync(long offset) {
    WireWriter message = message(StreamMessage.SYNC);
    message.text(HISTORY);
    message.text("");
    message.i64(-1);
    message.i64(offset);
    message.i32(-1);
    message.i32(0);
    return message;
  }
}
