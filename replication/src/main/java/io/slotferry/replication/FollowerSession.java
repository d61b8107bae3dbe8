package io.slotferry.replication;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.LogDisk;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.replication.walk.PartitionWalk;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of one follower's stream: one link, in which records of the log and chunks of a
 * partition sync follow each other.
 *
 * <pre>
 *   FOLLOW ── the backlog reaches the offset ──► CONTINUE ─────────────────────► STREAMING
 *      └───── it does not ──► SYNC ──► SYNCING: LOG up to the end, a CHUNK, LOG, a CHUNK, …
 *                                         └── the walk is complete ──► SYNC_DONE ──► STREAMING
 *   any state ── link dead, the log not to be read, or a newer FOLLOW ──► gone
 * </pre>
 *
 * What the backlog no longer has is read from the disk, a message's worth at a time; what would
 * follow it waits.
 *
 * <p>A chunk is cut only when the stream stands at the end of the log, so that "the position in the
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
  private static final byte[] NOTHING_READ = {};

  private final String node;
  private final long session;
  private final StreamLink link;
  private final ReplicationLog log;
  private final Runnable flushLater;
  private final Runnable onUnreadable;
  private final WireWriter message = new WireWriter();
  private @Nullable PartitionWalk walk;
  private long sentOffset;
  private long appliedOffset;
  private long fsyncedOffset;
  private long lastAckMillis;
  private long ackAskedOffset;
  private boolean inSyncTold;
  private boolean leaving;

  /** The next records were asked of the disk; then they are here until they are sent. */
  private boolean reading;

  private byte[] read = NOTHING_READ;
  private long freshnessAskedMillis = NOT_ASKED;

  /** The next message is a part of a value, though the log has more. */
  private boolean partIsNext;

  /**
   * @param flushLater has {@link #pump} called at the end of the turn
   * @param onUnreadable the disk does not give what the backlog no longer has
   */
  FollowerSession(
      FollowRequest request,
      String leader,
      ReplicationLog log,
      Outbox outbox,
      Runnable flushLater,
      Runnable onUnreadable,
      long nowMillis) {
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
    this.flushLater = flushLater;
    this.onUnreadable = onUnreadable;
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
    sendWhatWasRead(nowMillis);
    while (!reading && link.writable()) {
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
    beginLogMessage();
    int length = log.read(sentOffset, message, LOG_MESSAGE_BYTES_MAX);
    if (length > 0) {
      sentOffset += length;
      link.send(message, nowMillis);
    } else {
      reading = true;
      log.readFromDisk(sentOffset, LOG_MESSAGE_BYTES_MAX, new FromDisk());
    }
  }

  private void beginLogMessage() {
    message.clear();
    message.u8(StreamMessage.LOG);
    message.i64(sentOffset);
  }

  private void sendWhatWasRead(long nowMillis) {
    if (read.length > 0) {
      beginLogMessage();
      message.raw(read, 0, read.length);
      sentOffset += read.length;
      read = NOTHING_READ;
      reading = false;
      link.send(message, nowMillis);
    }
  }

  /** Keeps what the disk gives for the end of the turn, which knows what time it is. */
  private final class FromDisk implements LogDisk.Reader {
    @Override
    public void read(byte[] records, int length) {
      if (length == 0) {
        failed("the disk has not got there");
        return;
      }
      read = Arrays.copyOf(records, length);
      flushLater.run();
    }

    @Override
    public void failed(String reason) {
      // The follower is told by the link's end. It asks again, and gets a partition sync.
      onUnreadable.run();
      link.close();
    }
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

  /** Whether it has to begin anew: the link is dead, or was closed. */
  boolean isLost() {
    return link.isBroken();
  }
}
