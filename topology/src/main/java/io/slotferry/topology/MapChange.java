package io.slotferry.topology;

import java.util.List;
import java.util.Map;
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
  /** In {@link UpdateOperation}: the number stays. */
  int KEPT = -1;

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

  /**
   * Refused while it owns a partition or takes part in a move, and when all other shards are
   * draining. When the id is used again, its epochs start above those of every shard that was
   * removed.
   */
  record RemoveShard(int shard) implements MapChange {}

  /** Refused when all other shards are draining: nothing could take what it owns. */
  record SetDraining(int shard, boolean draining) implements MapChange {}

  /** A new copy, not in sync yet. Refused when the node carries a copy of any shard. */
  record AddReplica(int shard, String node) implements MapChange {}

  /** Refused for the leader. */
  record RemoveReplica(int shard, String node) implements MapChange {}

  /**
   * A new leader, or the same node again after a restart: the epoch grows by one. Refused unless
   * {@code expectedEpoch} is the map's and {@code node} is in the in-sync set. The old leader stays
   * as a replica, out of the in-sync set unless {@code keepOldLeaderInSync}: that is a planned
   * switch, refused unless {@code node} is the shard's successor. At epoch 0 no copy holds anything
   * yet, so any of them may be promoted, and it begins as the only one in sync.
   */
  record Promote(
      int shard, long expectedEpoch, String node, long incarnation, boolean keepOldLeaderInSync)
      implements MapChange {}

  /**
   * Replaces the in-sync set. Refused unless the epoch is the map's, {@code revision} is higher
   * than the shard's, and the leader is a member.
   */
  record SetInSync(int shard, long expectedEpoch, long revision, Set<String> inSync)
      implements MapChange {
    public SetInSync {
      inSync = Set.copyOf(inSync);
    }
  }

  /**
   * Asks the leader to hand over to {@code node}, or (null) takes that back. Refused unless the
   * epoch is the map's and {@code node} is an in-sync replica. A promotion ends it.
   */
  record SetSuccessor(int shard, long expectedEpoch, @Nullable String node) implements MapChange {}

  /**
   * A keyspace; {@code number} -1 takes the lowest free number from 1 on. For RANGE, {@code splits}
   * are the boundaries in ascending key order, and the tablets between them go to the shards that
   * are not draining, in id order, as evenly as may be. Refused when name or number is taken, a
   * boundary is empty, too long or out of order, or a name of digits is not the number.
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

  /**
   * Cuts the tablet that holds {@code at} in two, same owner: the keys below {@code at} keep the
   * partition id. Refused while it is in a move.
   *
   * @param automatic see {@link Tablet#automatic}
   */
  record SplitTablet(int keyspace, byte[] at, boolean automatic) implements MapChange {}

  /**
   * Makes one tablet, with a new partition id, of the two that meet at {@code at}. (A scan or a
   * copy in the order of the ids, which has passed one of the two, comes to the new one yet.)
   * Refused unless they have the same owner, and while one is in a move.
   */
  record MergeTablets(int keyspace, byte[] at) implements MapChange {}

  /**
   * PREPARE: refused unless the operation is RUNNING, {@code from} owns all the partitions, none is
   * in another move, both shards exist, and {@code to} is not draining.
   */
  record BeginMove(long operation, int from, int to, int[] partitions) implements MapChange {}

  /**
   * COMMIT: the partitions change owner, and count as done in the operation. Refused unless the
   * move exists and has them all, and both shards have the epochs that the source saw when it froze
   * (a failover in between may have lost what was copied).
   */
  record CommitMove(long move, long fromEpoch, long toEpoch, int[] partitions)
      implements MapChange {}

  /** Ends a move; what is committed stays where it is. */
  record CancelMove(long move) implements MapChange {}

  /**
   * Creates an operation (RUNNING or WAITING_FOR_NODE); its id is the new map version. REMOVE_SHARD
   * is refused for the last shard that stays, and while another operation concerns the shard. Not
   * for MOVE: see {@link MovePartitions}.
   */
  record BeginOperation(
      Operation.Kind kind,
      Operation.State state,
      int shard,
      Objective objective,
      long nowMillis,
      String detail)
      implements MapChange {
    /** One that is about the number of partitions. */
    public BeginOperation(
        Operation.Kind kind, Operation.State state, int shard, long nowMillis, String detail) {
      this(kind, state, shard, Objective.SLOTS, nowMillis, detail);
    }
  }

  /**
   * Progress, as the rebalancer sees it. Refused when the operation is unknown, paused or ended.
   * {@code total} and {@code done} {@link #KEPT}, {@code shard} and {@code detail} null: kept. An
   * end also ends the operation's moves, and the draining of a shard that stays after all.
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

  /** Creates a MOVE operation that brings {@code partitions}, wherever they are, to {@code to}. */
  record MovePartitions(int to, int[] partitions, long nowMillis) implements MapChange {}

  /**
   * Pauses or resumes an operation. A pause ends its moves: what is committed stays where it is,
   * and the rest begins again after the pause.
   */
  record PauseOperation(long operation, boolean paused) implements MapChange {}

  /** Ends an operation where it stands, its moves with it. Refused when it has ended. */
  record CancelOperation(long operation, long nowMillis) implements MapChange {}

  /**
   * New values of settings of the cluster, by name or older name. All or none: refused when one is
   * unknown, not the cluster's, or invalid.
   */
  record ChangeSettings(Map<String, String> values) implements MapChange {
    public ChangeSettings {
      values = Map.copyOf(values);
    }
  }

  /** Refused unless each user is as expected. */
  record ChangeUsers(List<UserChange> users) implements MapChange {
    public ChangeUsers {
      users = List.copyOf(users);
    }
  }

  /**
   * Puts, changes or removes a user.
   *
   * @param expected the rules that the user has now; null when there is no such user
   * @param rules in the form of ACL LIST, without the user's name; null removes it
   */
  record UserChange(String name, @Nullable String expected, @Nullable String rules) {}

  /**
   * Replaces all libraries of functions. Refused unless {@code expectedRevision} is the map's, and
   * when two functions have the same name.
   */
  record SetLibraries(long expectedRevision, List<Library> libraries) implements MapChange {
    public SetLibraries {
      libraries = List.copyOf(libraries);
    }
  }
}
