package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;

/** READONLY among processes: replicas answer, never older than allowed, and never with an error. */
class ReplicaReadsTest {
  private static final long STALENESS_MILLIS = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern READS = Pattern.compile("total_replica_reads:(\\d+)");
  private static final Pattern REFUSALS = Pattern.compile("total_replica_refusals:(\\d+)");

  @TempDir Path folder;

  private record Acknowledged(long value, long atNanos) {}

  private final Deque<Acknowledged> acknowledged = new ArrayDeque<>();
  private long value;
  private long least;

  @Test
  void readsAreAnsweredByReplicasWhateverBecomesOfTheLeader() {
    try (Nodes nodes =
            new Nodes(folder)
                .with("g", "127.0.0.1", "gateway", "rebalancer")
                .with("a", "127.0.0.1", "shard")
                .with("b", "127.0.0.1", "replica")
                .start();
        Jedis writer = Load.connect(nodes.respPort());
        Jedis reader = Load.connect(nodes.respPort())) {
      writer.set("counter", "0");
      reader.sendCommand(Protocol.Command.READONLY);
      readUntilReplicasAnswer(writer, reader, 500);
      Slotferry.run("cluster", "failover", "1", "--url", nodes.url());
      readUntilReplicasAnswer(writer, reader, 500);
      // Nothing may be lost with the leader, or what is read would be right and look too old.
      awaitReplica(nodes);
      String leader = nodes.shard().getString("leader");
      nodes.kill(leader);
      use(writer, reader);
      nodes.restart(leader);
      nodes.awaitSettled();
      readUntilReplicasAnswer(writer, reader, 500);
      nodes.kill(leader);
      for (int i = 0; i < 100; i++) {
        use(writer, reader);
      }
    }
  }

  /** Of a connection that has written to the new leader alone: for the other WAIT answers 0. */
  private static void awaitReplica(Nodes nodes) {
    try (Jedis redis = Load.connect(nodes.respPort())) {
      redis.set("fence", "1");
      assertThat(redis.waitReplicas(1, 15_000)).isEqualTo(1);
    }
  }

  /** Writes and reads until replicas have answered so many more reads. */
  private void readUntilReplicasAnswer(Jedis writer, Jedis reader, int more) {
    long wanted = answered(writer) + more;
    Await.until(
        "replicas answer",
        PATIENCE,
        () -> {
          for (int i = 0; i < more / 5; i++) {
            use(writer, reader);
          }
          return answered(writer) >= wanted;
        });
  }

  private static long answered(Jedis redis) {
    String stats = redis.info("stats");
    return number(READS, stats) - number(REFUSALS, stats);
  }

  private static long number(Pattern pattern, String text) {
    Matcher match = pattern.matcher(text);
    assertThat(match.find()).isTrue();
    return Long.parseLong(match.group(1));
  }

  /** A read that began now shows what was acknowledged longer ago than the bound. */
  private void use(Jedis writer, Jedis reader) {
    try {
      writer.set("counter", Long.toString(++value));
      acknowledged.add(new Acknowledged(value, System.nanoTime()));
    } catch (JedisDataException e) {
      // Sent to a leader that had just died: it may show, or not.
      assertThat(e).hasMessageStartingWith("UNCERTAIN");
    }
    long before = System.nanoTime() - Duration.ofMillis(STALENESS_MILLIS).toNanos();
    while (!acknowledged.isEmpty() && acknowledged.peek().atNanos < before) {
      least = acknowledged.remove().value;
    }
    assertThat(Long.parseLong(reader.get("counter"))).isBetween(least, value);
  }
}
