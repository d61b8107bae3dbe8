package io.slotferry.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.node.SpareNodes.Step;
import io.slotferry.server.node.SpareNodes.View;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpareNodesTest {
  private static final Step NOTHING = new Step(List.of(), List.of());

  private final Set<String> nodes = new HashSet<>(Set.of("gateway-1", "rebalancer-1"));
  private final Set<Integer> shards = new HashSet<>();
  private final Map<String, Integer> carriers = new HashMap<>();
  private final SpareNodes spares = new SpareNodes(1, started(1, 2));

  private static List<NodePlan> started(int... shards) {
    return Arrays.stream(shards)
        .boxed()
        .flatMap(shard -> NodePlan.copies(shard, 1).stream())
        .toList();
  }

  @Test
  void nothingHappensWhileTheClusterIsBeingCreated() {
    assertThat(next(false)).isEqualTo(NOTHING);
    carry(1);
    carry(2);
    assertThat(next(false)).isEqualTo(NOTHING);
  }

  @Test
  void aShardThatWaitsGetsNodesOnce() {
    carry(1);
    carry(2);
    assertThat(next(true)).isEqualTo(new Step(started(3), List.of()));
    assertThat(next(true)).isEqualTo(NOTHING);
    carry(3);
    assertThat(next(false)).isEqualTo(NOTHING);
    assertThat(next(true)).isEqualTo(new Step(started(4), List.of()));
  }

  @Test
  void theNodesOfAShardThatHasLeftAreStoppedAndTheirNamesNotUsedAgain() {
    carry(1);
    carry(2);
    assertThat(next(false)).isEqualTo(NOTHING);
    shards.remove(2);
    carriers.values().removeIf(shard -> shard == 2);

    Step step = next(false);
    assertThat(step.start()).isEmpty();
    assertThat(step.stop()).containsExactlyInAnyOrder("shard-2", "replica-2");
    assertThat(next(true).start()).isEqualTo(started(3));
  }

  @Test
  void aReplicaThatLostItsPlaceIsKeptForAnother() {
    carry(1);
    carry(2);
    assertThat(next(false)).isEqualTo(NOTHING);
    carriers.remove("replica-2");
    assertThat(next(false)).isEqualTo(NOTHING);
  }

  private Step next(boolean awaitsNode) {
    return spares.next(
        new View(awaitsNode, Set.copyOf(nodes), Set.copyOf(shards), Map.copyOf(carriers)));
  }

  private void carry(int shard) {
    shards.add(shard);
    for (NodePlan node : started(shard)) {
      nodes.add(node.id());
      carriers.put(node.id(), shard);
    }
  }
}
