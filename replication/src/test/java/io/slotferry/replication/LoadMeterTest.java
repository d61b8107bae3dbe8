package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.engine.store.Partition;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Role;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoadMeterTest {
  private static final int EVENTS = 1;

  private final Engine engine =
      new Engine(
          (keyspace, buffer, start, length) -> 0,
          (keyspace, partition, effect) -> {},
          new Random(1),
          () -> 0);
  private final LoadMeter meter = new LoadMeter();
  private ClusterMap map = ClusterMap.EMPTY;

  private void set(int keyspace, int partition, String key) {
    ShardCall call = new ShardCall();
    call.command = Command.SET;
    call.keyspace = keyspace;
    call.partition = partition;
    engine.execute(call, Request.of("SET", key, "value"), new ReplyWriter(), 1);
  }

  private void count(Partition partition, int operations, long cpuNanos) {
    for (int i = 0; i < operations; i++) {
      partition.count(10, 10);
    }
    partition.countCpu(cpuNanos);
  }

  private List<PartitionLoad> measure(long nowMillis) {
    return meter.measure(engine.store(), map, nowMillis);
  }

  @Test
  void ratesAreOfTheTimeSinceTheLastCall() {
    Partition busy = engine.store().create(3);
    set(0, 3, "a");
    count(busy, 1_000_000, 5);
    PartitionLoad first = measure(10_000).getFirst();
    assertThat(first.keys()).isEqualTo(1);
    assertThat(first.bytes()).isPositive();
    assertThat(first.operations()).as("of no known time").isZero();
    count(busy, 500, 4_000_000);
    PartitionLoad second = measure(12_000).getFirst();
    assertThat(second.operations()).isEqualTo(250);
    assertThat(second.cpuMicros()).isEqualTo(2_000);
    assertThat(measure(14_000).getFirst().operations()).isZero();
  }

  @Test
  void emptyOnesAreToldOfWhileTheyAreBusy() {
    Partition empty = engine.store().create(7);
    assertThat(measure(1_000)).isEmpty();
    count(empty, 30, 0);
    assertThat(measure(4_000)).extracting(PartitionLoad::operations).containsExactly(10);
    assertThat(measure(7_000)).isEmpty();
  }

  @Test
  void aTabletIsToldOfWithItsMiddles() {
    change(new MapChange.PutNode(new Node("shard-1", Set.of(Role.SHARD), "h", 0, 0, 0, "")));
    change(
        new MapChange.CreateCluster(
            List.of(new MapChange.ShardPlacement(1, "shard-1", List.of()))));
    change(
        new MapChange.CreateKeyspace(
            EVENTS, "events", Partitioning.RANGE, KeyOrder.NATURAL, Durability.ASYNC, List.of()));
    int id = map.keyspace(EVENTS).tablets().getFirst().partition();
    Partition tablet = engine.store().create(id);
    tablet.orderBy(EVENTS, KeyOrder.NATURAL::compare);
    for (int i = 1; i <= 101; i++) {
      set(EVENTS, id, "event:" + i);
    }
    measure(1_000);
    for (int i = 1; i <= 31; i++) {
      tablet.sample(("event:" + i).getBytes(StandardCharsets.UTF_8));
    }
    PartitionLoad load = measure(2_000).getFirst();
    assertThat(load.middle()).asString(StandardCharsets.UTF_8).isEqualTo("event:51");
    assertThat(load.busyMiddle()).asString(StandardCharsets.UTF_8).isEqualTo("event:16");
    PartitionLoad next = measure(3_000).getFirst();
    assertThat(next.busyMiddle()).as("too few samples").isNull();
  }

  private void change(MapChange change) {
    map = ((Outcome.Accepted) map.apply(change)).map();
  }
}
