package io.slotferry.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.rebalancer.ControlSettings;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Shard;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The simulation sees when one rule of the cluster is missing: one of a few seeds fails then. */
class BrokenRulesTest {
  private static final int SEEDS_MAX = 400;

  /** Whoever is silent is replaced at once, whether or not its lease still runs. */
  @Test
  void withoutTheWaitForTheLease() {
    assertFails(() ->
        new Rules() {
          @Override
          ControlSettings settings() {
            return settings(-LEASE_MILLIS);
          }
        });
  }

  /** A change is made whatever epoch its proposer had seen. */
  @Test
  void withoutTheCheckOfTheEpoch() {
    assertFails(() ->
        new Rules() {
          @Override
          Outcome decided(MapChange change, ClusterMap map) {
            return map.apply(atPresentEpochs(change, map));
          }
        });
  }

  private static MapChange atPresentEpochs(MapChange change, ClusterMap map) {
    return switch (change) {
      case MapChange.Promote(int shard, long _, String node, long incarnation, boolean keep)
          when map.shard(shard) != null ->
          new MapChange.Promote(shard, map.shard(shard).epoch(), node, incarnation, keep);
      case MapChange.SetInSync(int shard, long _, long revision, Set<String> inSync)
          when map.shard(shard) != null ->
          new MapChange.SetInSync(shard, map.shard(shard).epoch(), revision, inSync);
      case MapChange.CommitMove(long move, long _, long _, int[] partitions)
          when map.move(move) != null ->
          new MapChange.CommitMove(
              move,
              map.shard(map.move(move).from()).epoch(),
              map.shard(map.move(move).to()).epoch(),
              partitions);
      default -> change;
    };
  }

  /** Any copy is promoted, whether or not it is in sync. */
  @Test
  void withoutTheInSyncSet() {
    assertFails(() ->
        new Rules() {
          @Override
          ClusterMap seenByRebalancer(ClusterMap map) {
            ClusterMap seen = map;
            for (Shard shard : map.shards()) {
              seen = everyoneInSync(shard, seen);
            }
            return seen;
          }

          @Override
          Outcome decided(MapChange change, ClusterMap map) {
            return change instanceof MapChange.Promote promote
                ? everyoneInSync(map.shard(promote.shard()), map).apply(promote)
                : map.apply(change);
          }
        });
  }

  private static ClusterMap everyoneInSync(Shard shard, ClusterMap map) {
    Set<String> all = new HashSet<>(shard.replicas());
    all.add(shard.leader());
    MapChange change =
        new MapChange.SetInSync(shard.id(), shard.epoch(), shard.inSyncRevision() + 1, all);
    return map.apply(change) instanceof Outcome.Accepted(ClusterMap next) ? next : map;
  }

  @Test
  void withoutTheCheckForGaps() {
    assertFails(HiddenGaps::new);
  }

  /** As a gateway would that takes what is uncertain for what was not executed. */
  @Test
  void withWritesOfUnknownFateSentAgain() {
    assertFails(() ->
        new Rules() {
          @Override
          boolean repeatsUncertain() {
            return true;
          }
        });
  }

  @Test
  void withoutTheFenceBehindARefusal() {
    assertFails(IgnoredFence::new);
  }

  private static void assertFails(Supplier<Rules> rules) {
    boolean failed =
        LongStream.rangeClosed(1, SEEDS_MAX).parallel().anyMatch(seed -> fails(seed, rules.get()));
    assertThat(failed).as("one of %d seeds fails", SEEDS_MAX).isTrue();
  }

  private static boolean fails(long seed, Rules rules) {
    try {
      new SimulatedCluster(seed, rules).live();
      return false;
    } catch (Invariants.NothingPromised e) {
      return false;
    } catch (Invariants.Broken e) {
      return true;
    }
  }
}
