package io.slotferry.gateway.http;

import io.slotferry.topology.message.PlanAnswer;
import io.slotferry.topology.message.PlanAnswer.Part;
import io.slotferry.topology.message.PlanAnswer.PlannedMove;
import io.slotferry.topology.message.PlanAnswer.Share;
import io.vertx.core.json.JsonObject;

/** What a rebalance would do, as JSON. */
final class PlanDocument {
  private PlanDocument() {}

  static JsonObject of(PlanAnswer plan) {
    return new JsonObject()
        .put("moves", MapDocument.array(plan.moves(), PlanDocument::of))
        .put("shards", MapDocument.array(plan.shares(), PlanDocument::of));
  }

  private static JsonObject of(PlannedMove move) {
    return new JsonObject()
        .put("from", move.from())
        .put("to", move.to())
        .put("partitions", Ranges.of(move.partitions()))
        .put("bytes", move.bytes());
  }

  private static JsonObject of(Share share) {
    return new JsonObject()
        .put("id", share.shard())
        .put("before", of(share.before()))
        .put("after", of(share.after()));
  }

  private static JsonObject of(Part part) {
    return new JsonObject()
        .put("slots", part.slots())
        .put("tablets", part.tablets())
        .put("keys", part.keys())
        .put("bytes", part.bytes())
        .put("operationsPerSecond", part.operations())
        .put("cpuMicrosPerSecond", part.cpuMicros());
  }
}
