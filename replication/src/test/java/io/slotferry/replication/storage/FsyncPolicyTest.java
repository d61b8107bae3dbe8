package io.slotferry.replication.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.replication.LoopTurns;
import io.slotferry.replication.ShardCopy;
import io.slotferry.replication.TimeSource;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a leading copy has answered, and what of it is there after the power was cut. */
class FsyncPolicyTest {
  private static final int SEEDS = 60;
  private static final String NODE = "shard-1";

  /** A write is on its way to the disk for a second at most, and the disk is idle by then. */
  private static final long EVERYSEC_MILLIS = 1_000 + ShardCopy.TICK_MILLIS;

  private final Queue<Runnable> disk = new ArrayDeque<>();
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final Clock clock = new Clock();
  private final Map<String, Long> answeredMillis = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private ClusterMap map = ClusterMap.EMPTY;

  private static final class Clock implements TimeSource {
    long nowMillis = 1_000_000;

    @Override
    public long wallMillis() {
      return nowMillis;
    }

    @Override
    public long monotonicMillis() {
      return nowMillis;
    }
  }

  @Test
  void alwaysMeansThatWhatWasToldIsThere() throws IOException {
    int held = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      MemoryVolume volume = new MemoryVolume(random);
      ShardCopy copy = start(volume, Fsync.ALWAYS);
      for (int i = 0; i < 60; i++) {
        held += write(copy, "key" + i) ? 1 : 0;
        read(copy, "key" + random.nextInt(i + 1));
        work(copy, random);
        if (random.nextInt(15) == 0) {
          volume.failForces(random.nextBoolean() ? "Input/output error" : null);
        }
      }
      crash(volume);
      Set<String> there = keysAfterRestart(volume);
      assertThat(there).as("seed %d", seed).containsAll(answeredMillis.keySet());
      assertThat(there).as("seed %d: read", seed).containsAll(seen);
    }
    assertThat(held).isGreaterThan(SEEDS);
  }

  @Test
  void everysecLosesTheLastSecondAtMost() throws IOException {
    int lost = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      MemoryVolume volume = new MemoryVolume(random);
      ShardCopy copy = start(volume, Fsync.EVERYSEC);
      for (int i = 0; i < 200; i++) {
        assertThat(write(copy, "key" + i)).isFalse();
        settle(copy);
        clock.nowMillis += ShardCopy.TICK_MILLIS;
        copy.tickLeading();
        settle(copy);
      }
      crash(volume);
      Set<String> there = keysAfterRestart(volume);
      answeredMillis.forEach((key, millis) -> {
        if (millis <= clock.nowMillis - EVERYSEC_MILLIS) {
          assertThat(there).contains(key);
        }
      });
      lost += answeredMillis.size() - there.size();
    }
    assertThat(lost).isPositive();
  }

  @Test
  void aDiskThatIsFarBehindMakesWritesComeAgain() throws IOException {
    ShardCopy copy = start(new MemoryVolume(new Random(1)), Fsync.EVERYSEC);
    Request big = Request.of("SET", "big", "x".repeat(8 << 20));
    for (int i = 0; i < 8; i++) {
      assertThat(outcome(copy, Command.SET, big)).isEqualTo(ShardExecutor.Outcome.REPLIED);
      copy.flush();
    }
    assertThat(outcome(copy, Command.SET, big)).isEqualTo(ShardExecutor.Outcome.NOT_HERE);
    assertThat(outcome(copy, Command.GET, Request.of("GET", "big")))
        .isEqualTo(ShardExecutor.Outcome.REPLIED);
    settle(copy);
    copy.flush();
    assertThat(outcome(copy, Command.SET, big)).isEqualTo(ShardExecutor.Outcome.REPLIED);
  }

  private ShardExecutor.Outcome outcome(ShardCopy copy, Command command, Request request) {
    return copy.execute(call(command, "big"), request, new ReplyWriter(), null);
  }

  /** What is to be done is lost with the machine. */
  private void crash(MemoryVolume volume) {
    disk.clear();
    loop.clear();
    volume.crash();
    volume.failForces(null);
  }

  private ShardCopy start(MemoryVolume volume, Fsync policy) throws IOException {
    answeredMillis.clear();
    seen.clear();
    map = ClusterMap.EMPTY;
    ShardCopy copy = open(volume, policy);
    change(new MapChange.PutNode(new Node(NODE, Set.of(Role.SHARD), "", 0, 0, 0, "")));
    change(new MapChange.CreateCluster(List.of(new MapChange.ShardPlacement(1, NODE, List.of()))));
    change(new MapChange.Promote(1, 0, NODE, copy.incarnation(), false));
    copy.mapChanged(map);
    copy.leaseGranted(1, map.shard(1).epoch(), clock.nowMillis, 1_000_000);
    settle(copy);
    return copy;
  }

  private static final class FlushedByHand implements LoopTurns {
    @Override
    public void flushLater() {
      // The test does.
    }

    @Override
    public void moveOnLater() {
      // There are no moves.
    }
  }

  private void change(MapChange change) {
    map = ((Outcome.Accepted) map.apply(change)).map();
  }

  private ShardCopy open(MemoryVolume volume, Fsync policy) throws IOException {
    ShardCopy copy =
        new ShardCopy(
            NODE,
            new Random(1),
            clock,
            (to, frame) -> {},
            (change, answer) -> {},
            new FlushedByHand());
    copy.open(
        CopyStorage.open(
            Path.of("/data/shard-1"),
            StorageSettings.of(policy),
            volume,
            disk::offer,
            loop::add,
            copy.engine(),
            clock.nowMillis));
    return copy;
  }

  private Set<String> keysAfterRestart(MemoryVolume volume) throws IOException {
    ShardCopy copy = open(volume, Fsync.NO);
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      String key = "key" + i;
      ReplyWriter reply = new ReplyWriter();
      copy.store().create(call(Command.GET, key).partition);
      copy.engine().execute(call(Command.GET, key), Request.of("GET", key), reply, 0);
      if (reply.bytes()[1] != '-') {
        keys.add(key);
      }
    }
    return keys;
  }

  private ShardCall call(Command command, String key) {
    ShardCall call = new ShardCall();
    call.command = command;
    byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
    call.partition = map.partitionOf(0, bytes, 0, bytes.length);
    return call;
  }

  /** Whether the reply was held. */
  private boolean write(ShardCopy copy, String key) {
    return execute(
        copy,
        call(Command.SET, key),
        Request.of("SET", key, "v"),
        reply -> {
          if (reply.startsWith("+")) {
            answeredMillis.put(key, clock.nowMillis);
          }
        });
  }

  private void read(ShardCopy copy, String key) {
    execute(
        copy,
        call(Command.GET, key),
        Request.of("GET", key),
        reply -> {
          if (!reply.startsWith("$-")) {
            seen.add(key);
          }
        });
  }

  private interface Answered {
    void is(String reply);
  }

  private boolean execute(ShardCopy copy, ShardCall call, Request request, Answered answered) {
    ReplyWriter reply = new ReplyWriter();
    ShardExecutor.Outcome outcome =
        copy.execute(
            call,
            request,
            reply,
            new ShardExecutor.LaterReply() {
              @Override
              public void replied(long ticket, ReplyWriter later) {
                answered.is(new String(later.toByteArray(), StandardCharsets.US_ASCII));
              }

              @Override
              public void notHere(long ticket) {
                throw new AssertionError("it was executed");
              }

              @Override
              public void uncertain(long ticket) {
                // No answer.
              }
            });
    if (outcome == ShardExecutor.Outcome.REPLIED) {
      answered.is(new String(reply.toByteArray(), StandardCharsets.US_ASCII));
    }
    return outcome == ShardExecutor.Outcome.LATER;
  }

  private void work(ShardCopy copy, Random random) {
    copy.flush();
    clock.nowMillis += random.nextInt(20);
    copy.tickLeading();
    for (int i = random.nextInt(4); i > 0; i--) {
      runOne(random.nextBoolean() ? disk : loop);
    }
  }

  private void settle(ShardCopy copy) {
    copy.flush();
    while (!disk.isEmpty() || !loop.isEmpty()) {
      runOne(disk);
      runOne(loop);
    }
  }

  private static void runOne(Queue<Runnable> tasks) {
    Runnable task = tasks.poll();
    if (task != null) {
      task.run();
    }
  }
}
