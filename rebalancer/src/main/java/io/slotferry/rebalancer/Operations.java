package io.slotferry.rebalancer;

import io.slotferry.rebalancer.Planner.Batch;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Move;
import io.slotferry.topology.Node;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Carries on what administrators asked for. An operation's whole state is in the map, so that any
 * rebalancer goes on where another stopped:
 *
 * <pre>
 *   ADD_SHARD     WAITING_FOR_NODE ── spare node: RUNNING with an id, CreateShard ──► its leader is
 *                 promoted ── moves until it has its share ──► DONE
 *   REMOVE_SHARD  RUNNING ── SetDraining ── moves until it is empty ── RemoveShard ──► DONE
 *   REBALANCE     RUNNING ── moves until all is even ──► DONE
 *   MOVE          RUNNING ── moves until the partitions are there ──► DONE; target gone: FAILED
 *
 *   any of them   ◄── PAUSED (its moves end, and are planned anew)     ──► CANCELLED
 * </pre>
 *
 * One operation moves partitions at a time, the oldest; those that are paused or wait for a node
 * let the others pass. Moves themselves are driven by the leader of the shard that gives.
 */
final class Operations {
  /** Moves that a shard gives at once. */
  static final int MOVES_PER_SOURCE_MAX = 2;

  /** Moves that a shard takes at once: of three that give, each can give its two. */
  static final int MOVES_PER_TARGET_MAX = 6;

  private static final String NO_NODE = "waits for a free node with the shard role";

  private final Placement placement;

  /** What the running rebalance goes by: an aim that stands still is reached. */
  private Loads goal = Loads.NONE;

  private long goalOf;

  Operations(Placement placement) {
    this.placement = placement;
  }

  /** The loads that a rebalance has begun with, or has now if nobody here knows. */
  private Loads goalOf(long operation, Loads now) {
    if (goalOf != operation) {
      goalOf = operation;
      goal = now;
    }
    return goal;
  }

  /**
   * @param wallMillis milliseconds since 1970, for the operations' times
   */
  void visit(Agenda agenda, Loads loads, long nowMillis, long wallMillis) {
    cancelHopelessMoves(agenda);
    Operation ahead = null;
    for (Operation operation : List.copyOf(agenda.map().operations())) {
      Steps steps = new Steps(agenda, loads, operation.id(), nowMillis, wallMillis);
      switch (operation.state()) {
        case WAITING_FOR_NODE -> steps.placeShard();
        case RUNNING -> {
          if (ahead == null) {
            ahead = operation;
            steps.run();
          } else {
            steps.say("waits for operation " + ahead.id());
          }
        }
        case PAUSED, DONE, CANCELLED, FAILED -> {}
      }
    }
  }

  /** A target that is draining would have to give again what it takes. */
  private static void cancelHopelessMoves(Agenda agenda) {
    for (Move move : List.copyOf(agenda.map().moves())) {
      Shard target = agenda.map().shard(move.to());
      if (target == null || target.draining()) {
        agenda.propose(new MapChange.CancelMove(move.id()));
      }
    }
  }

  /** The next steps of one operation. */
  private final class Steps {
    private final Agenda agenda;
    private final Loads loads;
    private final long id;
    private final long nowMillis;
    private final long wallMillis;

    Steps(Agenda agenda, Loads loads, long id, long nowMillis, long wallMillis) {
      this.agenda = agenda;
      this.loads = loads;
      this.id = id;
      this.nowMillis = nowMillis;
      this.wallMillis = wallMillis;
    }

    void run() {
      switch (operation().kind()) {
        case ADD_SHARD -> addShard();
        case REMOVE_SHARD -> removeShard();
        case REBALANCE -> rebalance();
        case MOVE -> movePartitions();
      }
    }

    // ADD_SHARD

    void placeShard() {
      Node node = placement.spareForShard(agenda.map(), operation().shard(), nowMillis);
      if (node == null) {
        update(Operation.State.WAITING_FOR_NODE, operation().shard(), MapChange.KEPT, NO_NODE);
        return;
      }
      int shard = idFor(node);
      update(Operation.State.RUNNING, shard, MapChange.KEPT, "");
      agenda.propose(
          new MapChange.CreateShard(new MapChange.ShardPlacement(shard, node.id(), List.of())));
    }

    /** The id that was asked for, or the one the node prefers, or the lowest that is free. */
    private int idFor(Node node) {
      if (operation().shard() > 0 && agenda.map().shard(operation().shard()) == null) {
        return operation().shard();
      }
      if (node.preferredShard() > 0 && isFree(node.preferredShard())) {
        return node.preferredShard();
      }
      int shard = 1;
      while (!isFree(shard)) {
        shard++;
      }
      return shard;
    }

    private boolean isFree(int shard) {
      for (Operation each : agenda.map().operations()) {
        if (!each.ended() && each.id() != id && each.shard() == shard) {
          return false;
        }
      }
      return agenda.map().shard(shard) == null;
    }

    private void addShard() {
      Shard shard = agenda.map().shard(operation().shard());
      if (shard == null) {
        placeShard();
      } else if (shard.epoch() == 0) {
        say("waits for shard %d to get its leader".formatted(shard.id()));
      } else if (moved(Planner.fill(agenda.map(), shard.id()))) {
        end(Operation.State.DONE, "");
      }
    }

    // REMOVE_SHARD

    private void removeShard() {
      int id = operation().shard();
      Shard shard = agenda.map().shard(id);
      if (shard == null) {
        end(Operation.State.DONE, "");
      } else if (!shard.draining() && !agenda.propose(new MapChange.SetDraining(id, true))) {
        say("waits for a shard that could take what shard %d owns".formatted(id));
      } else if (moved(Planner.drain(agenda.map(), id))
          && agenda.propose(new MapChange.RemoveShard(id))) {
        end(Operation.State.DONE, "");
      }
    }

    // REBALANCE

    private void rebalance() {
      Objective objective = operation().objective();
      if (objective != Objective.SLOTS && !loads.isComplete(agenda.map())) {
        say("waits for every shard to tell what its partitions hold");
      } else if (moved(Planner.rebalance(agenda.map(), objective, goalOf(id, loads)))) {
        end(Operation.State.DONE, "");
      }
    }

    // MOVE

    private void movePartitions() {
      int to = operation().shard();
      Shard target = agenda.map().shard(to);
      if (target == null || target.draining()) {
        end(Operation.State.FAILED, "shard %d takes no partitions".formatted(to));
        return;
      }
      List<Batch> batches = new ArrayList<>();
      for (Shard from : agenda.map().shards()) {
        if (from.id() != to) {
          batches.addAll(Planner.batches(from.id(), to, atRest(from.id())));
        }
      }
      if (moved(batches)) {
        end(Operation.State.DONE, "");
      }
    }

    private int[] atRest(int shard) {
      ClusterMap map = agenda.map();
      return Arrays.stream(operation().partitions())
          .filter(partition -> map.shardOf(partition) == shard && map.moveOf(partition) == null)
          .toArray();
    }

    // What they share

    private Operation operation() {
      Operation operation = agenda.map().operation(id);
      if (operation == null) {
        throw new IllegalStateException("operation " + id + " left the map while it was open");
      }
      return operation;
    }

    /** Begins what may begin now of {@code batches}; returns true when nothing is left to move. */
    private boolean moved(List<Batch> batches) {
      int left = batches.stream().mapToInt(batch -> batch.partitions().length).sum();
      for (Move move : agenda.map().moves()) {
        left += move.operation() == id ? move.partitions().length : 0;
      }
      int total = operation().done() + left;
      update(operation().state(), operation().shard(), total, "");
      // Whoever gives least comes first: all that have to give do so side by side.
      for (int given = 0; given < MOVES_PER_SOURCE_MAX; given++) {
        for (Batch batch : batches) {
          if (mayBegin(batch, given)) {
            agenda.propose(
                new MapChange.BeginMove(id, batch.from(), batch.to(), batch.partitions()));
          }
        }
      }
      return left == 0;
    }

    /** Whether its source gives so many now, and its target can take one more. */
    private boolean mayBegin(Batch batch, int given) {
      int gives = 0;
      int takes = 0;
      for (Move move : agenda.map().moves()) {
        gives += move.from() == batch.from() ? 1 : 0;
        takes += move.to() == batch.to() ? 1 : 0;
      }
      return gives == given && takes < MOVES_PER_TARGET_MAX;
    }

    void say(String detail) {
      update(operation().state(), operation().shard(), MapChange.KEPT, detail);
    }

    private void end(Operation.State state, String detail) {
      update(state, operation().shard(), MapChange.KEPT, detail);
    }

    /** Proposes only what is news. */
    private void update(Operation.State state, int shard, int total, String detail) {
      Operation now = operation();
      boolean sameTotal = total == MapChange.KEPT || total == now.total();
      if (state != now.state()
          || shard != now.shard()
          || !sameTotal
          || !detail.equals(now.detail())) {
        agenda.propose(
            new MapChange.UpdateOperation(
                id, state, total, MapChange.KEPT, shard, detail, wallMillis));
      }
    }
  }
}
