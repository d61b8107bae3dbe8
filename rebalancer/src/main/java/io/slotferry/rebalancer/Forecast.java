package io.slotferry.rebalancer;

import io.slotferry.rebalancer.Planner.Batch;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Move;
import io.slotferry.topology.Objective;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.Shard;
import io.slotferry.topology.Slots;
import io.slotferry.topology.message.PlanAnswer;
import io.slotferry.topology.message.PlanAnswer.Part;
import io.slotferry.topology.message.PlanAnswer.PlannedMove;
import io.slotferry.topology.message.PlanAnswer.Share;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a plan would do, told before it is done. Pure. */
final class Forecast {
  private final ClusterMap map;
  private final Loads loads;

  private Forecast(ClusterMap map, Loads loads) {
    this.map = map;
    this.loads = loads;
  }

  static PlanAnswer of(ClusterMap map, Objective objective, Loads loads) {
    return new Forecast(map, loads).of(Planner.rebalance(map, objective, loads));
  }

  private PlanAnswer of(List<Batch> plan) {
    Map<Integer, Integer> underWay = new HashMap<>();
    for (Move move : map.moves()) {
      for (int partition : move.partitions()) {
        underWay.put(partition, move.to());
      }
    }
    Map<Integer, Integer> planned = new HashMap<>(underWay);
    List<PlannedMove> moves = new ArrayList<>();
    for (Batch batch : plan) {
      long bytes = 0;
      for (int partition : batch.partitions()) {
        planned.put(partition, batch.to());
        bytes += loads.of(partition).bytes();
      }
      moves.add(new PlannedMove(batch.from(), batch.to(), batch.partitions(), bytes));
    }
    Map<Integer, Part> before = parts(underWay);
    Map<Integer, Part> after = parts(planned);
    List<Share> shares = new ArrayList<>();
    for (Shard shard : map.shards()) {
      shares.add(new Share(shard.id(), part(before, shard.id()), part(after, shard.id())));
    }
    return new PlanAnswer(moves, shares);
  }

  private static Part part(Map<Integer, Part> parts, int shard) {
    return parts.getOrDefault(shard, new Part(0, 0, 0, 0, 0, 0));
  }

  private Map<Integer, Part> parts(Map<Integer, Integer> moved) {
    Map<Integer, Part> parts = new HashMap<>();
    for (Shard shard : map.shards()) {
      for (int partition : map.partitionsOf(shard.id())) {
        parts.merge(moved.getOrDefault(partition, shard.id()), part(partition), Forecast::together);
      }
    }
    return parts;
  }

  private Part part(int partition) {
    PartitionLoad load = loads.of(partition);
    int slots = partition < Slots.COUNT ? 1 : 0;
    return new Part(
        slots, 1 - slots, load.keys(), load.bytes(), load.operations(), load.cpuMicros());
  }

  private static Part together(Part one, Part other) {
    return new Part(
        one.slots() + other.slots(),
        one.tablets() + other.tablets(),
        one.keys() + other.keys(),
        one.bytes() + other.bytes(),
        one.operations() + other.operations(),
        one.cpuMicros() + other.cpuMicros());
  }
}
