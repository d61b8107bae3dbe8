package io.slotferry.replication;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.LogIdentity;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.replication.walk.WalkPosition;
import org.jspecify.annotations.Nullable;

/**
 * A shard copy in the follower's role: asks its leader for the stream, applies what comes and
 * acknowledges it. Sans-IO. Thread: the loop that owns the copy.
 *
 * <pre>
 *   NO_LEADER ── the map names one ──► ASKING ── CONTINUE ─────────────────────► STREAMING
 *                                      ▲   └──── SYNC ──► SYNCING ── SYNC_DONE ────┘
 *                                      │                     │                     │
 *                                      └── silence, a dead link, a gap ◄───────────┘
 * </pre>
 *
 * Asking again names the offset reached (and, while syncing, the position in the walk), so that a
 * cut costs what was missed and nothing more. Source: Redis' replication.c, PSYNC2.
 */
final class Follower {
  /** An unanswered FOLLOW is sent again after this. */
  static final long ASK_AGAIN_MILLIS = 500;

  /**
   * A stream without any message for this long is taken for dead; the leader speaks each second.
   */
  static final long STREAM_SILENCE_MILLIS_MAX = 3_000;

  /** An acknowledgement goes out unasked after so many bytes. */
  private static final long ACK_EVERY_BYTES = 256 << 10;

  /** What of a follower touches the data; the copy implements it. */
  interface Data {
    /** The copy starts over: what it holds is void. Returns where the sync will stand. */
    WalkPosition beginSync(String replicationId, long offset);

    /** The sync goes on from here. */
    void resumeSync(int partition, int hash);

    /**
     * Logs all of the records, and applies them; while it syncs, those that the position covers.
     */
    void apply(WireReader records);

    /** Applies a chunk and moves the position behind it. */
    void applyChunk(WireReader chunk);

    /** The copy is complete. */
    void endSync();

    /** The copy has all that anybody was promised. */
    void inSync();
  }

  private final int shard;
  private final String node;
  private final ReplicationLog log;
  private final Data data;
  private final Outbox outbox;
  private final WireWriter message = new WireWriter();
  private final Freshness freshness = new Freshness();
  private long nextSession;
  private @Nullable String leader;
  private long epoch;
  private @Nullable StreamLink link;
  private long session;
  private boolean streaming;
  private boolean failed;
  private boolean leaving;
  private @Nullable WalkPosition walk;

  /** The leader's history, as long as this copy has not come to where it begins. */
  private @Nullable LogIdentity ahead;

  private long askedMillis;
  private long heardMillis;
  private long ackedOffset;
  private long ackedFsync;

  /**
   * @param firstSession larger than any session number this node ever used (its start counter in
   *     the upper half)
   */
  Follower(
      int shard, String node, long firstSession, ReplicationLog log, Data data, Outbox outbox) {
    this.shard = shard;
    this.node = node;
    this.nextSession = firstSession;
    this.log = log;
    this.data = data;
    this.outbox = outbox;
  }

  /** The map names a (new) leader, or none. */
  void leaderIs(@Nullable String leader, long epoch, long nowMillis) {
    if (epoch == this.epoch && java.util.Objects.equals(leader, this.leader)) {
      return;
    }
    this.leader = leader;
    this.epoch = epoch;
    freshness.startOver();
    ask(nowMillis);
  }

  private void ask(long nowMillis) {
    link = null;
    streaming = false;
    failed = false;
    ahead = null;
    askedMillis = nowMillis;
    if (leader == null) {
      return;
    }
    session = nextSession++;
    link =
        new StreamLink(shard, node, leader, session, StreamLink.End.FOLLOWER, outbox, this::handle);
    FollowRequest request =
        new FollowRequest(
            shard,
            epoch,
            node,
            session,
            log.replicationId(),
            log.endOffset(),
            walk == null ? FollowRequest.NO_SYNC : walk.partition(),
            walk == null ? 0 : walk.hash());
    outbox.send(leader, CopyFrames.follow(request));
  }

  /**
   * Its node is about to stop: the leader is to take it out of the in-sync set while it still
   * acknowledges, so that no synchronous write waits for a copy that is gone.
   */
  void leave(long nowMillis) {
    leaving = true;
    StreamLink link = this.link;
    if (link != null && streaming) {
      tellLeaving(link, nowMillis);
    }
  }

  private void tellLeaving(StreamLink link, long nowMillis) {
    message.clear();
    message.u8(StreamMessage.LEAVING);
    link.send(message, nowMillis);
  }

  /** A frame of the leader's stream. */
  void received(String from, long ofSession, WireReader in, long nowMillis) {
    StreamLink link = this.link;
    if (link == null || ofSession != session || !from.equals(leader)) {
      return;
    }
    heardMillis = nowMillis;
    link.receive(in, nowMillis);
    freshness.applied(log.endOffset());
    if (failed || link.isBroken()) {
      ask(nowMillis);
    } else if (log.endOffset() - ackedOffset >= ACK_EVERY_BYTES) {
      acknowledge(link, nowMillis);
    }
  }

  private void handle(WireReader in, long nowMillis) {
    StreamLink link = this.link;
    if (failed || link == null) {
      return;
    }
    int kind = in.u8();
    switch (kind) {
      case StreamMessage.CONTINUE, StreamMessage.SYNC -> {
        begin(kind, in);
        if (leaving) {
          tellLeaving(link, nowMillis);
        }
      }
      case StreamMessage.LOG -> log(in);
      case StreamMessage.CHUNK -> chunk(in);
      case StreamMessage.SYNC_DONE -> syncDone(link, nowMillis);
      case StreamMessage.ACK_REQUEST -> acknowledge(link, nowMillis);
      case StreamMessage.FRESHNESS -> freshness.answered(in.i64(), in.i64(), in.i64());
      case StreamMessage.IN_SYNC -> data.inSync();
      default -> failed = true;
    }
  }

  private void begin(int kind, WireReader in) {
    String replicationId = in.text();
    String secondaryId = in.text();
    long secondaryUntil = in.i64();
    long offset = in.i64();
    streaming = true;
    if (kind == StreamMessage.CONTINUE) {
      walk = null;
      ahead = new LogIdentity(replicationId, secondaryId, secondaryUntil, epoch);
      adoptWhenThere();
      return;
    }
    int partition = in.i32();
    int hash = in.i32();
    if (walk == null || offset != log.endOffset() || partition < 0) {
      walk = data.beginSync(replicationId, offset);
    }
    data.resumeSync(partition, hash);
    log.adopt(new LogIdentity(replicationId, secondaryId, secondaryUntil, epoch));
  }

  private void log(WireReader in) {
    long start = in.i64();
    if (!streaming || start != log.endOffset()) {
      failed = true;
      return;
    }
    data.apply(in);
    adoptWhenThere();
  }

  /**
   * The log takes its leader's name only when it has come to where that history begins: a copy that
   * is found before it, after a crash, has certainly lost some of it.
   */
  private void adoptWhenThere() {
    LogIdentity next = ahead;
    if (next != null && log.endOffset() >= next.secondaryUntil()) {
      ahead = null;
      log.adopt(next);
    }
  }

  private void chunk(WireReader in) {
    if (!streaming || walk == null) {
      failed = true;
      return;
    }
    data.applyChunk(in);
  }

  private void syncDone(StreamLink link, long nowMillis) {
    if (walk != null) {
      walk = null;
      data.endSync();
    }
    acknowledge(link, nowMillis);
  }

  private void acknowledge(StreamLink link, long nowMillis) {
    ackedOffset = log.endOffset();
    ackedFsync = log.fsyncedOffset();
    message.clear();
    message.u8(StreamMessage.ACK);
    // Of a sync nothing counts before its end, though the leader may have sent that already.
    message.i64(walk == null ? ackedOffset : 0);
    message.i64(ackedFsync);
    link.send(message, nowMillis);
  }

  private void askForFreshness(StreamLink link, long nowMillis) {
    message.clear();
    message.u8(StreamMessage.FRESHNESS_ASK);
    message.i64(nowMillis);
    link.send(message, nowMillis);
  }

  void tick(long nowMillis) {
    StreamLink link = this.link;
    if (leader == null) {
      return;
    }
    if (link == null || link.isBroken()) {
      ask(nowMillis);
    } else if (!streaming) {
      if (nowMillis - askedMillis >= ASK_AGAIN_MILLIS) {
        ask(nowMillis);
      }
    } else if (nowMillis - heardMillis >= STREAM_SILENCE_MILLIS_MAX) {
      ask(nowMillis);
    } else {
      link.tick(nowMillis);
      if (walk == null && link.writable() && freshness.isDue(nowMillis)) {
        askForFreshness(link, nowMillis);
      }
    }
  }

  /**
   * Whether the copy is complete and provably no older than this.
   *
   * @param mapVersion of the map here
   */
  boolean isFresh(long stalenessMillisMax, long mapVersion, long nowMillis) {
    return freshness.isWithin(stalenessMillisMax, mapVersion, nowMillis) && walk == null;
  }

  /** Whether the stream is up and the copy complete. */
  boolean isStreaming() {
    return streaming && walk == null;
  }

  /** Whether a partition sync is unfinished: the copy must not lead. */
  boolean isSyncing() {
    return walk != null;
  }

  @Nullable String leader() {
    return leader;
  }

  long heardMillis() {
    return heardMillis;
  }
}
