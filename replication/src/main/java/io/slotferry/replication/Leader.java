package io.slotferry.replication;

import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.replication.walk.PartitionWalk;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A shard copy in the leader's role: it feeds its followers, knows who has processed what, and
 * answers WAIT. Sans-IO: frames leave through the {@link Outbox}, time is an argument. Thread: the
 * loop that owns the copy.
 */
public final class Leader {
  /** Acknowledgements are asked for this often, as Redis' replicas send them each second. */
  static final long ACK_REQUEST_MILLIS = 1_000;

  /** As often while somebody waits: a replica does not tell by itself that its disk has more. */
  static final long ACK_REQUEST_WAITING_MILLIS = 100;

  static final int WAITS_MAX = 100_000;

  /** A follower unheard of for this long is no longer counted in sync. */
  static final long FOLLOWER_SILENCE_MILLIS_MAX = 3_000;

  /** A follower further behind than this, bytes, is not taken into the in-sync set. */
  static final long IN_SYNC_LAG_BYTES_MAX = 1 << 20;

  private final long epoch;
  private final String node;
  private final ReplicationLog log;
  private final PartitionStore store;
  private final Outbox outbox;
  private final Runnable flushLater;
  private final Map<String, FollowerSession> sessions = new HashMap<>();

  /** Followers whose part of the log the disk did not give: with their next FOLLOW they sync. */
  private final Set<String> unreadable = new HashSet<>();

  private final List<ReplicaWait> waits = new ArrayList<>();
  private final long sinceMillis;
  private long lastAckRequestMillis;
  private long ackWantedOffset;

  /**
   * @param flushLater has {@link #pump} called at the end of the turn
   */
  Leader(
      long epoch,
      String node,
      ReplicationLog log,
      PartitionStore store,
      Outbox outbox,
      Runnable flushLater,
      long nowMillis) {
    this.epoch = epoch;
    this.node = node;
    this.log = log;
    this.store = store;
    this.outbox = outbox;
    this.flushLater = flushLater;
    this.sinceMillis = nowMillis;
  }

  // ---- followers

  /** A follower asks for the stream: decides between partial and full resynchronisation. */
  void follow(FollowRequest request, long nowMillis) {
    FollowerSession known = sessions.get(request.node());
    if (request.epoch() != epoch || (known != null && known.session() >= request.session())) {
      return;
    }
    FollowerSession session =
        new FollowerSession(
            request,
            node,
            log,
            outbox,
            flushLater,
            () -> unreadable.add(request.node()),
            nowMillis);
    sessions.put(request.node(), session);
    if (canContinue(request)) {
      session.begin(request.offset(), resumedWalk(request), nowMillis);
    } else {
      session.begin(log.endOffset(), new PartitionWalk(store, null), nowMillis);
    }
    unreadable.remove(request.node());
    session.pump(nowMillis);
  }

  /** Redis' PSYNC2 rule: the same history, or the one before up to where it was left. */
  private boolean canContinue(FollowRequest request) {
    long offset = request.offset();
    long first =
        unreadable.contains(request.node()) ? log.firstOffsetInMemory() : log.firstOffset();
    if (offset < first || offset > log.endOffset()) {
      return false;
    }
    if (request.replicationId().equals(log.replicationId())) {
      return true;
    }
    // A sync that another leader began cannot be finished here: hash order is the same everywhere,
    // but partitions may have come and gone since.
    return !request.isSyncing()
        && request.replicationId().equals(log.secondaryId())
        && offset <= log.secondaryUntil();
  }

  private @Nullable PartitionWalk resumedWalk(FollowRequest request) {
    if (!request.isSyncing()) {
      return null;
    }
    PartitionWalk walk = new PartitionWalk(store, null);
    walk.goTo(request.walkPartition(), request.walkHash());
    return walk;
  }

  /** A frame of a follower's stream. */
  void received(String follower, long session, WireReader in, long nowMillis) {
    FollowerSession known = sessions.get(follower);
    if (known == null || known.session() != session) {
      return;
    }
    known.link().receive(in, nowMillis);
    pump(known, nowMillis);
    settleWaits(nowMillis);
  }

  /**
   * Answers followers that have asked how fresh they are. To be called only while everything that
   * anybody is answered about the shard's partitions comes from this very log: the lease runs, no
   * partition is on its way elsewhere, no other copy is about to lead.
   *
   * @param mapVersion of the map that says which partitions these are
   */
  void answerFreshness(long mapVersion, long nowMillis) {
    for (FollowerSession session : sessions.values()) {
      session.answerFreshness(mapVersion, nowMillis);
    }
  }

  /** Sends what the log has gained, as far as the windows allow; once a loop turn. */
  void pump(long nowMillis) {
    for (FollowerSession session : sessions.values()) {
      pump(session, nowMillis);
    }
  }

  private void pump(FollowerSession session, long nowMillis) {
    session.pump(nowMillis);
    session.askForAck(ackWantedOffset, nowMillis);
  }

  /** Acknowledgements of everything before {@code offset} are asked for as soon as it was sent. */
  void wantAcks(long offset) {
    ackWantedOffset = Math.max(ackWantedOffset, offset);
  }

  /** Retransmission, dead links, acknowledgements, WAIT's timeouts. */
  void tick(long nowMillis) {
    long everyMillis = waits.isEmpty() ? ACK_REQUEST_MILLIS : ACK_REQUEST_WAITING_MILLIS;
    boolean askForAcks = nowMillis - lastAckRequestMillis >= everyMillis;
    if (askForAcks) {
      lastAckRequestMillis = nowMillis;
    }
    for (Iterator<FollowerSession> all = sessions.values().iterator(); all.hasNext(); ) {
      FollowerSession session = all.next();
      if (askForAcks) {
        session.askForAck(nowMillis);
      }
      session.link().tick(nowMillis);
      if (session.isLost()) {
        all.remove();
      } else {
        pump(session, nowMillis);
      }
    }
    settleWaits(nowMillis);
  }

  /** Drops the streams of nodes that are no longer this shard's replicas. */
  void keepOnly(Collection<String> replicas) {
    sessions.keySet().retainAll(replicas);
  }

  /**
   * The nodes, this one included, that answer and hold all that was promised; they are told.
   *
   * @param before those that were in sync so far
   * @param promised all have to have the log up to here; one that was in sync has, unless it has
   *     started anew
   * @param overdue who has not applied everything before this offset is not in sync
   */
  Set<String> inSync(
      Collection<String> replicas,
      Set<String> before,
      long promised,
      long overdue,
      long nowMillis) {
    Set<String> inSync = new HashSet<>();
    inSync.add(node);
    for (String replica : replicas) {
      FollowerSession session = sessions.get(replica);
      boolean member = before.contains(replica);
      boolean in =
          session == null
              ? member && overdue == 0 && isExpected(nowMillis)
              : keepsUp(session, overdue, nowMillis)
                  && session.appliedOffset() >= promised
                  && (member || isClose(session));
      if (in) {
        inSync.add(replica);
        if (session != null) {
          session.tellInSync(nowMillis);
        }
      }
    }
    return inSync;
  }

  /** Those that may soon be in sync, beside {@code inSync}. */
  Set<String> joining(
      Collection<String> replicas, Set<String> inSync, long overdue, long nowMillis) {
    Set<String> joining = new HashSet<>();
    for (String replica : replicas) {
      FollowerSession session = sessions.get(replica);
      if (session != null
          && !inSync.contains(replica)
          && keepsUp(session, overdue, nowMillis)
          && isClose(session)) {
        joining.add(replica);
      }
    }
    return joining;
  }

  /** A follower of the leader before this one finds its way here within this time. */
  private boolean isExpected(long nowMillis) {
    return nowMillis - sinceMillis < FOLLOWER_SILENCE_MILLIS_MAX;
  }

  private static boolean keepsUp(FollowerSession session, long overdue, long nowMillis) {
    return session.isStreaming()
        && !session.isLeaving()
        && session.appliedOffset() >= overdue
        && nowMillis - session.lastAckMillis() < FOLLOWER_SILENCE_MILLIS_MAX;
  }

  private boolean isClose(FollowerSession session) {
    return log.endOffset() - session.appliedOffset() <= IN_SYNC_LAG_BYTES_MAX;
  }

  /** How much of the log all of {@code nodes} have applied. */
  long appliedByAll(Set<String> nodes) {
    long offset = log.endOffset();
    for (String each : nodes) {
      if (!each.equals(node)) {
        FollowerSession session = sessions.get(each);
        offset = Math.min(offset, session == null ? 0 : session.appliedOffset());
      }
    }
    return offset;
  }

  Collection<FollowerSession> sessions() {
    return sessions.values();
  }

  List<FollowerStatus> followers(long nowMillis) {
    List<FollowerStatus> followers = new ArrayList<>(sessions.size());
    for (FollowerSession session : sessions.values()) {
      followers.add(
          new FollowerStatus(
              session.node(),
              session.isStreaming(),
              session.appliedOffset(),
              nowMillis - session.lastAckMillis()));
    }
    return followers;
  }

  long epoch() {
    return epoch;
  }

  void askForAcks(long nowMillis) {
    for (FollowerSession session : sessions.values()) {
      session.askForAck(nowMillis);
    }
  }

  // ---- WAIT, WAITAOF

  /** How many followers have applied everything before {@code offset}. */
  int appliedBy(long offset) {
    int count = 0;
    for (FollowerSession session : sessions.values()) {
      if (session.appliedOffset() >= offset) {
        count++;
      }
    }
    return count;
  }

  /** How many followers have everything before {@code offset} on disk. */
  private int fsyncedBy(long offset) {
    int count = 0;
    for (FollowerSession session : sessions.values()) {
      if (session.fsyncedOffset() >= offset) {
        count++;
      }
    }
    return count;
  }

  private int replicasOf(ReplicaWait wait) {
    return wait.onDisk() ? fsyncedBy(wait.offset()) : appliedBy(wait.offset());
  }

  private int leadersOf(ReplicaWait wait) {
    return wait.onDisk() && log.fsyncedOffset() >= wait.offset() ? 1 : 0;
  }

  /** Answers a WAIT that need not wait, or may not; false when it waits now. */
  boolean answers(ReplicaWait wait, boolean mayWait, ReplyWriter reply, long nowMillis) {
    int leaders = leadersOf(wait);
    int replicas = replicasOf(wait);
    if (!mayWait || wait.isMet(leaders, replicas) || waits.size() >= WAITS_MAX) {
      wait.write(leaders, replicas, reply);
      return true;
    }
    waits.add(wait);
    if (wait.leaders() > 0) {
      log.force(wait.offset());
    }
    pump(nowMillis);
    askForAcks(nowMillis);
    return false;
  }

  int waiting() {
    return waits.size();
  }

  /** Answers those that have, or whose time is over. */
  void settleWaits(long nowMillis) {
    for (Iterator<ReplicaWait> all = waits.iterator(); all.hasNext(); ) {
      ReplicaWait wait = all.next();
      int leaders = leadersOf(wait);
      int replicas = replicasOf(wait);
      if (wait.isMet(leaders, replicas) || nowMillis >= wait.deadlineMillis()) {
        all.remove();
        wait.answer(leaders, replicas);
      }
    }
  }

  /** The role ends: whoever waits is answered with what is known. */
  void end() {
    for (ReplicaWait wait : waits) {
      wait.answer(leadersOf(wait), replicasOf(wait));
    }
    waits.clear();
    sessions.clear();
  }
}
