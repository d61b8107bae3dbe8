package io.slotferry.system;

import io.slotferry.server.config.HostPort;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a gateway tells of its cluster, under {@code /v1/cluster}. */
final class ClusterState {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final JsonObject map;

  private ClusterState(JsonObject map) {
    this.map = map;
  }

  /** Throws {@link UncheckedIOException} when the gateway does not answer. */
  static ClusterState of(String url) {
    return new ClusterState(get(url + "/v1/cluster"));
  }

  /** One operation, with what the leaders tell of its moves. */
  static JsonObject operation(String url, long id) {
    return get(url + "/v1/cluster/operations/" + id);
  }

  private static JsonObject get(String url) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(ANSWER_MAX).build();
    try {
      return new JsonObject(HTTP.send(request, BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** None as long as the gateway knows of none. */
  Stream<JsonObject> shards() {
    return objects("shards");
  }

  JsonObject shard(int id) {
    return shards().filter(shard -> shard.getInteger("id") == id).findFirst().orElseThrow();
  }

  /** The ids of the moves under way from or to a shard. */
  Set<Long> moves(int shard) {
    return objects("moves")
        .filter(move -> move.getInteger("from") == shard || move.getInteger("to") == shard)
        .map(move -> move.getLong("id"))
        .collect(Collectors.toSet());
  }

  /** Where Redis' clients connect to. */
  HostPort[] gateways() {
    return objects("nodes")
        .filter(node -> node.getInteger("respPort") > 0)
        .map(node -> new HostPort(node.getString("host"), node.getInteger("respPort")))
        .toArray(HostPort[]::new);
  }

  private Stream<JsonObject> objects(String name) {
    return map.getJsonArray(name, new JsonArray()).stream().map(JsonObject.class::cast);
  }
}
