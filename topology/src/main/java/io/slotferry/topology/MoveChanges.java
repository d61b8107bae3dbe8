package io.slotferry.topology;

import static io.slotferry.topology.MapDraft.ascending;
import static io.slotferry.topology.MapDraft.contains;
import static io.slotferry.topology.Refusals.inMove;
import static io.slotferry.topology.Refusals.inState;
import static io.slotferry.topology.Refusals.noMove;
import static io.slotferry.topology.Refusals.noOperation;
import static io.slotferry.topology.Refusals.noPartition;
import static io.slotferry.topology.Refusals.noShard;
import static io.slotferry.topology.Refusals.otherEpoch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The changes of moves, and the ownership that a commit changes. */
final class MoveChanges {
  private final MapDraft draft;

  MoveChanges(MapDraft draft) {
    this.draft = draft;
  }

  @Nullable String beginMove(MapChange.BeginMove change) {
    Operation operation = draft.operations.get(change.operation());
    if (operation == null) {
      return noOperation(change.operation());
    }
    if (operation.state() != Operation.State.RUNNING) {
      return inState(operation);
    }
    int[] partitions = ascending(change.partitions());
    String refusal = badMove(change.from(), change.to(), partitions);
    if (refusal != null) {
      return refusal;
    }
    draft.moves.put(
        draft.version,
        new Move(draft.version, operation.id(), change.from(), change.to(), partitions));
    return null;
  }

  private @Nullable String badMove(int from, int to, int[] partitions) {
    Shard target = draft.shards.get(to);
    if (!draft.shards.containsKey(from) || target == null) {
      return noShard(target == null ? to : from);
    }
    if (from == to) {
      return "shard %d cannot move partitions to itself".formatted(from);
    }
    if (target.draining()) {
      return "shard %d is draining".formatted(to);
    }
    if (partitions.length == 0) {
      return "a move needs a partition";
    }
    for (int partition : partitions) {
      int owner = draft.ownerOf(partition);
      if (owner != from) {
        return owner == ClusterMap.NO_SHARD
            ? noPartition(partition)
            : "partition %d belongs to shard %d, not %d".formatted(partition, owner, from);
      }
      Move move = draft.moveOf(partition);
      if (move != null) {
        return inMove(partition, move);
      }
    }
    return null;
  }

  @Nullable String commitMove(MapChange.CommitMove change) {
    Move move = draft.moves.get(change.move());
    if (move == null) {
      return noMove(change.move());
    }
    Shard from = draft.shards.get(move.from());
    Shard to = draft.shards.get(move.to());
    if (from == null || to == null) {
      throw new IllegalStateException("move " + move.id() + " outlived a shard of its own");
    }
    if (from.epoch() != change.fromEpoch()) {
      return otherEpoch(from, change.fromEpoch());
    }
    if (to.epoch() != change.toEpoch()) {
      return otherEpoch(to, change.toEpoch());
    }
    int[] committed = ascending(change.partitions());
    if (committed.length == 0) {
      return "a move needs a partition";
    }
    for (int partition : committed) {
      if (!contains(move.partitions(), partition)) {
        return "partition %d is not in move %d".formatted(partition, move.id());
      }
    }
    commit(move, committed);
    return null;
  }

  @Nullable String cancelMove(long id) {
    return draft.moves.remove(id) == null ? noMove(id) : null;
  }

  private void commit(Move move, int[] committed) {
    setOwner(committed, move.to());
    int[] rest =
        Arrays.stream(move.partitions()).filter(each -> !contains(committed, each)).toArray();
    if (rest.length == 0) {
      draft.moves.remove(move.id());
    } else {
      draft.moves.put(move.id(), move.withPartitions(rest));
    }
    Operation operation = draft.operations.get(move.operation());
    if (operation != null) {
      int done = operation.done() + committed.length;
      draft.operations.put(operation.id(), operation.withProgress(operation.total(), done));
    }
  }

  private void setOwner(int[] partitions, int shard) {
    draft.slotOwners = draft.slotOwners.clone();
    for (int partition : partitions) {
      if (partition < Slots.COUNT) {
        draft.slotOwners[partition] = shard;
      }
    }
    for (Keyspace keyspace : List.copyOf(draft.keyspaces.values())) {
      List<Tablet> tablets = new ArrayList<>(keyspace.tablets());
      tablets.replaceAll(
          tablet -> contains(partitions, tablet.partition()) ? tablet.withShard(shard) : tablet);
      draft.keyspaces.put(keyspace.number(), keyspace.withTablets(tablets));
    }
  }
}
