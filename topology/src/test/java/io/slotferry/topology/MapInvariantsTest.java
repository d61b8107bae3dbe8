package io.slotferry.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds after any sequence of changes. */
class MapInvariantsTest {
  private static final int SEEDS = 60;
  private static final int STEPS = 400;

  private final Map<Class<?>, Integer> accepted = new HashMap<>();
  private final Map<Class<?>, Integer> refused = new HashMap<>();

  @Test
  void holdAfterEverySeededSequence() {
    for (int seed = 0; seed < SEEDS; seed++) {
      run(seed);
    }
    // Else the sequences would prove less than they seem to.
    for (Class<?> kind : MapChange.class.getPermittedSubclasses()) {
      if (kind != MapChange.CreateCluster.class) {
        assertThat(accepted).as("accepted").containsKey(kind);
      }
      if (kind != MapChange.PutNode.class) {
        assertThat(refused).as("refused").containsKey(kind);
      }
    }
  }

  private void run(int seed) {
    RandomChanges changes = new RandomChanges(seed);
    List<MapChange> log = new ArrayList<>();
    Map<Integer, Long> epochs = new HashMap<>();
    ClusterMap map = ClusterMap.EMPTY;
    for (MapChange change : RandomChanges.start(1 + seed % 4)) {
      map = accept(map, change);
      log.add(change);
    }
    for (int step = 0; step < STEPS; step++) {
      MapChange change = changes.next(map);
      String where = "seed %d step %d %s".formatted(seed, step, change);
      byte[] before = MapCodec.encode(map);
      switch (map.apply(change)) {
        case Outcome.Accepted(ClusterMap next) -> {
          accepted.merge(change.getClass(), 1, Integer::sum);
          assertThat(MapCodec.encode(map)).as("%s: pure", where).isEqualTo(before);
          assertThat(next.version()).as(where).isEqualTo(map.version() + 1);
          log.add(change);
          map = next;
          check(map, epochs, where);
        }
        case Outcome.Refused(String reason) -> {
          refused.merge(change.getClass(), 1, Integer::sum);
          assertThat(reason).as(where).isNotBlank().doesNotEndWith(".");
        }
      }
    }
    byte[] image = MapCodec.encode(map);
    assertThat(MapCodec.encode(MapCodec.decodeMap(image))).as("seed %d", seed).isEqualTo(image);
    assertThat(MapCodec.encode(replay(log))).as("seed %d: replayed", seed).isEqualTo(image);
  }

  /** As a reader does that gets the deltas as bytes. */
  private static ClusterMap replay(List<MapChange> log) {
    ClusterMap map = ClusterMap.EMPTY;
    for (MapChange change : log) {
      map = accept(map, MapCodec.decodeChange(MapCodec.encode(change)));
    }
    return map;
  }

  private static ClusterMap accept(ClusterMap map, MapChange change) {
    return ((Outcome.Accepted) map.apply(change)).map();
  }

  private static void check(ClusterMap map, Map<Integer, Long> epochs, String where) {
    assertThat(map.shards().stream().mapToInt(shard -> map.slotsOf(shard.id())).sum())
        .as(where)
        .isEqualTo(Slots.COUNT);
    map.keyspaces().forEach(keyspace -> checkTablets(map, keyspace, where));
    Set<String> carrying = new HashSet<>();
    for (Shard shard : map.shards()) {
      assertThat(shard.inSync()).as(where).contains(shard.leader());
      assertThat(shard.inSync()).as(where).allMatch(shard::hasCopyOn);
      assertThat(shard.successor()).as(where).isIn(withNull(shard.inSync()));
      assertThat(shard.successor()).as(where).isNotEqualTo(shard.leader());
      assertThat(carrying.add(shard.leader())).as(where).isTrue();
      shard.replicas().forEach(node -> assertThat(carrying.add(node)).as(where).isTrue());
      Long last = epochs.get(shard.id());
      if (shard.epoch() > 0) {
        assertThat(last == null || shard.epoch() >= last).as(where).isTrue();
        epochs.put(shard.id(), shard.epoch());
      }
    }
    assertThat(carrying).as(where).allMatch(node -> map.node(node) != null);
    checkMoves(map, where);
  }

  private static Set<String> withNull(Set<String> nodes) {
    Set<String> values = new HashSet<>(nodes);
    values.add(null);
    return values;
  }

  private static void checkTablets(ClusterMap map, Keyspace keyspace, String where) {
    if (keyspace.partitioning() == Partitioning.HASH) {
      assertThat(keyspace.tablets()).as(where).isEmpty();
      return;
    }
    byte[] at = new byte[0];
    for (Tablet tablet : keyspace.tablets()) {
      assertThat(tablet.from()).as(where).isEqualTo(at);
      assertThat(map.shardOf(tablet.partition())).as(where).isEqualTo(tablet.shard());
      assertThat(map.shard(tablet.shard())).as(where).isNotNull();
      assertThat(map.partitionOf(keyspace.number(), at, 0, at.length))
          .as(where)
          .isEqualTo(tablet.partition());
      at = tablet.to();
    }
    assertThat(at).as(where).isNull();
  }

  private static void checkMoves(ClusterMap map, String where) {
    Set<Integer> moving = new HashSet<>();
    for (Move move : map.moves()) {
      assertThat(map.operation(move.operation()).state())
          .as(where)
          .isIn(Operation.State.RUNNING, Operation.State.WAITING_FOR_NODE);
      assertThat(map.shard(move.to())).as(where).isNotNull();
      assertThat(move.partitions()).as(where).isNotEmpty().isSorted();
      for (int partition : move.partitions()) {
        assertThat(map.shardOf(partition)).as(where).isEqualTo(move.from());
        assertThat(map.moveOf(partition)).as(where).isSameAs(move);
        assertThat(moving.add(partition)).as(where).isTrue();
      }
    }
  }
}
