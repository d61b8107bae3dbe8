package io.slotferry.topology;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who owns what, at one version: an immutable image, safe on every thread. {@link #apply} makes the
 * next one; whoever applies the same changes in the same order has the same image.
 */
public final class ClusterMap {
  /** No shard. */
  public static final int NO_SHARD = 0;

  /** No partition: the keyspace is unknown. */
  public static final int NO_PARTITION = -1;

  public static final int USERS_MAX = 10_000;
  public static final int USER_RULES_CHARS_MAX = 64 << 10;

  /** The map before the first change. */
  public static final ClusterMap EMPTY = new ClusterMap(new MapDraft());

  private final long version;
  private final TreeMap<String, Node> nodes;
  private final TreeMap<Integer, Shard> shards;
  private final TreeMap<Integer, Keyspace> keyspaces;
  private final TreeMap<Long, Move> moves;
  private final TreeMap<Long, Operation> operations;
  private final int[] slotOwners;
  private final int nextTablet;
  private final long retiredEpoch;
  private final ClusterSettings settings;
  private final Map<String, String> users;
  private final Libraries libraries;

  // Derived, so that the data path finds them without a map of boxes.
  private final @Nullable Keyspace[] keyspaceByNumber = new Keyspace[Keyspace.COUNT_MAX];
  private final boolean[] syncByNumber = new boolean[Keyspace.COUNT_MAX];
  private final int[] tablets;
  private final int[] tabletOwners;

  ClusterMap(MapDraft draft) {
    version = draft.version;
    nodes = draft.nodes;
    shards = draft.shards;
    keyspaces = draft.keyspaces;
    moves = draft.moves;
    operations = draft.operations;
    slotOwners = draft.slotOwners;
    nextTablet = draft.nextTablet;
    retiredEpoch = draft.retiredEpoch;
    settings = draft.settings;
    users = draft.users;
    libraries = draft.libraries;
    keyspaces.forEach((number, keyspace) -> {
      keyspaceByNumber[number] = keyspace;
      syncByNumber[number] = keyspace.durability() == Durability.SYNC;
    });
    TreeMap<Integer, Integer> owners = new TreeMap<>();
    for (Keyspace keyspace : keyspaces.values()) {
      for (Tablet tablet : keyspace.tablets()) {
        owners.put(tablet.partition(), tablet.shard());
      }
    }
    tablets = owners.keySet().stream().mapToInt(Integer::intValue).toArray();
    tabletOwners = owners.values().stream().mapToInt(Integer::intValue).toArray();
  }

  /** Number of changes that led here. */
  public long version() {
    return version;
  }

  /** In the order of their ids. */
  public Collection<Node> nodes() {
    return Collections.unmodifiableCollection(nodes.values());
  }

  public @Nullable Node node(String id) {
    return nodes.get(id);
  }

  /** In the order of their ids; empty until the cluster is created. */
  public Collection<Shard> shards() {
    return Collections.unmodifiableCollection(shards.values());
  }

  public @Nullable Shard shard(int id) {
    return shards.get(id);
  }

  /** The shard of which {@code node} carries a copy. */
  public @Nullable Shard shardOn(String node) {
    for (Shard shard : shards.values()) {
      if (shard.hasCopyOn(node)) {
        return shard;
      }
    }
    return null;
  }

  /** In the order of their numbers. */
  public Collection<Keyspace> keyspaces() {
    return Collections.unmodifiableCollection(keyspaces.values());
  }

  /** Data path. */
  public @Nullable Keyspace keyspace(int number) {
    return number >= 0 && number < keyspaceByNumber.length ? keyspaceByNumber[number] : null;
  }

  /** Whether the keyspace's default durability is sync. Data path. */
  public boolean isSync(int keyspace) {
    return keyspace >= 0 && keyspace < syncByNumber.length && syncByNumber[keyspace];
  }

  public @Nullable Keyspace keyspace(String nameOrNumber) {
    for (Keyspace keyspace : keyspaces.values()) {
      if (keyspace.name().equals(nameOrNumber)
          || Integer.toString(keyspace.number()).equals(nameOrNumber)) {
        return keyspace;
      }
    }
    return null;
  }

  /**
   * The slot or tablet of the key {@code buffer[start, start + length)}, {@link #NO_PARTITION} when
   * the keyspace is unknown. Data path: no allocation.
   */
  public int partitionOf(int keyspace, byte[] buffer, int start, int length) {
    Keyspace found = keyspace(keyspace);
    if (found == null) {
      return NO_PARTITION;
    }
    return found.partitioning() == Partitioning.HASH
        ? Slots.slotOf(buffer, start, length)
        : found.tabletOf(buffer, start, length).partition();
  }

  /** The owner, {@link #NO_SHARD} when there is none. Data path: no allocation. */
  public int shardOf(int partition) {
    if (partition < Slots.COUNT) {
      return partition < 0 ? NO_SHARD : slotOwners[partition];
    }
    int at = Arrays.binarySearch(tablets, partition);
    return at < 0 ? NO_SHARD : tabletOwners[at];
  }

  /** The slots and tablets that {@code shard} owns, ascending. */
  public int[] partitionsOf(int shard) {
    int[] found = new int[slotOwners.length + tablets.length];
    int count = 0;
    for (int slot = 0; slot < slotOwners.length; slot++) {
      if (slotOwners[slot] == shard) {
        found[count++] = slot;
      }
    }
    for (int i = 0; i < tablets.length; i++) {
      if (tabletOwners[i] == shard) {
        found[count++] = tablets[i];
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** How many slots {@code shard} owns. */
  public int slotsOf(int shard) {
    int count = 0;
    for (int owner : slotOwners) {
      if (owner == shard) {
        count++;
      }
    }
    return count;
  }

  /** Those under way, oldest first. */
  public Collection<Move> moves() {
    return Collections.unmodifiableCollection(moves.values());
  }

  public @Nullable Move move(long id) {
    return moves.get(id);
  }

  /** The move that {@code partition} waits to be committed in. */
  public @Nullable Move moveOf(int partition) {
    for (Move move : moves.values()) {
      if (Arrays.binarySearch(move.partitions(), partition) >= 0) {
        return move;
      }
    }
    return null;
  }

  /** Those under way and the newest {@link Operation#ENDED_KEPT} that ended, oldest first. */
  public Collection<Operation> operations() {
    return Collections.unmodifiableCollection(operations.values());
  }

  public @Nullable Operation operation(long id) {
    return operations.get(id);
  }

  /** What is set for the whole cluster; the same object until that changes. */
  public ClusterSettings settings() {
    return settings;
  }

  /** The users' rules by name; the same object until one changes. */
  public Map<String, String> users() {
    return users;
  }

  /** The libraries of functions; the same object until they change. */
  public Libraries libraries() {
    return libraries;
  }

  /** Pure: this image stays as it is. */
  public Outcome apply(MapChange change) {
    MapDraft draft = new MapDraft(this);
    String refusal = draft.apply(change);
    return refusal == null
        ? new Outcome.Accepted(new ClusterMap(draft))
        : new Outcome.Refused(refusal);
  }

  /** Whether both have the same partitions, each with the same owner. */
  public boolean hasOwnersOf(ClusterMap other) {
    return Arrays.equals(slotOwners, other.slotOwners) && keyspaces.equals(other.keyspaces);
  }

  /** Shared with the image: not to be written to. */
  int[] slotOwners() {
    return slotOwners;
  }

  int nextTablet() {
    return nextTablet;
  }

  long retiredEpoch() {
    return retiredEpoch;
  }

  @Override
  public String toString() {
    return "version %d: %d nodes, %d shards, %d keyspaces, %d moves, %d operations"
        .formatted(
            version,
            nodes.size(),
            shards.size(),
            keyspaces.size(),
            moves.size(),
            operations.size());
  }
}
