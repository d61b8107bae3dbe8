package io.slotferry.gateway.http;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Move;
import io.slotferry.topology.Node;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Shard;
import io.slotferry.topology.Slots;
import io.slotferry.topology.Tablet;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The cluster map and its parts as JSON. */
final class MapDocument {
  private MapDocument() {}

  static JsonObject of(ClusterMap map) {
    return new JsonObject()
        .put("version", map.version())
        .put("shards", array(map.shards(), shard -> of(shard, map)))
        .put("nodes", array(map.nodes(), MapDocument::of))
        .put("keyspaces", array(map.keyspaces(), MapDocument::of))
        .put("operations", operations(map))
        .put("moves", array(map.moves(), MapDocument::of));
  }

  static JsonArray operations(ClusterMap map) {
    return array(map.operations(), MapDocument::of);
  }

  static <T> JsonArray array(Collection<T> parts, Function<T, JsonObject> document) {
    JsonArray array = new JsonArray();
    parts.forEach(part -> array.add(document.apply(part)));
    return array;
  }

  private static JsonObject of(Shard shard, ClusterMap map) {
    int[] slots =
        Arrays.stream(map.partitionsOf(shard.id()))
            .filter(partition -> partition < Slots.COUNT)
            .toArray();
    return new JsonObject()
        .put("id", shard.id())
        .put("leader", shard.leader())
        .put("replicas", new JsonArray(shard.replicas()))
        .put("inSync", new JsonArray(shard.inSync().stream().sorted().toList()))
        .put("epoch", shard.epoch())
        .put("slots", slots.length)
        .put("slotRanges", Ranges.of(slots))
        .put("draining", shard.draining());
  }

  private static JsonObject of(Node node) {
    return new JsonObject()
        .put("id", node.id())
        .put("roles", new JsonArray(node.roles().stream().sorted().map(Json::lower).toList()))
        .put("host", node.host())
        .put("respPort", node.respPort())
        .put("httpPort", node.httpPort())
        .put("zone", node.zone());
  }

  static JsonObject of(Keyspace keyspace) {
    JsonObject document =
        new JsonObject()
            .put("number", keyspace.number())
            .put("name", keyspace.name())
            .put("partitioning", Json.lower(keyspace.partitioning()))
            .put("durability", Json.lower(keyspace.durability()));
    if (keyspace.partitioning() == Partitioning.HASH) {
      return document;
    }
    Text text = new Text();
    keyspace.tablets().forEach(tablet -> text.consider(tablet.from()));
    document
        .put("order", Json.lower(keyspace.order()))
        .put("tablets", array(keyspace.tablets(), tablet -> of(tablet, text)));
    return text.isBase64() ? document.put("encoding", "base64") : document;
  }

  private static JsonObject of(Tablet tablet, Text text) {
    byte[] from = tablet.from().length == 0 ? null : tablet.from();
    return new JsonObject()
        .put("from", boundary(from, text))
        .put("to", boundary(tablet.to(), text))
        .put("shard", tablet.shard());
  }

  private static @Nullable String boundary(byte @Nullable [] key, Text text) {
    return key == null ? null : text.encode(key);
  }

  static JsonObject of(Operation operation) {
    return new JsonObject()
        .put("id", operation.id())
        .put("kind", operation.kind().name())
        .put("state", operation.state().name())
        .put("shard", operation.shard())
        .put("by", Json.lower(operation.objective()))
        .put("total", operation.total())
        .put("done", operation.done())
        .put("startedMillis", operation.startedMillis())
        .put("endedMillis", operation.ended() ? operation.endedMillis() : null)
        .put("detail", operation.detail());
  }

  private static JsonObject of(Move move) {
    return new JsonObject()
        .put("id", move.id())
        .put("operation", move.operation())
        .put("from", move.from())
        .put("to", move.to())
        .put("partitions", Ranges.of(move.partitions()));
  }
}
