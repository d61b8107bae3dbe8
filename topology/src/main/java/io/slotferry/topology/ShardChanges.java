package io.slotferry.topology;

import static io.slotferry.topology.Refusals.noNode;
import static io.slotferry.topology.Refusals.noShard;
import static io.slotferry.topology.Refusals.otherEpoch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The changes of nodes, shards and their copies. */
final class ShardChanges {
  private final MapDraft draft;

  ShardChanges(MapDraft draft) {
    this.draft = draft;
  }

  @Nullable String putNode(Node node) {
    if (node.id().isBlank()) {
      return "a node needs an id";
    }
    draft.nodes.put(node.id(), node);
    return null;
  }

  @Nullable String removeNode(String id) {
    if (!draft.nodes.containsKey(id)) {
      return noNode(id);
    }
    Shard shard = draft.shardOn(id);
    if (shard != null) {
      return "node %s carries a copy of shard %d".formatted(id, shard.id());
    }
    draft.nodes.remove(id);
    return null;
  }

  @Nullable String createCluster(List<MapChange.ShardPlacement> placements) {
    if (!draft.shards.isEmpty()) {
      return "the cluster is created already";
    }
    if (placements.isEmpty() || placements.size() > Slots.COUNT) {
      return "a cluster starts with 1 to %d shards".formatted(Slots.COUNT);
    }
    for (MapChange.ShardPlacement placement : placements) {
      String refusal = place(placement);
      if (refusal != null) {
        return refusal;
      }
    }
    draft.slotOwners = spreadSlots();
    draft.keyspaces.put(
        0,
        new Keyspace(
            0,
            "0",
            Partitioning.HASH,
            KeyOrder.BYTES,
            Durability.ASYNC,
            draft.nextTablet,
            List.of()));
    return null;
  }

  /** In ranges that differ by one slot at most, with the boundaries that redis-cli chooses. */
  private int[] spreadSlots() {
    int[] owners = new int[Slots.COUNT];
    int count = draft.shards.size();
    int from = 0;
    int index = 0;
    for (int shard : draft.shards.keySet()) {
      index++;
      int to = (2 * index * Slots.COUNT + count) / (2 * count);
      Arrays.fill(owners, from, to, shard);
      from = to;
    }
    return owners;
  }

  @Nullable String createShard(MapChange.ShardPlacement placement) {
    return draft.shards.isEmpty() ? "the cluster is not created yet" : place(placement);
  }

  private @Nullable String place(MapChange.ShardPlacement placement) {
    int id = placement.shard();
    if (id < 1) {
      return "%d is no shard id: they start at 1".formatted(id);
    }
    if (draft.shards.containsKey(id)) {
      return "shard %d exists already".formatted(id);
    }
    Set<String> copies = new HashSet<>();
    List<String> wanted = new ArrayList<>(placement.replicas());
    wanted.addFirst(placement.leader());
    for (String node : wanted) {
      String refusal = notFreeForCopy(node);
      if (refusal != null) {
        return refusal;
      }
      if (!copies.add(node)) {
        return "node %s is named twice for shard %d".formatted(node, id);
      }
    }
    draft.shards.put(
        id,
        new Shard(
            id,
            placement.leader(),
            0,
            placement.replicas(),
            Set.of(placement.leader()),
            0,
            0,
            false,
            null,
            0));
    return null;
  }

  @Nullable String removeShard(int id) {
    Shard shard = draft.shards.get(id);
    if (shard == null) {
      return noShard(id);
    }
    if (ownsPartition(id)) {
      return "shard %d still owns partitions".formatted(id);
    }
    if (draft.notDraining(id).isEmpty()) {
      return "all shards but shard %d are draining".formatted(id);
    }
    for (Move move : draft.moves.values()) {
      if (move.from() == id || move.to() == id) {
        return "shard %d takes part in move %d".formatted(id, move.id());
      }
    }
    draft.shards.remove(id);
    draft.retiredEpoch = Math.max(draft.retiredEpoch, shard.epoch());
    return null;
  }

  private boolean ownsPartition(int shard) {
    for (int owner : draft.slotOwners) {
      if (owner == shard) {
        return true;
      }
    }
    for (Keyspace keyspace : draft.keyspaces.values()) {
      for (Tablet tablet : keyspace.tablets()) {
        if (tablet.shard() == shard) {
          return true;
        }
      }
    }
    return false;
  }

  @Nullable String setDraining(int id, boolean draining) {
    Shard shard = draft.shards.get(id);
    if (shard == null) {
      return noShard(id);
    }
    if (draining && draft.notDraining(id).isEmpty()) {
      return "no other shard could take what shard %d owns".formatted(id);
    }
    draft.shards.put(id, shard.withDraining(draining));
    return null;
  }

  @Nullable String addReplica(int id, String node) {
    Shard shard = draft.shards.get(id);
    if (shard == null) {
      return noShard(id);
    }
    String refusal = notFreeForCopy(node);
    if (refusal != null) {
      return refusal;
    }
    List<String> replicas = new ArrayList<>(shard.replicas());
    replicas.add(node);
    draft.shards.put(id, shard.withReplicas(replicas));
    return null;
  }

  @Nullable String removeReplica(int id, String node) {
    Shard shard = draft.shards.get(id);
    if (shard == null) {
      return noShard(id);
    }
    if (shard.leader().equals(node)) {
      return "node %s leads shard %d".formatted(node, id);
    }
    if (!shard.replicas().contains(node)) {
      return "node %s carries no copy of shard %d".formatted(node, id);
    }
    List<String> replicas = new ArrayList<>(shard.replicas());
    replicas.remove(node);
    Set<String> inSync = without(shard.inSync(), node);
    draft.shards.put(id, shard.withReplicas(replicas).withInSync(inSync, shard.inSyncRevision()));
    return null;
  }

  @Nullable String promote(MapChange.Promote change) {
    Shard shard = draft.shards.get(change.shard());
    String node = change.node();
    if (shard == null) {
      return noShard(change.shard());
    }
    if (shard.epoch() != change.expectedEpoch()) {
      return otherEpoch(shard, change.expectedEpoch());
    }
    if (!shard.hasCopyOn(node)) {
      return "node %s carries no copy of shard %d".formatted(node, shard.id());
    }
    if (shard.epoch() > 0 && !shard.inSync().contains(node)) {
      return "node %s is not in the in-sync set of shard %d".formatted(node, shard.id());
    }
    if (change.keepOldLeaderInSync() && !node.equals(shard.successor())) {
      return "node %s is not the chosen successor of shard %d's leader".formatted(node, shard.id());
    }
    draft.shards.put(shard.id(), promoted(shard, change));
    return null;
  }

  private Shard promoted(Shard shard, MapChange.Promote change) {
    String node = change.node();
    List<String> replicas = new ArrayList<>(shard.replicas());
    Set<String> inSync = shard.inSync();
    if (!shard.leader().equals(node)) {
      replicas.remove(node);
      replicas.add(shard.leader());
      if (!change.keepOldLeaderInSync()) {
        inSync = without(inSync, shard.leader());
      }
    }
    long epoch = shard.epoch() == 0 ? draft.retiredEpoch + 1 : shard.epoch() + 1;
    return new Shard(
        shard.id(),
        node,
        change.incarnation(),
        replicas,
        shard.epoch() == 0 ? Set.of(node) : inSync,
        0,
        epoch,
        shard.draining(),
        null,
        0);
  }

  @Nullable String setInSync(MapChange.SetInSync change) {
    Shard shard = draft.shards.get(change.shard());
    if (shard == null) {
      return noShard(change.shard());
    }
    if (shard.epoch() != change.expectedEpoch()) {
      return otherEpoch(shard, change.expectedEpoch());
    }
    if (change.revision() <= shard.inSyncRevision()) {
      return "revision %d of the in-sync set of shard %d is overtaken by revision %d"
          .formatted(change.revision(), shard.id(), shard.inSyncRevision());
    }
    if (!change.inSync().contains(shard.leader())) {
      return "the in-sync set of shard %d must contain its leader %s"
          .formatted(shard.id(), shard.leader());
    }
    for (String node : change.inSync()) {
      if (!shard.hasCopyOn(node)) {
        return "node %s carries no copy of shard %d".formatted(node, shard.id());
      }
    }
    draft.shards.put(shard.id(), shard.withInSync(change.inSync(), change.revision()));
    return null;
  }

  @Nullable String setSuccessor(MapChange.SetSuccessor change) {
    Shard shard = draft.shards.get(change.shard());
    String node = change.node();
    if (shard == null) {
      return noShard(change.shard());
    }
    if (shard.epoch() != change.expectedEpoch()) {
      return otherEpoch(shard, change.expectedEpoch());
    }
    if (node != null && node.equals(shard.leader())) {
      return "node %s leads shard %d already".formatted(node, shard.id());
    }
    if (node != null && !shard.inSync().contains(node)) {
      return "node %s is not in the in-sync set of shard %d".formatted(node, shard.id());
    }
    draft.shards.put(shard.id(), shard.withSuccessor(node, node == null ? 0 : draft.version));
    return null;
  }

  private static Set<String> without(Set<String> nodes, String node) {
    Set<String> rest = new TreeSet<>(nodes);
    rest.remove(node);
    return rest;
  }

  private @Nullable String notFreeForCopy(String id) {
    Node node = draft.nodes.get(id);
    if (node == null) {
      return noNode(id);
    }
    if (!node.roles().contains(Role.SHARD) && !node.roles().contains(Role.REPLICA)) {
      return "node %s has neither the shard nor the replica role".formatted(id);
    }
    Shard shard = draft.shardOn(id);
    return shard == null
        ? null
        : "node %s carries a copy of shard %d already".formatted(id, shard.id());
  }
}
