package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Reads that replicas answer, from seeds: whatever is cut, paused, promoted or moved, a reply shows
 * every write that was acknowledged longer ago than the reader allows. Writes are sync, so that no
 * failover loses one.
 */
class ReplicaReadsTest {
  private static final int SEEDS = 15;
  private static final int KEYS = 12;
  private static final int STALENESS_MILLIS = 400;

  private record Write(String key, int value, SimulatedCluster.Answer answer) {}

  private record Acknowledged(int value, long atMillis) {}

  private final List<Write> underWay = new ArrayList<>();
  private final Map<String, List<Acknowledged>> acknowledged = new HashMap<>();
  private int written;
  private int answered;
  private int refused;

  @Test
  void noReplyIsOlderThanAllowedWhileLeadersChange() {
    int promotions = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 1, 2);
      SimulatedControl control = new SimulatedControl(cluster, 1);
      startOver(cluster);
      for (int step = 0; step < 800; step++) {
        if (step % 100 == 0) {
          control.heal();
          fault(cluster, control);
        }
        write(cluster, true);
        cluster.run(cluster.random.nextInt(30));
        read(cluster, control, seed);
      }
      promotions += control.promotions;
    }
    assertThat(promotions).isGreaterThan(SEEDS);
    assertThat(answered).isGreaterThan(SEEDS * 100);
    assertThat(refused).isGreaterThan(SEEDS);
  }

  @Test
  void noReplyIsOlderThanAllowedWhilePartitionsMove() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 2);
      startOver(cluster);
      int[] all = cluster.map().partitionsOf(1);
      int[] half = Arrays.copyOfRange(all, 0, all.length / 2);
      int from = 1;
      for (int step = 0; step < 400; step++) {
        if (step % 50 == 0) {
          cluster.network.disturb(cluster.random.nextDouble() * 0.1);
        }
        if (cluster.map().moves().isEmpty() && cluster.random.nextInt(20) == 0) {
          from = cluster.map().shardOf(half[0]);
          cluster.move(from, 3 - from, half);
        }
        write(cluster, false);
        cluster.run(cluster.random.nextInt(30));
        read(cluster, null, seed);
      }
    }
    assertThat(answered).isGreaterThan(SEEDS * 100);
    assertThat(refused).isGreaterThan(SEEDS);
  }

  private void startOver(SimulatedCluster cluster) {
    underWay.clear();
    acknowledged.clear();
    cluster.run(1_000);
  }

  private static void fault(SimulatedCluster cluster, SimulatedControl control) {
    RandomGenerator random = cluster.random;
    String leader = cluster.shard(1).leader();
    List<String> all = List.copyOf(new TreeSet<>(cluster.nodes()));
    String node = random.nextBoolean() ? leader : all.get(random.nextInt(all.size()));
    cluster.network.disturb(random.nextInt(3) == 0 ? random.nextDouble() * 0.2 : 0);
    switch (random.nextInt(3)) {
      case 0 -> control.cut(node);
      case 1 -> control.pause(node);
      default -> {
        // Nothing more happens.
      }
    }
  }

  /**
   * Each write of a key is greater than those before it: what a reply shows tells how old it is.
   */
  private void write(SimulatedCluster cluster, boolean sync) {
    String key = "key:" + cluster.random.nextInt(KEYS);
    boolean free = underWay.stream().noneMatch(write -> write.key.equals(key));
    if (free) {
      String value = Integer.toString(++written);
      SimulatedCluster.Answer answer =
          sync ? cluster.sendSync("SET", key, value) : cluster.send("SET", key, value);
      underWay.add(new Write(key, written, answer));
    }
    for (Iterator<Write> all = underWay.iterator(); all.hasNext(); ) {
      Write write = all.next();
      if (!write.answer.text.isEmpty()) {
        all.remove();
        if (write.answer.text.startsWith("+OK")) {
          acknowledged
              .computeIfAbsent(write.key, first -> new ArrayList<>())
              .add(new Acknowledged(write.value, cluster.network.monotonicMillis()));
        }
      }
    }
  }

  private void read(SimulatedCluster cluster, @Nullable SimulatedControl control, long seed) {
    for (String node : cluster.nodes()) {
      boolean runs = control == null || !control.isPaused(node);
      if (runs && !cluster.copy(node).isLeading()) {
        readAt(cluster, node, seed);
      }
    }
  }

  private void readAt(SimulatedCluster cluster, String node, long seed) {
    String key = "key:" + cluster.random.nextInt(KEYS);
    String reply = cluster.readAt(node, key, STALENESS_MILLIS);
    if (reply == null) {
      refused++;
      return;
    }
    answered++;
    long before = cluster.network.monotonicMillis() - STALENESS_MILLIS;
    int least = 0;
    for (Acknowledged write : acknowledged.getOrDefault(key, List.of())) {
      least = write.atMillis < before ? Math.max(least, write.value) : least;
    }
    int shown = reply.isEmpty() ? 0 : Integer.parseInt(reply);
    assertThat(shown).as("seed %d: %s at %s", seed, key, node).isGreaterThanOrEqualTo(least);
  }
}
