package io.slotferry.gateway.http;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Shard;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;

/** {@code /v1/cluster}: the map, and what changes shards and the places of partitions. */
final class ClusterResource {
  private static final int NO_SHARD_YET = 0;

  private final MapChanges changes;
  private final Keyspaces keyspaces;
  private final PlanPreview preview;
  private final InstantSource clock = InstantSource.system();

  ClusterResource(MapChanges changes, Keyspaces keyspaces, PlanPreview preview) {
    this.changes = changes;
    this.keyspaces = keyspaces;
    this.preview = preview;
  }

  Future<Void> get(RoutingContext context) {
    return Json.send(context, 200, MapDocument.of(changes.map()));
  }

  Future<Void> addShard(RoutingContext context) {
    return begin(context, Operation.Kind.ADD_SHARD, Operation.State.WAITING_FOR_NODE, NO_SHARD_YET);
  }

  Future<Void> removeShard(RoutingContext context) {
    return begin(
        context, Operation.Kind.REMOVE_SHARD, Operation.State.RUNNING, shardOf(context).id());
  }

  Future<Void> rebalance(RoutingContext context) {
    JsonObject body = Json.objectOrEmpty(context);
    Objective objective = Json.constant(body, "by", Objective.SLOTS);
    if (!Json.flag(body, "dryRun")) {
      return begin(
          context,
          new MapChange.BeginOperation(
              Operation.Kind.REBALANCE,
              Operation.State.RUNNING,
              NO_SHARD_YET,
              objective,
              clock.millis(),
              ""));
    }
    return preview
        .plan(objective)
        .recover(cause ->
            Future.failedFuture(
                new ProblemException(
                    Problem.unavailable("no rebalancer answers: " + cause.getMessage()))))
        .compose(plan -> Json.send(context, 200, PlanDocument.of(plan)));
  }

  private Future<Void> begin(
      RoutingContext context, Operation.Kind kind, Operation.State state, int shard) {
    return begin(context, new MapChange.BeginOperation(kind, state, shard, clock.millis(), ""));
  }

  private Future<Void> begin(RoutingContext context, MapChange change) {
    return changes
        .make(change)
        .compose(version -> Json.send(context, 202, new JsonObject().put("operation", version)));
  }

  Future<Void> move(RoutingContext context) {
    JsonObject body = Json.object(context.body().buffer());
    int to = Json.number(body, "to");
    return begin(context, new MapChange.MovePartitions(to, partitions(body), clock.millis()));
  }

  private int[] partitions(JsonObject body) {
    if (body.containsKey("slots") == body.containsKey("key")) {
      throw new ProblemException(
          Problem.badRequest("a move names \"slots\", or a \"keyspace\" and a \"key\""));
    }
    if (body.containsKey("slots")) {
      return Ranges.slots(body.getValue("slots"));
    }
    int keyspace = keyspaces.named(Json.text(body, "keyspace")).number();
    Text text = Text.of("base64".equals(body.getValue("encoding")));
    byte[] key = text.decode(Json.text(body, "key"));
    return new int[] {changes.map().partitionOf(keyspace, key, 0, key.length)};
  }

  Future<Void> failover(RoutingContext context) {
    Shard shard = shardOf(context);
    JsonObject body = Json.objectOrEmpty(context);
    String to = body.containsKey("to") ? Json.text(body, "to") : successor(shard);
    JsonObject answer = new JsonObject().put("shard", shard.id()).put("successor", to);
    return changes
        .make(new MapChange.SetSuccessor(shard.id(), shard.epoch(), to))
        .compose(_ -> Json.send(context, 202, answer));
  }

  /** The first replica that may lead. */
  private static String successor(Shard shard) {
    for (String replica : shard.replicas()) {
      if (shard.inSync().contains(replica)) {
        return replica;
      }
    }
    throw new ProblemException(
        Problem.refused("shard " + shard.id() + " has no replica in sync that could lead"));
  }

  private Shard shardOf(RoutingContext context) {
    String id = context.pathParam("id");
    ClusterMap map = changes.map();
    Shard shard = id.matches("\\d{1,9}") ? map.shard(Integer.parseInt(id)) : null;
    if (shard == null) {
      throw new ProblemException(Problem.notFound("no shard " + id));
    }
    return shard;
  }
}
