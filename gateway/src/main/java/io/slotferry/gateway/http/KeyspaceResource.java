package io.slotferry.gateway.http;

import io.slotferry.topology.Durability;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Tablet;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/keyspaces} and {@code /v1/keyspaces/{ks}}. */
final class KeyspaceResource {
  private static final int LOWEST_FREE = -1;

  private final MapChanges changes;
  private final Keyspaces keyspaces;

  KeyspaceResource(MapChanges changes, Keyspaces keyspaces) {
    this.changes = changes;
    this.keyspaces = keyspaces;
  }

  Future<Void> list(RoutingContext context) {
    JsonArray all = MapDocument.array(changes.map().keyspaces(), MapDocument::of);
    return Json.send(context, 200, new JsonObject().put("keyspaces", all));
  }

  Future<Void> get(RoutingContext context) {
    return Json.send(context, 200, MapDocument.of(keyspaces.of(context)));
  }

  Future<Void> put(RoutingContext context) {
    String name = context.pathParam("ks");
    MapChange.CreateKeyspace wanted = wanted(name, Json.objectOrEmpty(context));
    Keyspace there = changes.map().keyspace(name);
    if (there != null) {
      return answerExisting(context, there, wanted);
    }
    return changes
        .make(wanted)
        .compose(
            _ -> Json.send(context, 201, MapDocument.of(keyspaces.named(name))),
            failure -> {
              // Somebody else may have created it at the same time.
              Keyspace now = changes.map().keyspace(name);
              return now == null
                  ? Future.failedFuture(failure)
                  : answerExisting(context, now, wanted);
            });
  }

  private static MapChange.CreateKeyspace wanted(String name, JsonObject body) {
    Partitioning partitioning = Json.constant(body, "partitioning", Partitioning.HASH);
    KeyOrder order = Json.constant(body, "order", KeyOrder.BYTES);
    if (partitioning == Partitioning.HASH && order != KeyOrder.BYTES) {
      throw bad("a hash keyspace has no order");
    }
    int number = name.matches("\\d{1,2}") ? Integer.parseInt(name) : LOWEST_FREE;
    return new MapChange.CreateKeyspace(
        body.containsKey("number") ? Json.number(body, "number") : number,
        name,
        partitioning,
        order,
        Json.constant(body, "durability", Durability.ASYNC),
        splits(body));
  }

  private static List<byte[]> splits(JsonObject body) {
    Object value = body.getValue("splits");
    if (value == null) {
      return List.of();
    }
    Text text = Text.of("base64".equals(body.getValue("encoding")));
    List<byte[]> splits = new ArrayList<>();
    if (!(value instanceof JsonArray array)) {
      throw bad("\"splits\" is an array of keys");
    }
    for (Object split : array) {
      if (!(split instanceof String key)) {
        throw bad("\"splits\" is an array of keys, as strings");
      }
      splits.add(text.decode(key));
    }
    return splits;
  }

  private static Future<Void> answerExisting(
      RoutingContext context, Keyspace there, MapChange.CreateKeyspace wanted) {
    String difference = difference(there, wanted);
    if (difference != null) {
      throw new ProblemException(
          Problem.refused("keyspace " + there.name() + " exists with " + difference));
    }
    return Json.send(context, 200, MapDocument.of(there));
  }

  /** Tablets that were cut since do not make it another keyspace. */
  private static @Nullable String difference(Keyspace there, MapChange.CreateKeyspace wanted) {
    if (wanted.number() != LOWEST_FREE && wanted.number() != there.number()) {
      return "the number " + there.number();
    }
    if (wanted.partitioning() != there.partitioning()) {
      return "the partitioning " + Json.lower(there.partitioning());
    }
    if (there.partitioning() == Partitioning.RANGE && wanted.order() != there.order()) {
      return "the order " + Json.lower(there.order());
    }
    if (wanted.durability() != there.durability()) {
      return "the durability " + Json.lower(there.durability());
    }
    for (byte[] split : wanted.splits()) {
      if (!isBoundary(there, split)) {
        return "other splits";
      }
    }
    return null;
  }

  private static boolean isBoundary(Keyspace there, byte[] split) {
    for (Tablet tablet : there.tablets()) {
      if (Arrays.equals(tablet.from(), split)) {
        return true;
      }
    }
    return false;
  }

  Future<Void> delete(RoutingContext context) {
    Keyspace keyspace = keyspaces.of(context);
    return changes
        .make(new MapChange.DropKeyspace(keyspace.number()))
        .compose(_ -> context.response().setStatusCode(204).end());
  }

  /** {@code POST /v1/keyspaces/{ks}/splits}: cuts a tablet in two. */
  Future<Void> split(RoutingContext context) {
    int keyspace = keyspaces.of(context).number();
    return cut(context, 201, keyspace, new MapChange.SplitTablet(keyspace, at(context), false));
  }

  /** {@code POST /v1/keyspaces/{ks}/merges}: makes one of the two tablets that meet at a key. */
  Future<Void> merge(RoutingContext context) {
    int keyspace = keyspaces.of(context).number();
    return cut(context, 200, keyspace, new MapChange.MergeTablets(keyspace, at(context)));
  }

  private static byte[] at(RoutingContext context) {
    JsonObject body = Json.object(context.body().buffer());
    Text text = Text.of("base64".equals(body.getValue("encoding")));
    return text.decode(Json.text(body, "at"));
  }

  private Future<Void> cut(RoutingContext context, int status, int keyspace, MapChange change) {
    return changes
        .make(change)
        .compose(_ -> {
          Keyspace now = keyspaces.named(Integer.toString(keyspace));
          return Json.send(context, status, MapDocument.of(now));
        });
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest(detail));
  }
}
