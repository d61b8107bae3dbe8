package io.slotferry.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.node.SpareNodes.View;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
  private static final String CLUSTER =
      """
      {"version": 7,
       "shards": [{"id": 1, "leader": "replica-1", "replicas": ["shard-1"]},
                  {"id": 3, "leader": "shard-3", "replicas": []}],
       "nodes": [{"id": "shard-1"}, {"id": "replica-1"}, {"id": "shard-3"}, {"id": "gateway-1"}],
       "operations": [{"id": 5, "state": "DONE"}, {"id": 6, "state": "%s"}]}
      """;

  @Test
  void saysWhoCarriesWhatAndWhetherANodeIsAwaited() {
    View view = ClusterView.of(new JsonObject(CLUSTER.formatted("WAITING_FOR_NODE")));

    assertThat(view)
        .isEqualTo(
            new View(
                true,
                Set.of("shard-1", "replica-1", "shard-3", "gateway-1"),
                Set.of(1, 3),
                Map.of("replica-1", 1, "shard-1", 1, "shard-3", 3)));
    assertThat(ClusterView.of(new JsonObject(CLUSTER.formatted("RUNNING"))).awaitsNode()).isFalse();
  }

  @Test
  void knowsNothingWhenNoGatewayAnswers() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThat(ClusterView.ask(client, List.of("http://127.0.0.1:1"), "")).isNull();
    }
  }
}
