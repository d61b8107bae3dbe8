package io.slotferry.replication;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.replication.walk.PartitionWalk;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of one follower's stream: one link, in which records of the log and chunks of a
 * partition sync follow each other.
 *
 * <pre>
 *   FOLLOW ── the backlog reaches the offset ──► CONTINUE ─────────────────────► STREAMING
 *      └───── it does not ──► SYNC ──► SYNCING: LOG up to the end, a CHUNK, LOG, a CHUNK, …
 *                                         └── the walk is complete ──► SYNC_DONE ──► STREAMING
 *   any state ── link dead, or a newer FOLLOW ──► gone
 * </pre>
 *
 * A chunk is cut only when the stream stands at the end of the log, so that "the position in the
 * stream" is at the same time "the state of the data": that is all the point-in-time there has to
 * be. Only the parts of a large value, which are cut from a frozen one, take turns with the log: so
 * the follower holds no more of it for the value than some times the value's own size.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class FollowerSession {
  /** The most of the log that one message carries, bytes. */
  private static final int LOG_MESSAGE_BYTES_MAX = 256 << 10;

  /** The most that one chunk carries, bytes; a larger value travels in parts. */
  private static final int CHUNK_BYTES_MAX = 32 << 10;

  private static final long NOT_ASKED = Long.MIN_VALUE;

  private final String node;
  private final long session;
  private final StreamLink link;
  private final ReplicationLog log;
  private final WireWriter message = new WireWriter();
  private @Nullable PartitionWalk walk;
  private long sentOffset;
  private long appliedOffset;
  private long fsyncedOffset;
  private long lastAckMillis;
  private long ackAskedOffset;
  private boolean inSyncTold;
  private boolean leaving;
  private boolean lost;
  private long freshnessAskedMillis = NOT_ASKED;

  /** The next message is a part of a value, though the log has more. */
  private boolean partIsNext;

  FollowerSession(
      FollowRequest request, String leader, ReplicationLog log, Outbox outbox, long nowMillis) {
    this.node = request.node();
    this.session = request.session();
    this.link =
        new StreamLink(
            request.shard(),
            /* node= */ leader,
            /* peer= */ node,
            session,
            StreamLink.End.LEADER,
            outbox,
            this::received);
    this.log = log;
    this.lastAckMillis = nowMillis;
  }

  /** Partial: the follower goes on at {@code offset}, and with {@code walk} if it was syncing. */
  void begin(long offset, @Nullable PartitionWalk walk, long nowMillis) {
    this.walk = walk;
    this.sentOffset = offset;
    this.appliedOffset = walk == null ? offset : 0;
    message.clear();
    message.u8(walk == null ? StreamMessage.CONTINUE : StreamMessage.SYNC);
    message.text(log.replicationId());
    message.text(log.secondaryId());
    message.i64(log.secondaryUntil());
    message.i64(offset);
    if (walk != null) {
      message.i32(walk.position().partition());
      message.i32(walk.position().hash());
    }
    link.send(message, nowMillis);
  }

  /** Sends as much as the link's window takes. */
  void pump(long nowMillis) {
    while (!lost && link.writable()) {
      boolean inParts = walk != null && walk.position().isFreezing();
      if (sentOffset < log.endOffset() && !(inParts && partIsNext)) {
        sendLog(nowMillis);
        partIsNext = true;
      } else if (walk != null) {
        sendChunk(walk, nowMillis);
        partIsNext = false;
      } else {
        return;
      }
    }
  }

  private void sendLog(long nowMillis) {
    message.clear();
    message.u8(StreamMessage.LOG);
    message.i64(sentOffset);
    int length = log.read(sentOffset, message, LOG_MESSAGE_BYTES_MAX);
    if (length <= 0) {
      // It fell behind the backlog. It asks again, and the answer is then a partition sync.
      lost = true;
      return;
    }
    sentOffset += length;
    link.send(message, nowMillis);
  }

  private void sendChunk(PartitionWalk walk, long nowMillis) {
    message.clear();
    message.u8(StreamMessage.CHUNK);
    if (!walk.writeChunk(message, CHUNK_BYTES_MAX)) {
      message.clear();
      message.u8(StreamMessage.SYNC_DONE);
      this.walk = null;
    }
    link.send(message, nowMillis);
  }

  /** Asks once for an acknowledgement of everything before {@code offset}, when that was sent. */
  void askForAck(long offset, long nowMillis) {
    if (offset > ackAskedOffset && offset <= sentOffset && walk == null) {
      askForAck(nowMillis);
    }
  }

  void askForAck(long nowMillis) {
    ackAskedOffset = sentOffset;
    message.clear();
    message.u8(StreamMessage.ACK_REQUEST);
    link.send(message, nowMillis);
  }

  /** Tells the follower once that it is in sync. */
  void tellInSync(long nowMillis) {
    if (!inSyncTold) {
      inSyncTold = true;
      message.clear();
      message.u8(StreamMessage.IN_SYNC);
      link.send(message, nowMillis);
    }
  }

  private void received(WireReader in, long nowMillis) {
    int kind = in.u8();
    if (kind == StreamMessage.ACK) {
      appliedOffset = in.i64();
      fsyncedOffset = in.i64();
      lastAckMillis = nowMillis;
    } else if (kind == StreamMessage.FRESHNESS_ASK) {
      freshnessAskedMillis = in.i64();
    } else if (kind == StreamMessage.LEAVING) {
      leaving = true;
    }
  }

  /** Answers the follower that has asked how fresh it is; see {@link Leader#answerFreshness}. */
  void answerFreshness(long mapVersion, long nowMillis) {
    if (freshnessAskedMillis != NOT_ASKED) {
      message.clear();
      message.u8(StreamMessage.FRESHNESS);
      message.i64(freshnessAskedMillis);
      message.i64(log.endOffset());
      message.i64(mapVersion);
      freshnessAskedMillis = NOT_ASKED;
      link.send(message, nowMillis);
    }
  }

  StreamLink link() {
    return link;
  }

  String node() {
    return node;
  }

  long session() {
    return session;
  }

  /** Offset up to which the follower has applied everything; 0 while it syncs. */
  long appliedOffset() {
    return walk == null ? appliedOffset : 0;
  }

  long fsyncedOffset() {
    return walk == null ? fsyncedOffset : 0;
  }

  boolean isStreaming() {
    return walk == null;
  }

  /** Whether its node is about to stop. */
  boolean isLeaving() {
    return leaving;
  }

  long lastAckMillis() {
    return lastAckMillis;
  }

  /** Whether it has to begin anew: the link is dead, or the backlog no longer reaches it. */
  boolean isLost() {
    return lost || link.isBroken();
  }
}
