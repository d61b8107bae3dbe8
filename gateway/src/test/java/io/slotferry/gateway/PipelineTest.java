package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Slots;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The order of a connection's replies, and of its commands on a key, whatever happens meanwhile.
 */
class PipelineTest {
  private static int slotOf(String key) {
    return Slots.slotOf(key.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Where keys belong is found out for all commands of a read: before the SELECT among them. */
  @ParameterizedTest
  @EnumSource
  void aKeyIsLookedUpInTheKeyspaceThatWasSelectedBeforeIt(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      cluster.change(
          new MapChange.CreateKeyspace(
              1, "ranged", Partitioning.RANGE, KeyOrder.BYTES, Durability.ASYNC, List.of()));
      RespClient client = cluster.client();
      ByteArrayOutputStream pipeline = new ByteArrayOutputStream();
      for (String command :
          List.of(
              "SET a hash",
              "SET b hash",
              "SELECT 1",
              "SET a range",
              "GET b",
              "SELECT 0",
              "GET a")) {
        pipeline.writeBytes(RespClient.encode(command.split(" ")));
      }
      client.write(pipeline.toByteArray());
      for (String reply : List.of("OK", "OK", "OK", "OK", "nil", "OK", "hash")) {
        assertThat(client.readText()).isEqualTo(reply);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void repliesComeInTheOrderOfTheCommands(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      ByteArrayOutputStream pipeline = new ByteArrayOutputStream();
      List<String> expected = new ArrayList<>();
      Random random = new Random(7);
      int late = 0;
      for (int i = 0; i < 500; i++) {
        switch (random.nextInt(5)) {
          case 0 -> {
            pipeline.writeBytes(RespClient.encode("SET", "late:" + i, "v" + i));
            expected.add("OK");
            late++;
          }
          case 1 -> {
            pipeline.writeBytes(RespClient.encode("ECHO", "e" + i));
            expected.add("e" + i);
          }
          case 2 -> {
            pipeline.writeBytes(RespClient.encode("MGET", "a" + i, "b" + i, "c" + i));
            expected.add("[nil, nil, nil]");
          }
          case 3 -> {
            pipeline.writeBytes(RespClient.encode("NOSUCH"));
            expected.add("-ERR unknown command 'NOSUCH', with args beginning with: ");
          }
          default -> {
            pipeline.writeBytes(RespClient.encode("INCR", "n" + i));
            expected.add("(1)");
          }
        }
      }
      client.write(pipeline.toByteArray());
      int all = late;
      cluster.until(() -> cluster.shards.stream().mapToInt(FakeShard::lateCount).sum() == all);
      for (FakeShard shard : cluster.shards.reversed()) {
        cluster.onLoop(() -> shard.release(shard.lateCount()));
      }
      for (String reply : expected) {
        assertThat(client.readText()).isEqualTo(reply);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMovedKeyIsFollowedInOrder(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      int slot = slotOf("k");
      int owner = cluster.maps.current().shardOf(slot);
      FakeShard source = cluster.shard(owner);
      assertThat(client.ask("SET", "k", "0")).isEqualTo("OK");
      // The source has given the key away; the gateway hears of the new owner only later.
      cluster.onLoop(() -> source.refusesAll = true);
      ByteArrayOutputStream pipeline = new ByteArrayOutputStream();
      for (int i = 0; i < 20; i++) {
        pipeline.writeBytes(RespClient.encode("INCR", "k"));
        pipeline.writeBytes(RespClient.encode("PING"));
      }
      client.write(pipeline.toByteArray());
      cluster.until(() -> cluster.maps.refreshes.get() > 0);
      cluster.maps.move(owner, 3 - owner, slot);
      for (int i = 1; i <= 20; i++) {
        assertThat(client.readText()).isEqualTo("(" + i + ")");
        assertThat(client.readText()).isEqualTo("PONG");
      }
      assertThat(cluster.gateway.counters().reroutes()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSplitCommandIsCutAgainWhenOwnersChange(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      client.ask("MSET", "{a}1", "1", "{b}1", "2", "{c}1", "3", "{d}1", "4");
      cluster.onLoop(() -> cluster.shards.forEach(shard -> shard.refusesAll = true));
      client.send("MGET", "{a}1", "{b}1", "{c}1", "{d}1", "{a}1");
      cluster.until(() -> cluster.maps.refreshes.get() > 0);
      int slot = slotOf("{a}1");
      int owner = cluster.maps.current().shardOf(slot);
      cluster.onLoop(() -> cluster.shards.forEach(shard -> shard.refusesAll = false));
      cluster.maps.move(owner, owner % 3 + 1, slot);
      assertThat(client.readText()).isEqualTo("[1, 2, 3, 4, 1]");
    }
  }

  @ParameterizedTest
  @EnumSource
  void commandsInFlightAreOfOneMapVersion(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      int slot = slotOf("late");
      int owner = cluster.maps.current().shardOf(slot);
      FakeShard source = cluster.shard(owner);
      FakeShard target = cluster.shard(3 - owner);
      client.send("SET", "late", "old");
      cluster.until(() -> source.lateCount() == 1);
      cluster.maps.move(owner, 3 - owner, slot);
      client.send("INCR", "{late}n");
      client.send("PING");
      // The gateway has the new map and the second command; it does not overtake the first.
      RespClient other = cluster.client();
      assertThat(other.ask("INCR", "{late}other")).isEqualTo("(1)");
      assertThat(cluster.<List<String>>onLoop(() -> List.copyOf(target.log)))
          .containsExactly("INCR {late}other");
      cluster.onLoop(() -> source.release(1));
      assertThat(client.readText()).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("(1)");
      assertThat(client.readText()).isEqualTo("PONG");
    }
  }

  @Test
  void whatStandsBehindAScriptOfItsOwnIsNotRefused() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      FakeShard shard = cluster.shard(1);
      RespClient client = cluster.client();
      RespClient other = cluster.client();
      client.send("SET", "late", "1");
      cluster.until(() -> shard.lateCount() == 1);
      cluster.onLoop(() -> shard.busy = "BUSY script");
      assertThat(other.ask("PING")).isEqualTo("-BUSY script");
      long before = cluster.gateway.counters().commands();
      client.send("PING");
      cluster.until(() -> cluster.gateway.counters().commands() > before);
      cluster.onLoop(() -> {
        shard.busy = null;
        shard.release(1);
      });
      assertThat(client.readText()).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("PONG");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasNotExecutedAfterAllIsRoutedAgain(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      int owner = cluster.maps.current().shardOf(slotOf("late"));
      FakeShard shard = cluster.shard(owner);
      client.send("SET", "late", "1");
      cluster.until(() -> shard.lateCount() == 1);
      cluster.onLoop(shard::refuseLate);
      cluster.until(() -> shard.lateCount() == 1);
      cluster.onLoop(() -> shard.release(1));
      assertThat(client.readText()).isEqualTo("OK");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OTHER_LOOP", "BUS"})
  void nothingOvertakesWhatACopyRefusedJustBeforeItLed(Placement placement) {
    try (TestGateway cluster = new TestGateway(1, placement)) {
      FakeShard shard = cluster.shard(1);
      RespClient client = cluster.client();
      RespClient other = cluster.client();
      assertThat(client.ask("SET", "k", "0")).isEqualTo("OK");
      for (int round = 1; round < 100; round += 3) {
        CountDownLatch sent = cluster.holdLoop();
        for (int i = 0; i < 3; i++) {
          long before = cluster.gateway.counters().commands();
          client.send("SET", "k", Integer.toString(round + i));
          while (cluster.gateway.counters().commands() == before) {
            Thread.onSpinWait();
          }
          // Whatever the first turn of the loop collected has left when the next has answered.
          assertThat(other.ask("PING")).isEqualTo("PONG");
        }
        shard.refusesNext = 1;
        sent.countDown();
        for (int i = 0; i < 3; i++) {
          assertThat(client.readText()).isEqualTo("OK");
        }
        assertThat(client.ask("GET", "k")).isEqualTo(Integer.toString(round + 2));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNewLeaderConfirmsNoWriteThatTheOldOneTook(Placement placement) {
    try (TestGateway cluster = new TestGateway(3, placement)) {
      RespClient client = cluster.client();
      assertThat(client.ask("WAIT", "1", "0")).isEqualTo("(1)");
      assertThat(client.ask("SET", "k", "1")).isEqualTo("OK");
      assertThat(client.ask("WAIT", "1", "0")).isEqualTo("(1)");
      cluster.maps.promote(2);
      assertThat(client.ask("SET", "k", "2")).isEqualTo("OK");
      assertThat(client.ask("WAIT", "1", "0")).isEqualTo("(0)");
      assertThat(client.ask("WAIT", "1", "0")).as("asked again").isEqualTo("(0)");
      assertThat(client.ask("SET", "k", "3")).isEqualTo("OK");
      assertThat(client.ask("WAIT", "1", "0")).isEqualTo("(1)");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUncertainWriteIsSaidAndAnUncertainReadIsRepeated(Placement placement) {
    try (TestGateway cluster = new TestGateway(2, placement)) {
      RespClient client = cluster.client();
      int owner = cluster.maps.current().shardOf(slotOf("late"));
      FakeShard shard = cluster.shard(owner);
      client.send("SET", "late", "1");
      client.send("GET", "late");
      cluster.until(() -> shard.lateCount() == 2);
      cluster.onLoop(shard::loseLate);
      assertThat(client.readText())
          .isEqualTo("-UNCERTAIN the write may or may not have been executed");
      cluster.until(() -> shard.lateCount() == 1);
      cluster.onLoop(() -> shard.release(1));
      assertThat(client.readText()).isEqualTo("1");
      assertThat(cluster.gateway.counters().uncertain()).isEqualTo(1);
    }
  }

  @Test
  void withoutALeaderCommandsWait() {
    try (TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP)) {
      RespClient client = cluster.client();
      cluster.onLoop(() -> cluster.shard(1).refusesAll = true);
      client.send("SET", "k", "1");
      client.send("GET", "k");
      cluster.until(() -> cluster.gateway.counters().reroutes() > 2);
      cluster.onLoop(() -> cluster.shard(1).refusesAll = false);
      assertThat(client.readText()).isEqualTo("OK");
      assertThat(client.readText()).isEqualTo("1");
    }
  }
}
