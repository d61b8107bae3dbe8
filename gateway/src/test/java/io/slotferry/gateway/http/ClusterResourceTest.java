package io.slotferry.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.http.HttpFixture.Answer;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Role;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterResourceTest {
  private static final String SHARDS = "/v1/cluster/shards";

  private final HttpFixture http = new HttpFixture();

  @AfterEach
  void close() {
    http.close();
  }

  private JsonObject operation(Answer begun) {
    assertThat(begun.status()).isEqualTo(202);
    return http.get("/v1/cluster/operations/" + begun.json().getLong("operation")).json();
  }

  @Test
  void theMapIsShown() {
    JsonObject cluster = http.get("/v1/cluster").json();
    assertThat(cluster.fieldNames())
        .containsExactly("version", "shards", "nodes", "keyspaces", "operations", "moves");
    assertThat(cluster.getLong("version")).isEqualTo(http.maps.current().version());
    assertThat(cluster.getJsonArray("shards").getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("id", 1)
                .put("leader", "shard-1")
                .put("replicas", JsonArray.of("replica-1"))
                .put("inSync", JsonArray.of("replica-1", "shard-1"))
                .put("epoch", 1)
                .put("slots", http.maps.current().slotsOf(1))
                .put("slotRanges", JsonArray.of("0-" + (http.maps.current().slotsOf(1) - 1)))
                .put("draining", false));
    assertThat(cluster.getJsonArray("nodes").getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("id", "gateway-1")
                .put("roles", JsonArray.of("gateway"))
                .put("host", "127.0.0.1")
                .put("respPort", 6379)
                .put("httpPort", 8080)
                .put("zone", ""));
    assertThat(cluster.getJsonArray("keyspaces").getJsonObject(0).getInteger("number")).isZero();
  }

  @Test
  void shardsJoinAndLeave() {
    JsonObject added = operation(http.send("POST", SHARDS, null));
    assertThat(added.getString("kind")).isEqualTo("ADD_SHARD");
    assertThat(added.getString("state")).isEqualTo("WAITING_FOR_NODE");
    JsonObject removed = operation(http.send("DELETE", SHARDS + "/2", null));
    assertThat(removed.getString("kind")).isEqualTo("REMOVE_SHARD");
    assertThat(removed.getInteger("shard")).isEqualTo(2);
    Answer again = http.send("DELETE", SHARDS + "/2", null);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.json().getString("detail")).contains("shard 2");
    assertThat(http.send("DELETE", SHARDS + "/9", null).status()).isEqualTo(404);
    assertThat(http.send("DELETE", SHARDS + "/x", null).status()).isEqualTo(404);
  }

  @Test
  void aPlanIsShownWithoutBeingCarriedOut() {
    long version = http.maps.current().version();
    Answer plan = http.send("POST", "/v1/cluster/rebalance", "{\"dryRun\":true,\"by\":\"load\"}");
    assertThat(plan.json().getJsonArray("moves").getJsonObject(0))
        .isEqualTo(
            new JsonObject("{\"from\":1,\"to\":2,\"partitions\":[\"0-2\",\"9\"],\"bytes\":1000}"));
    JsonObject share = plan.json().getJsonArray("shards").getJsonObject(0);
    assertThat(share.getInteger("id")).isEqualTo(1);
    assertThat(share.getJsonObject("before").getLong("operationsPerSecond")).isEqualTo(70);
    assertThat(share.getJsonObject("after").getLong("bytes"))
        .isEqualTo(4000 + Objective.LOAD.ordinal());
    assertThat(http.maps.current().version()).isEqualTo(version);
    JsonObject begun = operation(http.send("POST", "/v1/cluster/rebalance", null));
    assertThat(begun.getString("kind")).isEqualTo("REBALANCE");
    assertThat(begun.getString("by")).isEqualTo("slots");
    JsonObject byLoad = operation(http.send("POST", "/v1/cluster/rebalance", "{\"by\":\"load\"}"));
    assertThat(byLoad.getString("by")).isEqualTo("load");
    assertThat(http.send("POST", "/v1/cluster/rebalance", "{\"by\":\"age\"}").status())
        .isEqualTo(400);
  }

  @Test
  void slotsAndTabletsMove() {
    http.send("PUT", "/v1/keyspaces/events", "{\"partitioning\":\"range\",\"splits\":[\"m\"]}");
    for (String slots : new String[] {"\"0-99,200\"", "[\"0-99\",200]"}) {
      operation(http.send("POST", "/v1/cluster/moves", "{\"to\":3,\"slots\":" + slots + "}"));
      assertThat(http.maps.current().operations().stream().toList().getLast().partitions())
          .hasSize(101)
          .startsWith(0)
          .endsWith(200);
    }
    operation(
        http.send("POST", "/v1/cluster/moves", "{\"to\":3,\"keyspace\":\"events\",\"key\":\"x\"}"));
    int tablet = http.maps.current().keyspace("events").tablets().get(1).partition();
    assertThat(http.maps.current().operations().stream().toList().getLast().partitions())
        .containsExactly(tablet);
    for (String body :
        new String[] {
          "{}",
          "{\"to\":3}",
          "{\"to\":\"3\",\"slots\":\"1\"}",
          "{\"to\":3,\"slots\":\"5-1\"}",
          "{\"to\":3,\"slots\":\"0-16384\"}",
          "{\"to\":3,\"slots\":\"\"}",
          "{\"to\":3,\"slots\":null}",
          "{\"to\":3,\"slots\":\"1\",\"key\":\"x\"}"
        }) {
      assertThat(http.send("POST", "/v1/cluster/moves", body).status()).as(body).isEqualTo(400);
    }
    assertThat(http.send("POST", "/v1/cluster/moves", "{\"to\":8,\"slots\":\"1\"}").status())
        .isEqualTo(409);
  }

  @Test
  void aReplicaIsAskedToLead() {
    Answer asked = http.send("POST", SHARDS + "/1/failover", null);
    assertThat(asked.status()).isEqualTo(202);
    assertThat(asked.json()).isEqualTo(JsonObject.of("shard", 1, "successor", "replica-1"));
    assertThat(http.maps.current().shard(1).successor()).isEqualTo("replica-1");
    Answer stranger = http.send("POST", SHARDS + "/2/failover", "{\"to\":\"replica-1\"}");
    assertThat(stranger.status()).isEqualTo(409);
    http.maps.change(new MapChange.SetInSync(3, 1, 2, Set.of("shard-3")));
    assertThat(http.send("POST", SHARDS + "/3/failover", null).status()).isEqualTo(409);
  }

  @Test
  void operationsPauseResumeAndEnd() {
    long id = http.send("POST", "/v1/cluster/rebalance", null).json().getLong("operation");
    String path = "/v1/cluster/operations/" + id;
    assertThat(http.send("PATCH", path, "{\"state\":\"paused\"}").json().getString("state"))
        .isEqualTo("PAUSED");
    assertThat(http.send("PATCH", path, "{\"state\":\"paused\"}").status()).isEqualTo(409);
    assertThat(http.send("PATCH", path, "{\"state\":\"running\"}").json().getString("state"))
        .isEqualTo("RUNNING");
    assertThat(http.send("PATCH", path, "{\"state\":\"done\"}").status()).isEqualTo(400);
    String bandwidth = "bandwidthBytesPerSecond";
    assertThat(http.get(path).json().getLong(bandwidth)).isZero();
    String throttle = "{\"%s\":%s}";
    JsonObject throttled =
        http.send("PATCH", path, throttle.formatted(bandwidth, "1048576")).json();
    assertThat(throttled.getLong(bandwidth)).isEqualTo(1 << 20);
    assertThat(http.maps.current().settings().number("move-bandwidth-max")).isEqualTo(1 << 20);
    assertThat(http.send("PATCH", path, throttle.formatted(bandwidth, "-1")).status())
        .isEqualTo(400);
    JsonObject moving = http.get(path).json();
    assertThat(moving.getLong("bytes")).isEqualTo(750);
    assertThat(moving.getLong("heldMillis")).isEqualTo(3);
    assertThat(moving.getLong("heldMillisMax")).isEqualTo(9);
    JsonObject cancelled = http.send("DELETE", path, null).json();
    assertThat(cancelled.getString("state")).isEqualTo("CANCELLED");
    assertThat(cancelled.getLong("endedMillis")).isPositive();
    assertThat(http.send("DELETE", path, null).status()).isEqualTo(409);
    assertThat(http.get("/v1/cluster/operations").json().getJsonArray("operations")).hasSize(1);
    assertThat(http.get("/v1/cluster/operations/999999").status()).isEqualTo(404);
  }

  @Test
  void changesAreToldAndEndWithTheServer() throws IOException {
    URI events = URI.create(http.url("/v1/cluster/events"));
    try (var reader =
        new BufferedReader(
            new InputStreamReader(events.toURL().openStream(), StandardCharsets.UTF_8))) {
      long version = http.maps.current().version();
      assertThat(event(reader)).isEqualTo("{\"version\":" + version + "}");
      http.maps.change(
          new MapChange.PutNode(new Node("shard-9", Set.of(Role.SHARD), "h", 0, 0, 0, "")));
      assertThat(event(reader)).isEqualTo("{\"version\":" + (version + 1) + "}");
      http.undeploy();
      assertThat(reader.readLine()).isNull();
    }
    assertThat(http.maps.listeners()).isZero();
  }

  private static String event(BufferedReader reader) throws IOException {
    assertThat(reader.readLine()).isEqualTo("event: map");
    assertThat(reader.readLine()).startsWith("id: ");
    String data = reader.readLine();
    assertThat(reader.readLine()).isEmpty();
    return data.substring("data: ".length());
  }
}
