package io.slotferry.replication;

import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.LogRecords;
import io.slotferry.replication.walk.PartitionWalk;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Move;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.MoveTally;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The source's side of a move: partition sync to the target's leader while writes go on, then the
 * hand-over. Sans-IO. Thread: the loop that owns the copy.
 *
 * <pre>
 *   OPENING ── MOVE_READY ──► COPYING ── the walk is complete, little is on the way ──► FROZEN
 *      ▲                         │                                                        │ FENCED
 *      │                         │ dead link, new epoch of the target                     ▼
 *      └─────────────────────────┴──── refused, and the map still has the move ────── COMMITTING
 *                                                                                         │
 *                          the map names the new owner: the waiting commands go there ◄───┘
 * </pre>
 *
 * From FROZEN on, commands on the moved partitions wait. They go on here only while it is certain
 * that no commit is on its way: once one was proposed, the map alone decides.
 */
final class MoveSource {
  static final long OPEN_AGAIN_MILLIS = 500;

  /** Longest wait for the target's answer to the fence before the commands go on here. */
  static final long FREEZE_MILLIS_MAX = 1_000;

  static final long PROPOSE_AGAIN_MILLIS = 200;

  /** Effects that wait for the link, bytes, beyond which the writers of the partitions wait. */
  static final int PENDING_BYTES_MAX = 8 << 20;

  /** With no more than this under way, bytes, the rest takes a moment: time to freeze. */
  static final int FREEZE_BYTES_MAX = 64 << 10;

  private static final int CHUNK_BYTES_MAX = 32 << 10;

  /**
   * So much is on its way at most. With more the target's loop would have chunks to take all the
   * time: it looks at its clients' sockets only when it has done what other loops have given it.
   * But a chunk more than what the target acknowledges at once, as it counts without headers: of
   * anything less the acknowledgement would come late, and the move would stand still until then.
   */
  private static final int WINDOW_BYTES = FrameLink.UNANSWERED_BYTES_MAX + CHUNK_BYTES_MAX;

  private static final long NOT_FROZEN = Long.MIN_VALUE;

  private enum State {
    OPENING,
    COPYING,
    FROZEN,
    COMMITTING
  }

  private final Move move;
  private final BitSet partitions = new BitSet();
  private final String node;
  private final PartitionStore store;
  private final Outbox outbox;
  private final MapProposals proposals;
  private final MoveBudget budget;
  private final LoopTurns turns;
  private final Runnable released;
  private final WireWriter message = new WireWriter();
  private final WireWriter effects = new WireWriter();

  /** Of the effects, those that the target holds until a large value has arrived, bytes. */
  private int heldThereBytes;

  private long bytesSent;

  /** Since when commands wait for the hand-over. */
  private long frozenMillis = NOT_FROZEN;

  private long heldMillisMax;
  private State state = State.OPENING;
  private PartitionWalk walk;
  private long nextSession;
  private long session;
  private @Nullable StreamLink link;
  private String targetNode = "";
  private long targetEpoch;
  private long ownEpoch;
  private long mapVersion;
  private long sinceMillis;
  private long fence;
  private boolean proposalOpen;
  private long refusedAtVersion;

  /**
   * @param firstSession larger than any session number this node ever used
   * @param released called when waiting commands may go on (here or elsewhere)
   */
  MoveSource(
      Move move,
      String node,
      long firstSession,
      PartitionStore store,
      Outbox outbox,
      MapProposals proposals,
      MoveBudget budget,
      LoopTurns turns,
      Runnable released) {
    this.move = move;
    this.node = node;
    this.nextSession = firstSession;
    this.store = store;
    this.outbox = outbox;
    this.proposals = proposals;
    this.budget = budget;
    this.turns = turns;
    this.released = released;
    for (int partition : move.partitions()) {
      partitions.set(partition);
    }
    this.walk = new PartitionWalk(store, partitions);
  }

  /** The map, at the start and after each change. The caller drops this when the move is gone. */
  void mapIs(ClusterMap map, long nowMillis) {
    Shard source = map.shard(move.from());
    Shard target = map.shard(move.to());
    if (source == null || target == null) {
      return;
    }
    boolean sameTarget = target.leader().equals(targetNode) && target.epoch() == targetEpoch;
    ownEpoch = source.epoch();
    mapVersion = map.version();
    targetNode = target.leader();
    targetEpoch = target.epoch();
    boolean refused = refusedAtVersion != 0 && map.version() >= refusedAtVersion;
    if ((!sameTarget && state != State.COMMITTING) || refused || link == null) {
      open(nowMillis);
    }
  }

  /** Begins anew with an empty target. */
  private void open(long nowMillis) {
    boolean held = state == State.FROZEN || state == State.COMMITTING || isCongested();
    thaw(nowMillis);
    state = State.OPENING;
    sinceMillis = nowMillis;
    proposalOpen = false;
    refusedAtVersion = 0;
    effects.clear();
    heldThereBytes = 0;
    walk = new PartitionWalk(store, partitions);
    if (targetEpoch > 0) {
      session = nextSession++;
      link =
          new StreamLink(
              move.id(),
              node,
              targetNode,
              session,
              StreamLink.End.MOVE_SOURCE,
              outbox,
              this::handle);
      MoveOpen open =
          new MoveOpen(
              move.id(), move.from(), move.to(), ownEpoch, targetEpoch, node, session, mapVersion);
      outbox.send(targetNode, CopyFrames.moveOpen(open));
    }
    if (held) {
      released.run();
    }
  }

  boolean concerns(int partition) {
    return partitions.get(partition);
  }

  /** Whether commands on its partitions have to wait. */
  boolean isHolding() {
    return state == State.FROZEN || state == State.COMMITTING || isCongested();
  }

  private boolean isCongested() {
    return effects.size() + heldThereBytes > PENDING_BYTES_MAX;
  }

  /** An effect on one of its partitions was just logged. {@code keyHash} says where its key is. */
  void effect(int keyspace, int partition, int keyHash, Request effect) {
    boolean heldThere = walk.position().freezes(partition, keyHash);
    if (state == State.COPYING && (heldThere || walk.position().covers(partition, keyHash))) {
      int before = effects.size();
      LogRecords.write(effects, keyspace, partition, effect);
      heldThereBytes += heldThere ? effects.size() - before : 0;
      turns.moveOnLater();
    }
  }

  void received(String from, long ofSession, WireReader in, long nowMillis) {
    StreamLink link = this.link;
    if (link == null || ofSession != session || !from.equals(targetNode)) {
      return;
    }
    link.receive(in, nowMillis);
    if (state == State.COPYING) {
      // Not at once: two loops of a process that answer each other would not look at their sockets.
      turns.moveOnLater();
    }
  }

  private void handle(WireReader in, long nowMillis) {
    int kind = in.u8();
    if (kind == StreamMessage.MOVE_READY && state == State.OPENING) {
      state = State.COPYING;
      sinceMillis = nowMillis;
    } else if (kind == StreamMessage.FENCED && in.i64() == fence && state == State.FROZEN) {
      state = State.COMMITTING;
      proposeCommit(nowMillis);
    }
  }

  /**
   * Sends what the link and the budget take: effects first, then the walk's next chunks, at last
   * the fence. Whoever calls it ends the budget's turn.
   */
  void pump(long nowMillis) {
    StreamLink link = this.link;
    if (link == null || state != State.COPYING) {
      return;
    }
    boolean congested = isCongested();
    while (link.writable() && link.unacknowledgedBytes() < WINDOW_BYTES) {
      if (effects.size() > 0) {
        sendEffects(link, nowMillis);
      } else if (!budget.allows()) {
        turns.moveOnLater();
        break;
      } else if (!sendChunk(link, nowMillis)) {
        if (link.unacknowledgedBytes() <= FREEZE_BYTES_MAX) {
          freeze(link, nowMillis);
        }
        break;
      }
    }
    if (congested && !isCongested() && state == State.COPYING) {
      released.run();
    }
  }

  private void sendEffects(StreamLink link, long nowMillis) {
    message.clear();
    message.u8(StreamMessage.EFFECTS);
    message.raw(effects.bytes(), 0, effects.size());
    effects.clear();
    sent(message.size());
    link.send(message, nowMillis);
  }

  private boolean sendChunk(StreamLink link, long nowMillis) {
    message.clear();
    message.u8(StreamMessage.CHUNK);
    if (!walk.writeChunk(message, CHUNK_BYTES_MAX, budget.chunkKeysMax())) {
      return false;
    }
    budget.cut();
    if (!walk.position().isFreezing()) {
      heldThereBytes = 0;
    }
    sent(message.size());
    link.send(message, nowMillis);
    return true;
  }

  private void sent(int bytes) {
    bytesSent += bytes;
    budget.sent(bytes);
  }

  private void freeze(StreamLink link, long nowMillis) {
    state = State.FROZEN;
    frozenMillis = nowMillis;
    sinceMillis = nowMillis;
    fence++;
    message.clear();
    message.u8(StreamMessage.FENCE);
    message.i64(fence);
    link.send(message, nowMillis);
  }

  private void thaw(long nowMillis) {
    heldMillisMax = Math.max(heldMillisMax, heldMillis(nowMillis));
    frozenMillis = NOT_FROZEN;
  }

  private long heldMillis(long nowMillis) {
    return frozenMillis == NOT_FROZEN ? 0 : nowMillis - frozenMillis;
  }

  long id() {
    return move.id();
  }

  /** What it has come to so far. */
  MoveTally tally(long nowMillis) {
    long held = heldMillis(nowMillis);
    return new MoveTally(move.operation(), bytesSent, held, Math.max(heldMillisMax, held));
  }

  private void proposeCommit(long nowMillis) {
    sinceMillis = nowMillis;
    proposalOpen = true;
    long ofSession = session;
    proposals.propose(
        new MapChange.CommitMove(move.id(), ownEpoch, targetEpoch, move.partitions()),
        (fate, version) -> {
          if (ofSession == session && state == State.COMMITTING) {
            proposalOpen = false;
            refusedAtVersion = fate == MapProposals.Fate.REFUSED ? version : 0;
          }
        });
  }

  void tick(long nowMillis) {
    StreamLink link = this.link;
    long waited = nowMillis - sinceMillis;
    switch (state) {
      case OPENING -> {
        if (waited >= OPEN_AGAIN_MILLIS) {
          open(nowMillis);
        }
      }
      case COPYING -> {
        if (link == null || link.isBroken()) {
          open(nowMillis);
        }
      }
      case FROZEN -> {
        if (waited >= FREEZE_MILLIS_MAX || link == null || link.isBroken()) {
          open(nowMillis);
        }
      }
      case COMMITTING -> {
        if (refusedAtVersion != 0 && mapVersion >= refusedAtVersion) {
          open(nowMillis);
        } else if (!proposalOpen && refusedAtVersion == 0 && waited >= PROPOSE_AGAIN_MILLIS) {
          proposeCommit(nowMillis);
        }
      }
    }
    if (this.link != null && this.link == link) {
      link.tick(nowMillis);
      pump(nowMillis);
    }
  }
}
