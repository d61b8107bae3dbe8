package io.slotferry.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The next cluster map while one change is applied. Each change is carried out, or the draft says
 * why not; after a refusal the draft is thrown away, so half of a change is never seen.
 */
final class MapDraft {
  final long version;
  final TreeMap<String, Node> nodes;
  final TreeMap<Integer, Shard> shards;
  final TreeMap<Integer, Keyspace> keyspaces;
  final TreeMap<Long, Move> moves;
  final TreeMap<Long, Operation> operations;

  /** By slot. Shared with the map that the draft was made from: replaced, never written to. */
  int[] slotOwners;

  /** The partition id of the next tablet. */
  int nextTablet;

  /** The highest epoch of any shard that was removed: an id that is used again starts above it. */
  long retiredEpoch;

  /** Immutable: replaced, never changed. */
  ClusterSettings settings = ClusterSettings.INITIAL;

  /** Rules by name. Immutable: replaced, never changed. */
  Map<String, String> users = Map.of();

  /** Immutable: replaced, never changed. */
  Libraries libraries = Libraries.NONE;

  /** The empty map, version 0. */
  MapDraft() {
    this(0, new int[Slots.COUNT], Slots.COUNT, 0);
  }

  /** A map without entries yet, as the codec reads it. */
  MapDraft(long version, int[] slotOwners, int nextTablet, long retiredEpoch) {
    this.version = version;
    this.slotOwners = slotOwners;
    this.nextTablet = nextTablet;
    this.retiredEpoch = retiredEpoch;
    nodes = new TreeMap<>();
    shards = new TreeMap<>();
    keyspaces = new TreeMap<>();
    moves = new TreeMap<>();
    operations = new TreeMap<>();
  }

  /** The successor of {@code map}. */
  MapDraft(ClusterMap map) {
    this(map.version() + 1, map.slotOwners(), map.nextTablet(), map.retiredEpoch());
    map.nodes().forEach(node -> nodes.put(node.id(), node));
    map.shards().forEach(shard -> shards.put(shard.id(), shard));
    map.keyspaces().forEach(keyspace -> keyspaces.put(keyspace.number(), keyspace));
    map.moves().forEach(move -> moves.put(move.id(), move));
    map.operations().forEach(operation -> operations.put(operation.id(), operation));
    settings = map.settings();
    users = map.users();
    libraries = map.libraries();
  }

  /** Returns null when the change is carried out, else why it is refused. */
  @Nullable String apply(MapChange change) {
    ShardChanges shardChanges = new ShardChanges(this);
    KeyspaceChanges keyspaceChanges = new KeyspaceChanges(this);
    MoveChanges moveChanges = new MoveChanges(this);
    OperationChanges operationChanges = new OperationChanges(this);
    AccessChanges accessChanges = new AccessChanges(this);
    return switch (change) {
      case MapChange.PutNode c -> shardChanges.putNode(c.node());
      case MapChange.RemoveNode c -> shardChanges.removeNode(c.id());
      case MapChange.CreateCluster c -> shardChanges.createCluster(c.shards());
      case MapChange.CreateShard c -> shardChanges.createShard(c.placement());
      case MapChange.RemoveShard c -> shardChanges.removeShard(c.shard());
      case MapChange.SetDraining c -> shardChanges.setDraining(c.shard(), c.draining());
      case MapChange.AddReplica c -> shardChanges.addReplica(c.shard(), c.node());
      case MapChange.RemoveReplica c -> shardChanges.removeReplica(c.shard(), c.node());
      case MapChange.Promote c -> shardChanges.promote(c);
      case MapChange.SetInSync c -> shardChanges.setInSync(c);
      case MapChange.SetSuccessor c -> shardChanges.setSuccessor(c);
      case MapChange.CreateKeyspace c -> keyspaceChanges.createKeyspace(c);
      case MapChange.DropKeyspace c -> keyspaceChanges.dropKeyspace(c.number());
      case MapChange.SplitTablet c ->
          keyspaceChanges.splitTablet(c.keyspace(), c.at(), c.automatic());
      case MapChange.MergeTablets c -> keyspaceChanges.mergeTablets(c.keyspace(), c.at());
      case MapChange.BeginMove c -> moveChanges.beginMove(c);
      case MapChange.CommitMove c -> moveChanges.commitMove(c);
      case MapChange.CancelMove c -> moveChanges.cancelMove(c.move());
      case MapChange.BeginOperation c -> operationChanges.beginOperation(c);
      case MapChange.UpdateOperation c -> operationChanges.updateOperation(c);
      case MapChange.MovePartitions c -> operationChanges.movePartitions(c);
      case MapChange.PauseOperation c -> operationChanges.pauseOperation(c.operation(), c.paused());
      case MapChange.CancelOperation c ->
          operationChanges.cancelOperation(c.operation(), c.nowMillis());
      case MapChange.ChangeSettings c -> accessChanges.changeSettings(c.values());
      case MapChange.ChangeUsers c -> accessChanges.changeUsers(c.users());
      case MapChange.SetLibraries c -> setLibraries(c);
    };
  }

  private @Nullable String setLibraries(MapChange.SetLibraries change) {
    if (change.expectedRevision() != libraries.revision()) {
      return "the libraries were changed by somebody else";
    }
    String refusal = Libraries.refusal(change.libraries());
    if (refusal == null) {
      libraries = new Libraries(version, change.libraries());
    }
    return refusal;
  }

  /** The ids of the shards that may receive partitions, {@code except} left out. */
  List<Integer> notDraining(int except) {
    List<Integer> ids = new ArrayList<>();
    for (Shard shard : shards.values()) {
      if (shard.id() != except && !shard.draining()) {
        ids.add(shard.id());
      }
    }
    return ids;
  }

  @Nullable Shard shardOn(String node) {
    for (Shard shard : shards.values()) {
      if (shard.hasCopyOn(node)) {
        return shard;
      }
    }
    return null;
  }

  int ownerOf(int partition) {
    if (partition >= 0 && partition < Slots.COUNT) {
      return slotOwners[partition];
    }
    for (Keyspace keyspace : keyspaces.values()) {
      for (Tablet tablet : keyspace.tablets()) {
        if (tablet.partition() == partition) {
          return tablet.shard();
        }
      }
    }
    return ClusterMap.NO_SHARD;
  }

  @Nullable Move moveOf(int partition) {
    for (Move move : moves.values()) {
      if (contains(move.partitions(), partition)) {
        return move;
      }
    }
    return null;
  }

  /** A move's partitions as the map keeps them. */
  static int[] ascending(int[] partitions) {
    return Arrays.stream(partitions).sorted().distinct().toArray();
  }

  static boolean contains(int[] ascending, int partition) {
    return Arrays.binarySearch(ascending, partition) >= 0;
  }
}
