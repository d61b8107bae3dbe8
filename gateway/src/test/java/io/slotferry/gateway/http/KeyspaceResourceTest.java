package io.slotferry.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.http.HttpFixture.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyspaceResourceTest {
  private static final String EVENTS = "/v1/keyspaces/events";
  private static final String RANGE =
      "{\"partitioning\":\"range\",\"order\":\"natural\","
          + "\"splits\":[\"event:1001\",\"event:2001\"]}";

  private final HttpFixture http = new HttpFixture();

  @AfterEach
  void close() {
    http.close();
  }

  private static JsonObject tablet(String from, String to, int shard) {
    return new JsonObject().put("from", from).put("to", to).put("shard", shard);
  }

  @Test
  void aRangeKeyspaceIsCreatedOnce() {
    Answer created = http.send("PUT", EVENTS, RANGE);
    assertThat(created.status()).isEqualTo(201);
    JsonObject expected =
        new JsonObject()
            .put("number", 1)
            .put("name", "events")
            .put("partitioning", "range")
            .put("durability", "async")
            .put("order", "natural")
            .put(
                "tablets",
                JsonArray.of(
                    tablet(null, "event:1001", 1),
                    tablet("event:1001", "event:2001", 2),
                    tablet("event:2001", null, 3)));
    assertThat(created.json()).isEqualTo(expected);
    assertThat(http.get("/v1/keyspaces/1").json()).isEqualTo(expected);
    assertThat(http.send("PUT", EVENTS, RANGE).status()).isEqualTo(200);
    for (String other :
        new String[] {
          "{}",
          RANGE.replace("natural", "bytes"),
          RANGE.replace("2001", "2002"),
          RANGE.replace("{", "{\"durability\":\"sync\","),
          RANGE.replace("{", "{\"number\":4,")
        }) {
      assertThat(http.send("PUT", EVENTS, other).status()).as(other).isEqualTo(409);
    }
  }

  @Test
  void aKeyspaceThatWasSplitIsTheSameStill() {
    http.send("PUT", EVENTS, RANGE);
    Answer split = http.send("POST", EVENTS + "/splits", "{\"at\":\"event:500\"}");
    assertThat(split.status()).isEqualTo(201);
    assertThat(split.json().getJsonArray("tablets")).hasSize(4);
    assertThat(http.send("PUT", EVENTS, RANGE).status()).isEqualTo(200);
    assertThat(http.send("POST", EVENTS + "/splits", "{\"at\":\"event:500\"}").status())
        .isEqualTo(409);
    assertThat(http.send("POST", EVENTS + "/splits", "{}").status()).isEqualTo(400);
    assertThat(http.send("POST", "/v1/keyspaces/0/splits", "{\"at\":\"a\"}").status())
        .isEqualTo(409);
  }

  @Test
  void tabletsAreMergedWhereTheyMeet() {
    http.send("PUT", EVENTS, RANGE);
    http.send("POST", EVENTS + "/splits", "{\"at\":\"ZXZlbnQ6/w==\",\"encoding\":\"base64\"}");
    Answer merged =
        http.send("POST", EVENTS + "/merges", "{\"at\":\"ZXZlbnQ6/w==\",\"encoding\":\"base64\"}");
    assertThat(merged.status()).isEqualTo(200);
    assertThat(merged.json().getJsonArray("tablets")).hasSize(3);
    Answer again = http.send("POST", EVENTS + "/merges", "{\"at\":\"nowhere\"}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.json().getString("detail")).isEqualTo("no two tablets meet at that key");
    assertThat(http.send("POST", EVENTS + "/merges", "{}").status()).isEqualTo(400);
  }

  @Test
  void keyspacesAreListedAndDropped() {
    http.send("PUT", "/v1/keyspaces/7", null);
    http.send("PUT", "/v1/keyspaces/users", "{\"durability\":\"sync\",\"number\":9}");
    assertThat(http.get("/v1/keyspaces/9").json())
        .isEqualTo(
            new JsonObject()
                .put("number", 9)
                .put("name", "users")
                .put("partitioning", "hash")
                .put("durability", "sync"));
    assertThat(http.get("/v1/keyspaces").json().getJsonArray("keyspaces")).hasSize(3);
    assertThat(http.send("DELETE", "/v1/keyspaces/7", null).status()).isEqualTo(204);
    assertThat(http.get("/v1/keyspaces/7").status()).isEqualTo(404);
    assertThat(http.send("DELETE", "/v1/keyspaces/0", null).status()).isEqualTo(409);
  }

  @Test
  void malformedShapesAreRefused() {
    for (String body :
        new String[] {
          "[]",
          "{\"partitioning\":\"list\"}",
          "{\"partitioning\":3}",
          "{\"order\":\"natural\"}",
          "{\"partitioning\":\"range\",\"splits\":\"a\"}",
          "{\"partitioning\":\"range\",\"splits\":[1]}",
          "{\"number\":\"one\"}"
        }) {
      assertThat(http.send("PUT", EVENTS, body).status()).as(body).isEqualTo(400);
    }
    Answer disorder =
        http.send("PUT", EVENTS, "{\"partitioning\":\"range\",\"splits\":[\"b\",\"a\"]}");
    assertThat(disorder.status()).isEqualTo(409);
    assertThat(disorder.json().getString("detail")).contains("ascend");
  }

  @Test
  void theAnswerWaitsForTheOwnImage() {
    http.maps.freezeImage();
    CompletableFuture<Answer> answer =
        CompletableFuture.supplyAsync(() -> http.send("PUT", EVENTS, RANGE));
    while (http.maps.newest().keyspace("events") == null) {
      Thread.onSpinWait();
    }
    assertThat(http.get(EVENTS).status()).isEqualTo(404);
    assertThat(answer).isNotDone();
    http.maps.releaseImage();
    assertThat(answer.join().status()).isEqualTo(201);
    // Those that events have stay; the wait's own is gone.
    assertThat(http.maps.listeners()).isEqualTo(1);
  }

  @Test
  void anUnknownFateIsSaidToBeUnknown() {
    http.maps.rebalancerGone = true;
    Answer answer = http.send("PUT", EVENTS, RANGE);
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.json().getString("detail")).contains("may or may not");
  }
}
