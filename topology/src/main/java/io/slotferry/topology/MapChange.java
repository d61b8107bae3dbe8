package io.slotferry.topology;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The only ways in which the cluster map changes. Each is conditional: it names what it expects (an
 * epoch, an owner, an absence) and is refused when the map says otherwise, so that two who decide
 * at once cannot both win. An accepted change raises the version by one; the accepted changes in
 * order are the deltas that readers apply.
 *
 * <p>Codes are persisted, in the order of {@code permits}: append only.
 */
public sealed interface MapChange {
  /** A node joined, or its roles or addresses changed. */
  record PutNode(Node node) implements MapChange {}

  /** Refused while the node carries a copy. */
  record RemoveNode(String id) implements MapChange {}

  /**
   * The first change of a cluster: its first shards, the slots spread evenly over them, and
   * keyspace 0. Refused when there are shards already.
   */
  record CreateCluster(List<ShardPlacement> shards) implements MapChange {}

  /** A shard joins empty. Refused when the id is taken or a node carries a copy already. */
  record CreateShard(ShardPlacement placement) implements MapChange {}

  /** Where a new shard's copies go. */
  record ShardPlacement(int shard, String leader, List<String> replicas) {
    public ShardPlacement {
      replicas = List.copyOf(replicas);
    }
  }

  /** Refused while it owns a partition or takes part in a move. */
  record RemoveShard(int shard) implements MapChange {}

  record SetDraining(int shard, boolean draining) implements MapChange {}

  /** A new copy, not in sync yet. Refused when the node carries a copy of any shard. */
  record AddReplica(int shard, String node) implements MapChange {}

  /** Refused for the leader. */
  record RemoveReplica(int shard, String node) implements MapChange {}

  /**
   * A new leader, or the same node again after a restart: the epoch grows by one. Refused unless
   * {@code expectedEpoch} is the map's and {@code node} is in the in-sync set. The old leader stays
   * as a replica, out of the in-sync set unless {@code keepOldLeaderInSync} (a planned switch).
   */
  record Promote(
      int shard, long expectedEpoch, String node, long incarnation, boolean keepOldLeaderInSync)
      implements MapChange {}

  /** Replaces the in-sync set. Refused unless the epoch is the map's and the leader is a member. */
  record SetInSync(int shard, long expectedEpoch, Set<String> inSync) implements MapChange {
    public SetInSync {
      inSync = Set.copyOf(inSync);
    }
  }

  /**
   * A keyspace; {@code number} -1 takes the lowest free number from 1 on. For RANGE, {@code splits}
   * are the boundaries in ascending key order, and the tablets between them go to the shards that
   * are not draining, in id order, as evenly as may be. Refused when name or number is taken, a
   * boundary is empty or out of order.
   */
  record CreateKeyspace(
      int number,
      String name,
      Partitioning partitioning,
      KeyOrder order,
      Durability durability,
      List<byte[]> splits)
      implements MapChange {
    public CreateKeyspace {
      splits = List.copyOf(splits);
    }
  }

  /** Refused for keyspace 0, and while one of its tablets is in a move. */
  record DropKeyspace(int number) implements MapChange {}

  /** Cuts the tablet that holds {@code at} in two, same owner. Refused while it is in a move. */
  record SplitTablet(int keyspace, byte[] at) implements MapChange {}

  /**
   * PREPARE: refused unless {@code from} owns all the partitions, none is in another move, and both
   * shards exist, and {@code to} is not draining.
   */
  record BeginMove(long operation, int from, int to, int[] partitions) implements MapChange {}

  /**
   * COMMIT: the partitions change owner. Refused unless the move exists and has them all, and both
   * shards have the epochs that the source saw when it froze (a failover in between may have lost
   * what was copied).
   */
  record CommitMove(long move, long fromEpoch, long toEpoch, int[] partitions)
      implements MapChange {}

  /** Ends a move; what is committed stays where it is. */
  record CancelMove(long move) implements MapChange {}

  /** Creates an operation (RUNNING or WAITING_FOR_NODE); its id is the new map version. */
  record BeginOperation(
      Operation.Kind kind, Operation.State state, int shard, long nowMillis, String detail)
      implements MapChange {}

  /**
   * Refused when the operation is unknown or has ended. {@code shard} and {@code detail} null:
   * kept.
   */
  record UpdateOperation(
      long operation,
      Operation.State state,
      int total,
      int done,
      @Nullable Integer shard,
      @Nullable String detail,
      long nowMillis)
      implements MapChange {}
}
