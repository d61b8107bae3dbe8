package io.slotferry.topology;

import static io.slotferry.topology.MapDraft.ascending;
import static io.slotferry.topology.Refusals.inState;
import static io.slotferry.topology.Refusals.noOperation;
import static io.slotferry.topology.Refusals.noPartition;
import static io.slotferry.topology.Refusals.noShard;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The changes of operations. */
final class OperationChanges {
  private final MapDraft draft;

  OperationChanges(MapDraft draft) {
    this.draft = draft;
  }

  @Nullable String beginOperation(MapChange.BeginOperation change) {
    if (change.state() != Operation.State.RUNNING
        && change.state() != Operation.State.WAITING_FOR_NODE) {
      return "an operation begins running or waiting";
    }
    String refusal =
        switch (change.kind()) {
          case ADD_SHARD, REBALANCE -> null;
          case REMOVE_SHARD -> notRemovable(change.shard());
          case MOVE -> "a move must name its partitions";
        };
    return refusal != null
        ? refusal
        : begin(
            change.kind(),
            change.state(),
            change.shard(),
            change.objective(),
            new int[0],
            change.nowMillis(),
            change.detail());
  }

  @Nullable String movePartitions(MapChange.MovePartitions change) {
    Shard target = draft.shards.get(change.to());
    if (target == null) {
      return noShard(change.to());
    }
    if (target.draining()) {
      return "shard %d is draining".formatted(change.to());
    }
    int[] partitions = ascending(change.partitions());
    if (partitions.length == 0) {
      return "a move needs a partition";
    }
    for (int partition : partitions) {
      if (draft.ownerOf(partition) == ClusterMap.NO_SHARD) {
        return noPartition(partition);
      }
    }
    return begin(
        Operation.Kind.MOVE,
        Operation.State.RUNNING,
        change.to(),
        Objective.SLOTS,
        partitions,
        change.nowMillis(),
        "");
  }

  private @Nullable String begin(
      Operation.Kind kind,
      Operation.State state,
      int shard,
      Objective objective,
      int[] partitions,
      long nowMillis,
      String detail) {
    if (draft.shards.isEmpty()) {
      return "the cluster is not created yet";
    }
    if (draft.operations.values().stream().filter(each -> !each.ended()).count()
        >= Operation.OPEN_MAX) {
      return "%d operations are under way already".formatted(Operation.OPEN_MAX);
    }
    draft.operations.put(
        draft.version,
        new Operation(
            draft.version, kind, state, shard, objective, partitions, 0, 0, nowMillis, 0, detail));
    return null;
  }

  private @Nullable String notRemovable(int shard) {
    if (!draft.shards.containsKey(shard)) {
      return noShard(shard);
    }
    List<Integer> staying = draft.notDraining(shard);
    for (Operation operation : draft.operations.values()) {
      if (operation.ended()) {
        continue;
      }
      if (operation.shard() == shard && operation.kind() != Operation.Kind.REBALANCE) {
        return "operation %d on shard %d is under way".formatted(operation.id(), shard);
      }
      if (operation.kind() == Operation.Kind.REMOVE_SHARD) {
        staying.removeIf(id -> id == operation.shard());
      }
    }
    return staying.isEmpty()
        ? "shard %d is the last one: its data would have no place to go".formatted(shard)
        : null;
  }

  @Nullable String updateOperation(MapChange.UpdateOperation change) {
    Operation operation = draft.operations.get(change.operation());
    if (operation == null) {
      return noOperation(change.operation());
    }
    if (operation.ended() || operation.state() == Operation.State.PAUSED) {
      return inState(operation);
    }
    if (change.state() == Operation.State.PAUSED) {
      return "an operation is paused by its own change";
    }
    int total = change.total() == MapChange.KEPT ? operation.total() : change.total();
    int done = change.done() == MapChange.KEPT ? operation.done() : change.done();
    int shard = change.shard() == null ? operation.shard() : change.shard();
    String detail = change.detail() == null ? operation.detail() : change.detail();
    Operation updated =
        operation.withShard(shard).withProgress(total, done).withState(change.state(), detail);
    draft.operations.put(operation.id(), updated);
    if (change.state().ended()) {
      end(updated, change.nowMillis());
    }
    return null;
  }

  @Nullable String pauseOperation(long id, boolean paused) {
    Operation operation = draft.operations.get(id);
    if (operation == null) {
      return noOperation(id);
    }
    boolean isPaused = operation.state() == Operation.State.PAUSED;
    if (operation.ended() || paused == isPaused) {
      return inState(operation);
    }
    boolean waits = operation.kind() == Operation.Kind.ADD_SHARD && operation.shard() == 0;
    Operation.State resumed = waits ? Operation.State.WAITING_FOR_NODE : Operation.State.RUNNING;
    draft.operations.put(
        id, operation.withState(paused ? Operation.State.PAUSED : resumed, operation.detail()));
    draft.moves.values().removeIf(move -> move.operation() == id);
    return null;
  }

  @Nullable String cancelOperation(long id, long nowMillis) {
    Operation operation = draft.operations.get(id);
    if (operation == null) {
      return noOperation(id);
    }
    if (operation.ended()) {
      return inState(operation);
    }
    end(operation.withState(Operation.State.CANCELLED, operation.detail()), nowMillis);
    return null;
  }

  /** Its moves end with it, and a shard that was to leave and did not is an ordinary one again. */
  private void end(Operation operation, long nowMillis) {
    draft.operations.put(operation.id(), operation.endedAt(nowMillis));
    draft.moves.values().removeIf(move -> move.operation() == operation.id());
    Shard shard = draft.shards.get(operation.shard());
    if (operation.kind() == Operation.Kind.REMOVE_SHARD && shard != null) {
      draft.shards.put(shard.id(), shard.withDraining(false));
    }
    long ended = draft.operations.values().stream().filter(Operation::ended).count();
    for (Operation each : List.copyOf(draft.operations.values())) {
      if (each.ended() && ended > Operation.ENDED_KEPT) {
        draft.operations.remove(each.id());
        ended--;
      }
    }
  }
}
