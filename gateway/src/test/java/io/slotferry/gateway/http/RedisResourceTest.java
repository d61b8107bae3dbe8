package io.slotferry.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.http.HttpFixture.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisResourceTest {
  private final HttpFixture http = new HttpFixture("secret");

  @AfterEach
  void close() {
    http.close();
  }

  private Answer post(String path, String body, String... more) {
    String[] headers = new String[more.length + 4];
    headers[0] = "Authorization";
    headers[1] = "Bearer secret";
    // As curl has it, which makes every body a form.
    headers[2] = "Content-Type";
    headers[3] = "application/x-www-form-urlencoded";
    System.arraycopy(more, 0, headers, 4, more.length);
    return http.send("POST", path, body, headers);
  }

  private Answer get(String path) {
    return http.get(path, "Authorization", "bearer secret");
  }

  @Test
  void aBodyIsACommand() {
    assertThat(post("/redis", "[\"SET\",\"k\",\"100%=1&2\"]").text())
        .isEqualTo("{\"result\":\"OK\"}");
    assertThat(post("/redis", "[\"get\",\"k\"]").text()).isEqualTo("{\"result\":\"100%=1&2\"}");
    assertThat(post("/redis", "[\"GET\",\"none\"]").text()).isEqualTo("{\"result\":null}");
    assertThat(post("/redis", "[\"EXISTS\",\"k\"]").text()).isEqualTo("{\"result\":1}");
    post("/redis", "[\"HSET\",\"h\",\"born\",1815]");
    assertThat(post("/redis", "[\"HGETALL\",\"h\"]").text())
        .isEqualTo("{\"result\":[\"born\",\"1815\"]}");
  }

  @Test
  void aPathIsACommand() {
    assertThat(get("/redis/set/a%2Fb/x%20y").text()).isEqualTo("{\"result\":\"OK\"}");
    assertThat(get("/redis/get/a%2Fb").text()).isEqualTo("{\"result\":\"x y\"}");
    assertThat(post("/redis/set/k", "{\"any\":1}").text()).isEqualTo("{\"result\":\"OK\"}");
    assertThat(post("/redis/set/k/v?PX=700&NX", null).text()).isEqualTo("{\"result\":null}");
    assertThat(get("/redis/get/k").json().getString("result")).isEqualTo("{\"any\":1}");
    post("/redis/set/t/v?PX=700", null);
    assertThat(get("/redis/pttl/t").text()).isEqualTo("{\"result\":700}");
  }

  @Test
  void aPipelineAnswersEachCommand() {
    Answer answer =
        post("/redis/pipeline", "[[\"SET\",\"k\",1],[\"NOPE\"],[\"GET\",\"k\"],[\"QUIT\"],[]]");
    assertThat(answer.status()).isEqualTo(200);
    JsonArray results = answer.array();
    assertThat(results.getJsonObject(0)).isEqualTo(JsonObject.of("result", "OK"));
    assertThat(results.getJsonObject(1).getString("error")).startsWith("ERR unknown command");
    assertThat(results.getJsonObject(2)).isEqualTo(JsonObject.of("result", "1"));
    assertThat(results.getJsonObject(3).getString("error")).contains("connection");
    assertThat(results.getJsonObject(4).getString("error")).isEqualTo("ERR empty command");
  }

  @Test
  void aTransactionIsExecutedWholeOrNotAtAll() {
    Answer answer = post("/redis/multi-exec", "[[\"SET\",\"k\",1],[\"GET\",\"k\"]]");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("[{\"result\":\"OK\"},{\"result\":\"1\"}]");
    Answer refused = post("/redis/multi-exec", "[[\"SET\",\"k\",2],[\"QUIT\"]]");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().getString("error")).contains("connection");
    assertThat(get("/redis/get/k").text()).isEqualTo("{\"result\":\"1\"}");
  }

  @Test
  void stringsComeAsBase64WhenAskedFor() {
    String[] header = {"Upstash-Encoding", "base64"};
    assertThat(post("/redis", "[\"SET\",\"k\",\"v\"]", header).text())
        .isEqualTo("{\"result\":\"OK\"}");
    assertThat(post("/redis", "[\"GET\",\"k\"]", header).text()).isEqualTo("{\"result\":\"dg==\"}");
    assertThat(post("/redis", "[\"PING\"]", header).text()).isEqualTo("{\"result\":\"UE9ORw==\"}");
    post("/redis", "[\"RPUSH\",\"l\",\"OK\"]");
    assertThat(post("/redis", "[\"LRANGE\",\"l\",0,-1]", header).text())
        .isEqualTo("{\"result\":[\"T0s=\"]}");
    assertThat(post("/redis", "[\"NOPE\"]", header).json().getString("error")).startsWith("ERR");
  }

  @Test
  void errorsAreUpstashs() {
    for (String body : new String[] {"", "{}", "[[1]]", "[null]", "[\"NOPE\"]", "[]", "["}) {
      Answer answer = post("/redis", body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.json().fieldNames()).containsExactly("error");
    }
    assertThat(post("/redis/pipeline", "[1]").status()).isEqualTo(400);
    assertThat(get("/redis").status()).isEqualTo(400);
    assertThat(get("/redis/select/1").json().getString("error")).contains("connection");
    Answer wrongMethod = http.send("DELETE", "/redis?_token=secret", null);
    assertThat(wrongMethod.status()).isEqualTo(405);
    assertThat(wrongMethod.json().fieldNames()).containsExactly("error");
  }

  @Test
  void onlyTheTokenLetsPass() {
    assertThat(http.get("/redis/ping?_token=secret").text()).isEqualTo("{\"result\":\"PONG\"}");
    Answer without = http.get("/redis/ping");
    assertThat(without.status()).isEqualTo(401);
    assertThat(without.json().fieldNames()).containsExactly("error");
    assertThat(http.get("/redis/ping?_token=secre").status()).isEqualTo(401);
    assertThat(http.get("/redis/ping", "Authorization", "Basic secret").status()).isEqualTo(401);
    Answer keys = http.get("/v1/keyspaces?_token=secret");
    assertThat(keys.status()).isEqualTo(401);
    assertThat(keys.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(get("/v1/keyspaces").status()).isEqualTo(200);
    for (String detour :
        new String[] {"//v1/cluster", "/health/../v1/cluster", "/%761/cluster", "/redis/"}) {
      assertThat(http.get(detour).status()).as(detour).isEqualTo(401);
    }
    for (String open : new String[] {"/health/live", "/metrics", "/openapi.json"}) {
      assertThat(http.get(open).status()).as(open).isEqualTo(200);
    }
  }
}
