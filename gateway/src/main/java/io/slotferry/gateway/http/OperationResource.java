package io.slotferry.gateway.http;

import io.slotferry.gateway.ShardStatus;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Operation;
import io.slotferry.topology.message.MoveTally;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/cluster/operations}: their progress, a pause, an early end. */
final class OperationResource {
  private static final String BANDWIDTH = "bandwidthBytesPerSecond";

  private final MapChanges changes;
  private final ShardStatus status;
  private final InstantSource clock = InstantSource.system();

  OperationResource(MapChanges changes, ShardStatus status) {
    this.changes = changes;
    this.status = status;
  }

  Future<Void> list(RoutingContext context) {
    return Json.send(
        context, 200, new JsonObject().put("operations", MapDocument.operations(changes.map())));
  }

  /** With what the leaders that answer tell of its moves. */
  Future<Void> get(RoutingContext context) {
    Operation operation = of(context);
    long bandwidth = changes.map().settings().number("move-bandwidth-max");
    return status
        .moves()
        .compose(moves -> {
          MoveTally moved =
              moves.stream()
                  .filter(tally -> tally.operation() == operation.id())
                  .reduce(new MoveTally(operation.id(), 0, 0, 0), MoveTally::plus);
          return Json.send(
              context,
              200,
              MapDocument.of(operation)
                  .put("bytes", moved.bytes())
                  .put("heldMillis", moved.heldMillis())
                  .put("heldMillisMax", moved.heldMillisMax())
                  .put(BANDWIDTH, bandwidth));
        });
  }

  Future<Void> patch(RoutingContext context) {
    Operation operation = of(context);
    JsonObject body = Json.object(context.body().buffer());
    if (body.containsKey(BANDWIDTH)) {
      return throttle(context, body.getValue(BANDWIDTH));
    }
    boolean paused =
        switch (Json.text(body, "state").toLowerCase(Locale.ROOT)) {
          case "paused" -> true;
          case "running" -> false;
          default ->
              throw new ProblemException(Problem.badRequest("\"state\" becomes paused or running"));
        };
    return change(context, new MapChange.PauseOperation(operation.id(), paused));
  }

  /** One operation moves partitions at a time, so its bandwidth is the cluster's setting. */
  private Future<Void> throttle(RoutingContext context, @Nullable Object bytesPerSecond) {
    if (!(bytesPerSecond instanceof Number number)
        || number.longValue() < 0
        || number.doubleValue() != number.longValue()) {
      throw new ProblemException(
          Problem.badRequest("\"" + BANDWIDTH + "\" is a number of bytes, 0 for no bound"));
    }
    String value = Long.toString(number.longValue());
    return change(context, new MapChange.ChangeSettings(Map.of("move-bandwidth-max", value)));
  }

  Future<Void> cancel(RoutingContext context) {
    return change(context, new MapChange.CancelOperation(of(context).id(), clock.millis()));
  }

  private Future<Void> change(RoutingContext context, MapChange change) {
    return changes.make(change).compose(_ -> get(context));
  }

  private Operation of(RoutingContext context) {
    String id = context.pathParam("id");
    Operation operation = find(id);
    if (operation == null) {
      throw new ProblemException(Problem.notFound("no operation " + id));
    }
    return operation;
  }

  private @Nullable Operation find(String id) {
    return id.matches("\\d{1,18}") ? changes.map().operation(Long.parseLong(id)) : null;
  }
}
