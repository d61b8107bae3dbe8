package io.slotferry.server.process;

import io.slotferry.server.node.SpareNodes;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a gateway's {@code /v1/cluster} says about nodes and shards. */
final class ClusterView {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int OK = 200;

  private ClusterView() {}

  /**
   * Asks the first gateway that answers; null when none does.
   *
   * @param token empty for none
   */
  static SpareNodes.@Nullable View ask(HttpClient client, List<String> urls, String token)
      throws InterruptedException {
    for (String url : urls) {
      try {
        HttpResponse<String> response = client.send(request(url, token), BodyHandlers.ofString());
        if (response.statusCode() == OK) {
          return of(new JsonObject(response.body()));
        }
      } catch (IOException | DecodeException e) {
        // The next gateway may do better; and the next round comes soon.
      }
    }
    return null;
  }

  private static HttpRequest request(String url, String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "/v1/cluster")).timeout(TIMEOUT);
    return (token.isEmpty() ? request : request.header("Authorization", "Bearer " + token)).build();
  }

  static SpareNodes.View of(JsonObject cluster) {
    boolean awaitsNode = false;
    for (JsonObject operation : objects(cluster, "operations")) {
      awaitsNode |= "WAITING_FOR_NODE".equals(operation.getString("state"));
    }
    Set<String> nodes = new HashSet<>();
    for (JsonObject node : objects(cluster, "nodes")) {
      nodes.add(node.getString("id"));
    }
    Set<Integer> shards = new HashSet<>();
    Map<String, Integer> carriers = new HashMap<>();
    for (JsonObject shard : objects(cluster, "shards")) {
      int id = shard.getInteger("id");
      shards.add(id);
      carriers.put(shard.getString("leader"), id);
      for (Object replica : shard.getJsonArray("replicas")) {
        carriers.put(replica.toString(), id);
      }
    }
    return new SpareNodes.View(awaitsNode, nodes, shards, carriers);
  }

  private static List<JsonObject> objects(JsonObject parent, String name) {
    JsonArray array = parent.getJsonArray(name, new JsonArray());
    List<JsonObject> objects = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      objects.add(array.getJsonObject(i));
    }
    return objects;
  }
}
