package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Durability sync, from seeds: three copies, whose leader is cut off, paused or crashes again and
 * again, on a network that loses, doubles and reorders. Clients append to lists and read them.
 */
class SyncDurabilityTest {
  private static final int SEEDS = 60;
  private static final int LISTS = 3;
  private static final int SHARD = 1;

  private final List<Read> reads = new ArrayList<>();
  private final List<Append> appends = new ArrayList<>();

  private record Append(String list, String element, SimulatedCluster.Answer answer) {
    boolean isAcknowledged() {
      return answer.text.startsWith(":");
    }
  }

  /** {@code before}: what had been acknowledged when it was sent. */
  private record Read(String list, Set<String> before, SimulatedCluster.Answer answer) {}

  @Test
  void whatWasAcknowledgedOrReadIsNeverLost() {
    int acknowledged = 0;
    int promotions = 0;
    int read = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 1, 2);
      SimulatedControl control = new SimulatedControl(cluster, SHARD);
      appends.clear();
      reads.clear();
      cluster.run(1_000);
      for (int step = 0; step < 60; step++) {
        fault(cluster, control);
        use(cluster);
        cluster.run(cluster.random.nextInt(200));
      }
      control.heal();
      cluster.network.disturb(0);
      cluster.run(15_000);
      check(cluster, seed);
      acknowledged += (int) appends.stream().filter(Append::isAcknowledged).count();
      read += reads.size();
      promotions += control.promotions;
    }
    // It is no test when nothing happens in it.
    assertThat(acknowledged).isGreaterThan(SEEDS * 20);
    assertThat(read).isGreaterThan(SEEDS * 20);
    assertThat(promotions).isGreaterThan(SEEDS);
  }

  @Test
  void noWriteWaitsForAReplicaThatHasLeft() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 1, 2);
      SimulatedControl control = new SimulatedControl(cluster, SHARD);
      cluster.run(1_000);
      String replica = cluster.shard(SHARD).replicas().getFirst();
      assertThat(cluster.shard(SHARD).inSync()).contains(replica);

      cluster.copy(replica).leave();
      cluster.run(4 * SimulatedControl.HEARTBEAT_MILLIS);
      assertThat(cluster.copy(replica).isInSync()).as("seed %d", seed).isFalse();
      cluster.stop(replica);
      SimulatedCluster.Answer answer = cluster.sendSync("RPUSH", "list", "e");
      cluster.run(2L * SimulatedControl.HEARTBEAT_MILLIS);
      assertThat(answer.text).as("seed %d", seed).isEqualTo(":1\r\n");

      cluster.start(replica);
      cluster.run(3_000);
      assertThat(cluster.copy(replica).isInSync()).as("seed %d", seed).isTrue();
      assertThat(control.promotions).isZero();
    }
  }

  private void use(SimulatedCluster cluster) {
    RandomGenerator random = cluster.random;
    for (int i = random.nextInt(4); i > 0; i--) {
      String list = "list:" + random.nextInt(LISTS);
      String element = "e" + appends.size();
      appends.add(new Append(list, element, cluster.sendSync("RPUSH", list, element)));
      if (random.nextInt(3) == 0) {
        // One that can be lost, to another key.
        cluster.send("SET", "async", element);
      }
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      String list = "list:" + random.nextInt(LISTS);
      Set<String> before =
          appends.stream()
              .filter(append -> append.list.equals(list) && append.isAcknowledged())
              .map(Append::element)
              .collect(Collectors.toSet());
      reads.add(new Read(list, before, cluster.sendSync("LRANGE", list, "0", "-1")));
    }
  }

  private static void fault(SimulatedCluster cluster, SimulatedControl control) {
    String leader = cluster.shard(SHARD).leader();
    List<String> all = List.copyOf(new java.util.TreeSet<>(cluster.nodes()));
    String any = all.get(cluster.random.nextInt(all.size()));
    switch (cluster.random.nextInt(14)) {
      case 0 -> cluster.network.disturb(cluster.random.nextDouble() * 0.3);
      case 1 -> control.cut(cluster.random.nextBoolean() ? leader : any);
      case 2 -> control.pause(cluster.random.nextBoolean() ? leader : any);
      case 3, 4 -> control.heal();
      case 5 -> cluster.network.disturb(0);
      case 6 -> crash(cluster, cluster.random.nextBoolean() ? leader : any);
      default -> {
        // Nothing happens.
      }
    }
  }

  /** It comes back empty; one whose data the others lack is spared. */
  private static void crash(SimulatedCluster cluster, String node) {
    boolean anotherSurvives =
        cluster.shard(SHARD).inSync().stream()
            .anyMatch(member ->
                !member.equals(node)
                    && cluster.nodes().contains(member)
                    && cluster.copy(member).report().offset() >= 0);
    if (anotherSurvives && cluster.nodes().contains(node)) {
      cluster.stop(node);
      cluster.run(cluster.random.nextInt(500));
      cluster.start(node);
    }
  }

  private void check(SimulatedCluster cluster, long seed) {
    Map<String, List<String>> lists = new HashMap<>();
    for (int i = 0; i < LISTS; i++) {
      SimulatedCluster.Answer answer = cluster.sendSync("LRANGE", "list:" + i, "0", "-1");
      cluster.run(100);
      lists.put("list:" + i, elements(answer.text));
    }
    for (Append append : appends) {
      assertThat(append.answer.text)
          .as("seed %d: unanswered %s", seed, append.element)
          .isNotEmpty();
      if (append.isAcknowledged()) {
        assertThat(lists.get(append.list))
            .as("seed %d: acknowledged", seed)
            .containsOnlyOnce(append.element);
      }
    }
    for (Read read : reads) {
      List<String> seen = elements(read.answer.text);
      assertThat(seen).as("seed %d: read", seed).containsAll(read.before);
      List<String> last = lists.get(read.list);
      assertThat(last.subList(0, Math.min(seen.size(), last.size())))
          .as("seed %d: %s was read", seed, read.list)
          .isEqualTo(seen);
      assertThat(new HashSet<>(seen)).as("seed %d: doubled", seed).hasSize(seen.size());
    }
  }

  private static List<String> elements(String reply) {
    assertThat(reply).startsWith("*");
    List<String> elements = new ArrayList<>();
    String[] lines = reply.split("\r\n");
    for (int i = 2; i < lines.length; i += 2) {
      elements.add(lines[i]);
    }
    return elements;
  }
}
