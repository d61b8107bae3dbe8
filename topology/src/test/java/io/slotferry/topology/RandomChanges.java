package io.slotferry.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Seeded changes: about half of them are such as the map accepts. */
final class RandomChanges {
  private static final int KINDS = MapChange.class.getPermittedSubclasses().length;

  private final Random random;
  private long nowMillis;

  RandomChanges(long seed) {
    random = new Random(seed);
  }

  /** The changes that make a cluster of {@code shards} shards and as many spare nodes. */
  static List<MapChange> start(int shards) {
    List<MapChange> changes = new ArrayList<>();
    List<MapChange.ShardPlacement> placements = new ArrayList<>();
    for (int i = 1; i <= shards; i++) {
      changes.add(new MapChange.PutNode(node("shard-" + i, Role.SHARD)));
      changes.add(new MapChange.PutNode(node("replica-" + i, Role.REPLICA)));
      changes.add(new MapChange.PutNode(node("spare-" + i, Role.SHARD)));
      placements.add(new MapChange.ShardPlacement(i, "shard-" + i, List.of("replica-" + i)));
    }
    changes.add(new MapChange.CreateCluster(placements));
    return changes;
  }

  private static Node node(String id, Role... roles) {
    return new Node(id, Set.of(roles), "127.0.0.1", 6379, 8080, 0, "");
  }

  /** One change of each kind that there is, in the order of the sealed interface. */
  static List<MapChange> oneOfEach(long seed) {
    RandomChanges changes = new RandomChanges(seed);
    List<MapChange> all = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      all.add(changes.ofKind(kind, ClusterMap.EMPTY));
    }
    return all;
  }

  MapChange next(ClusterMap map) {
    nowMillis += 10;
    return ofKind(random.nextInt(KINDS), map);
  }

  private MapChange ofKind(int kind, ClusterMap map) {
    return switch (kind) {
      case 0 -> new MapChange.PutNode(randomNode());
      case 1 -> new MapChange.RemoveNode(nodeId(map));
      case 2 -> new MapChange.CreateCluster(List.of(placement(map)));
      case 3 -> new MapChange.CreateShard(placement(map));
      case 4 -> new MapChange.RemoveShard(shardId(map));
      case 5 -> new MapChange.SetDraining(shardId(map), random.nextBoolean());
      case 6 -> new MapChange.AddReplica(shardId(map), nodeId(map));
      case 7 -> new MapChange.RemoveReplica(shardId(map), nodeId(map));
      case 8 -> promote(map);
      case 9 -> setInSync(map);
      case 10 -> setSuccessor(map);
      case 11 -> createKeyspace();
      case 12 -> new MapChange.DropKeyspace(random.nextInt(Keyspace.COUNT_MAX));
      case 13 ->
          new MapChange.SplitTablet(
              random.nextInt(Keyspace.COUNT_MAX), key(), random.nextBoolean());
      case 14 -> beginMove(map);
      case 15 -> commitMove(map);
      case 16 -> new MapChange.CancelMove(moveOrNone(map).id());
      case 17 -> beginOperation(map);
      case 18 -> updateOperation(map);
      case 19 -> new MapChange.MovePartitions(shardId(map), somePartitions(map), nowMillis);
      case 20 -> new MapChange.PauseOperation(operationId(map), random.nextBoolean());
      case 21 -> new MapChange.CancelOperation(operationId(map), nowMillis);
      case 22 -> changeSettings();
      case 23 -> changeUsers(map);
      case 24 -> setLibraries(map);
      case 25 -> mergeTablets(map);
      default -> throw new IllegalStateException("a kind of change is missing here: " + kind);
    };
  }

  private Node randomNode() {
    Set<Role> roles = EnumSet.of(Role.values()[random.nextInt(Role.values().length)]);
    roles.add(Role.values()[random.nextInt(Role.values().length)]);
    return new Node(
        "node-" + random.nextInt(8),
        roles,
        "h\u00f6st",
        1,
        2,
        random.nextInt(4),
        "zone-" + random.nextInt(2));
  }

  private MapChange mergeTablets(ClusterMap map) {
    int number = random.nextInt(Keyspace.COUNT_MAX);
    Keyspace keyspace = map.keyspace(number);
    boolean known = keyspace != null && !keyspace.tablets().isEmpty();
    return new MapChange.MergeTablets(
        number, known && random.nextInt(4) > 0 ? pick(keyspace.tablets()).from() : key());
  }

  private MapChange.ShardPlacement placement(ClusterMap map) {
    List<String> replicas = random.nextBoolean() ? List.of() : List.of(nodeId(map));
    return new MapChange.ShardPlacement(1 + random.nextInt(6), nodeId(map), replicas);
  }

  private MapChange promote(ClusterMap map) {
    Shard shard = shard(map);
    String node = random.nextInt(4) == 0 ? nodeId(map) : pick(copies(shard));
    boolean planned = shard.successor() != null && random.nextBoolean();
    return new MapChange.Promote(
        shard.id(), epoch(shard), planned ? shard.successor() : node, random.nextLong(), planned);
  }

  private MapChange setInSync(ClusterMap map) {
    Shard shard = shard(map);
    Set<String> inSync = new HashSet<>(List.of(shard.leader(), pick(copies(shard))));
    if (random.nextInt(4) == 0) {
      inSync.add(nodeId(map));
    }
    return new MapChange.SetInSync(
        shard.id(), epoch(shard), shard.inSyncRevision() + random.nextInt(3), inSync);
  }

  private MapChange setSuccessor(ClusterMap map) {
    Shard shard = shard(map);
    String node = random.nextInt(4) == 0 ? null : pick(copies(shard));
    return new MapChange.SetSuccessor(shard.id(), epoch(shard), node);
  }

  private MapChange createKeyspace() {
    int number = random.nextInt(Keyspace.COUNT_MAX + 1) - 1;
    boolean range = random.nextBoolean();
    KeyOrder order = random.nextBoolean() ? KeyOrder.NATURAL : KeyOrder.BYTES;
    List<byte[]> splits = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      splits.add(key());
    }
    if (random.nextInt(4) != 0) {
      splits.sort(order);
    }
    return new MapChange.CreateKeyspace(
        number,
        random.nextBoolean() ? Integer.toString(number) : "keyspace-" + random.nextInt(8),
        range ? Partitioning.RANGE : Partitioning.HASH,
        order,
        random.nextBoolean() ? Durability.SYNC : Durability.ASYNC,
        range || random.nextInt(8) == 0 ? splits : List.of());
  }

  private MapChange beginMove(ClusterMap map) {
    int[] partitions = somePartitions(map);
    int from = random.nextInt(8) == 0 ? shardId(map) : map.shardOf(partitions[0]);
    return new MapChange.BeginMove(operationId(map), from, shardId(map), partitions);
  }

  private MapChange commitMove(ClusterMap map) {
    Move move = moveOrNone(map);
    Shard from = map.shard(move.from());
    Shard to = map.shard(move.to());
    return new MapChange.CommitMove(
        move.id(),
        from == null ? 0 : epoch(from),
        to == null ? 0 : epoch(to),
        random.nextBoolean() ? move.partitions() : someOf(move.partitions()));
  }

  private MapChange beginOperation(ClusterMap map) {
    Operation.Kind[] kinds = Operation.Kind.values();
    return new MapChange.BeginOperation(
        kinds[random.nextInt(kinds.length)],
        random.nextBoolean() ? Operation.State.RUNNING : Operation.State.WAITING_FOR_NODE,
        shardId(map),
        nowMillis,
        "as asked");
  }

  private MapChange updateOperation(ClusterMap map) {
    Operation.State[] states = Operation.State.values();
    return new MapChange.UpdateOperation(
        operationId(map),
        states[random.nextInt(states.length)],
        random.nextInt(3) - 1,
        random.nextInt(3) - 1,
        random.nextBoolean() ? null : shardId(map),
        random.nextBoolean() ? null : "on its way",
        nowMillis);
  }

  private MapChange changeSettings() {
    String limit = random.nextInt(4) == 0 ? "much" : random.nextInt(1000) + "mb";
    return new MapChange.ChangeSettings(
        Map.of("maxmemory", limit, "Hash-Max-Ziplist-Entries", "" + random.nextInt(99)));
  }

  private MapChange changeUsers(ClusterMap map) {
    String name = "us\u00e9r" + random.nextInt(4);
    String rules = random.nextInt(4) == 0 ? null : "on nopass +" + random.nextInt(100);
    String expected = random.nextInt(4) == 0 ? "off" : map.users().get(name);
    return new MapChange.ChangeUsers(List.of(new MapChange.UserChange(name, expected, rules)));
  }

  private MapChange setLibraries(ClusterMap map) {
    List<Library> libraries = new ArrayList<>();
    for (int i = 0; i < random.nextInt(4); i++) {
      String function = "f" + random.nextInt(6);
      libraries.add(
          new Library(
              "library" + i,
              key(),
              List.of(new Library.Function(function, "d\u00e9", List.of("no-writes")))));
    }
    return new MapChange.SetLibraries(
        map.libraries().revision() + (random.nextInt(4) == 0 ? 1 : 0), libraries);
  }

  private long epoch(Shard shard) {
    return random.nextInt(8) == 0 ? shard.epoch() + 1 : shard.epoch();
  }

  private byte[] key() {
    return ("k" + random.nextInt(40)).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Neighbours, as a planner chooses them; now and then with one that is elsewhere. */
  private int[] somePartitions(ClusterMap map) {
    int[] owned = map.partitionsOf(shardId(map));
    if (owned.length == 0) {
      return new int[] {random.nextInt(Slots.COUNT + 10)};
    }
    int[] some = new int[1 + random.nextInt(5)];
    int start = random.nextInt(owned.length);
    for (int i = 0; i < some.length; i++) {
      some[i] = owned[(start + i) % owned.length];
    }
    if (random.nextInt(8) == 0) {
      some[0] = random.nextInt(Slots.COUNT);
    }
    return some;
  }

  private int[] someOf(int[] partitions) {
    return new int[] {partitions[random.nextInt(partitions.length)]};
  }

  private Move moveOrNone(ClusterMap map) {
    return map.moves().isEmpty() ? new Move(-7, 0, 1, 2, new int[] {3, 5}) : pick(map.moves());
  }

  private long operationId(ClusterMap map) {
    return map.operations().isEmpty() ? -7 : pick(map.operations()).id();
  }

  private Shard shard(ClusterMap map) {
    return map.shards().isEmpty()
        ? new Shard(1, "shard-1", 0, List.of("replica-1"), Set.of("shard-1"), 0, 0, false, null, 0)
        : pick(map.shards());
  }

  private int shardId(ClusterMap map) {
    return shard(map).id();
  }

  private String nodeId(ClusterMap map) {
    return map.nodes().isEmpty() ? "shard-1" : pick(map.nodes()).id();
  }

  private static List<String> copies(Shard shard) {
    List<String> copies = new ArrayList<>(shard.replicas());
    copies.add(shard.leader());
    return copies;
  }

  private <T> T pick(Collection<T> values) {
    return List.copyOf(values).get(random.nextInt(values.size()));
  }
}
