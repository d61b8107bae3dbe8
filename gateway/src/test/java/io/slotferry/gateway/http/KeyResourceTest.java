package io.slotferry.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.http.HttpFixture.Answer;
import io.slotferry.topology.Durability;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyResourceTest {
  private static final String KEY = "/v1/keyspaces/0/keys/k";
  private static final byte[] BINARY = {(byte) 0xff, 0, '/', 'a'};

  private final HttpFixture http = new HttpFixture();

  @AfterEach
  void close() {
    http.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'string','value':'ada \\u00e9'}",
        "{'type':'hash','value':{'name':'ada','born':'1815'}}",
        "{'type':'list','value':['a','b','a']}",
        "{'type':'set','value':['x','y']}",
        "{'type':'zset','value':[{'member':'m','score':1.5},{'member':'n','score':'-inf'}]}",
        "{'type':'stream','value':[{'id':'1-2','fields':{'a':'x','b':'y'}},"
            + "{'id':'1-3','fields':{'a':'z'}}]}"
      })
  void everyTypeReadsAsItWasWritten(String quoted) {
    JsonObject document = new JsonObject(quoted.replace('\'', '"'));
    assertThat(http.send("PUT", KEY, document.encode()).status()).isEqualTo(201);
    Answer read = http.get(KEY);
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.header("Content-Type")).isEqualTo("application/json");
    assertThat(read.json()).isEqualTo(document.copy().put("key", "k").putNull("ttlMillis"));
    assertThat(http.send("PUT", KEY, "{\"value\":\"other\"}").status()).isEqualTo(204);
    assertThat(http.get(KEY).json().getString("value")).isEqualTo("other");
    assertThat(http.send("DELETE", KEY, null).status()).isEqualTo(204);
    assertThat(http.get(KEY).status()).isEqualTo(404);
    assertThat(http.send("DELETE", KEY, null).status()).isEqualTo(404);
  }

  @Test
  void theTypeFollowsFromTheValue() {
    http.send("PUT", KEY, "{\"value\":{\"a\":1}}");
    assertThat(http.get(KEY).json().getString("type")).isEqualTo("hash");
    http.send("PUT", KEY, "{\"value\":[1,true]}");
    assertThat(http.get(KEY).json().getJsonArray("value")).isEqualTo(JsonArray.of("1", "true"));
    http.send("PUT", KEY, "{\"value\":7}");
    assertThat(http.get(KEY).json().getString("value")).isEqualTo("7");
  }

  @Test
  void bytesSurvive() {
    String base64 = Base64.getEncoder().encodeToString(BINARY);
    String path = "/v1/keyspaces/0/keys/%FF%00%2Fa";
    http.sendBytes("PUT", path, BINARY, "Content-Type", "text/plain");
    JsonObject expected =
        new JsonObject()
            .put("key", base64)
            .put("type", "string")
            .put("value", base64)
            .putNull("ttlMillis")
            .put("encoding", "base64");
    assertThat(http.get(path).json()).isEqualTo(expected);
    String url = Base64.getUrlEncoder().encodeToString(BINARY);
    assertThat(http.get("/v1/keyspaces/0/keys/" + url + "?encoding=base64").json())
        .isEqualTo(expected);
    http.send("PUT", path, "{\"value\":{\"" + base64 + "\":\"eA==\"},\"encoding\":\"base64\"}");
    assertThat(http.get(path).json().getJsonObject("value").getString(base64)).isEqualTo("eA==");
  }

  @Test
  void noSlashGetsIntoAKeyUnnoticed() {
    assertThat(http.send("PUT", KEY + "/", "{\"value\":\"v\"}").status()).isEqualTo(404);
    assertThat(http.send("PUT", KEY + "/l/..", "{\"value\":\"v\"}").status()).isEqualTo(404);
    assertThat(http.commands.commands).isZero();
  }

  @Test
  void anExpiryIsSetReadAndTakenBack() {
    http.send("PUT", KEY, "{\"value\":\"v\",\"ttlMillis\":5000}");
    assertThat(http.get(KEY).json().getInteger("ttlMillis")).isEqualTo(5000);
    assertThat(http.send("PATCH", KEY, "{\"ttlMillis\":null}").status()).isEqualTo(204);
    assertThat(http.get(KEY).json().getInteger("ttlMillis")).isNull();
    http.send("PUT", KEY, "{\"value\":[\"v\"],\"ttlMillis\":6000}");
    assertThat(http.get(KEY).json().getInteger("ttlMillis")).isEqualTo(6000);
  }

  @Test
  void patchSetsFieldsOfAHash() {
    http.send("PUT", KEY, "{\"value\":{\"a\":\"1\",\"b\":\"2\"}}");
    http.send("PATCH", KEY, "{\"value\":{\"b\":\"3\"},\"ttlMillis\":9}");
    assertThat(http.get(KEY).json().getJsonObject("value"))
        .isEqualTo(JsonObject.of("a", "1", "b", "3"));
    assertThat(http.get(KEY).json().getInteger("ttlMillis")).isEqualTo(9);
    assertThat(http.send("PATCH", KEY + "2", "{\"value\":{\"b\":\"3\"}}").status()).isEqualTo(404);
    assertThat(http.send("PATCH", KEY, "{\"value\":[1]}").status()).isEqualTo(400);
    assertThat(http.send("PATCH", KEY, "{}").status()).isEqualTo(400);
  }

  @Test
  void aRefusedPatchLeavesTheExpiry() {
    http.send("PUT", KEY, "{\"value\":\"v\",\"ttlMillis\":5000}");
    Answer refused = http.send("PATCH", KEY, "{\"value\":{\"a\":\"1\"},\"ttlMillis\":9}");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(http.get(KEY).json().getInteger("ttlMillis")).isEqualTo(5000);
  }

  @Test
  void conditionsHold() {
    http.send("PUT", KEY, "{\"value\":\"v\"}");
    String tag = http.get(KEY).header("ETag");
    assertThat(http.get(KEY, "If-None-Match", tag).status()).isEqualTo(304);
    Answer exists = http.send("PUT", KEY, "{\"value\":\"w\"}", "If-None-Match", "*");
    assertThat(exists.status()).isEqualTo(412);
    http.send("PUT", KEY, "{\"value\":\"w\"}");
    assertThat(http.get(KEY, "If-None-Match", tag).status()).isEqualTo(200);
    Answer fresh = http.send("PUT", KEY + "2", "{\"value\":\"w\"}", "If-None-Match", "*");
    assertThat(fresh.status()).isEqualTo(201);
  }

  @Test
  void aWriteMayNameTheValueThatItReplaces() {
    http.send("PUT", KEY, "{\"value\":\"v\"}");
    String tag = http.get(KEY).header("ETag");
    assertThat(http.send("PUT", KEY, "{\"value\":\"w\"}", "If-Match", tag).status()).isEqualTo(204);
    for (String method : new String[] {"PUT", "DELETE"}) {
      Answer refused = http.send(method, KEY, "{\"value\":\"x\"}", "If-Match", tag);
      assertThat(refused.status()).as(method).isEqualTo(412);
    }
    assertThat(http.get(KEY).json().getString("value")).isEqualTo("w");
    http.commands.watchedChanges = true;
    assertThat(http.send("DELETE", KEY, "", "If-Match", "*").status()).isEqualTo(412);
    http.commands.watchedChanges = false;
    assertThat(http.send("DELETE", KEY, "", "If-Match", "*").status()).isEqualTo(204);
    assertThat(http.send("PUT", KEY, "{\"value\":\"x\"}", "If-Match", "*").status()).isEqualTo(412);
  }

  @Test
  void aPatchMayNameTheValueThatItChanges() {
    http.send("PUT", KEY, "{\"type\":\"hash\",\"value\":{\"a\":\"1\"}}");
    String tag = http.get(KEY).header("ETag");
    String patch = "{\"value\":{\"b\":\"2\"},\"ttlMillis\":100000}";
    assertThat(http.send("PATCH", KEY, patch, "If-Match", tag).status()).isEqualTo(204);
    assertThat(http.send("PATCH", KEY, patch, "If-Match", tag).status()).isEqualTo(412);
    assertThat(http.get(KEY).json().getJsonObject("value").getMap()).containsKeys("a", "b");
  }

  @Test
  void writesWaitForReplicas() {
    Answer written = http.send("PUT", KEY, "{\"value\":\"v\"}", "Slotferry-Wait", "1");
    assertThat(written.header("Slotferry-Acknowledged")).isEqualTo("1");
  }

  @Test
  void aRequestMayHaveADurabilityOfItsOwn() {
    http.send("PUT", KEY, "{\"value\":\"v\"}", "Slotferry-Durability", "sync");
    assertThat(http.commands.lastSession.durability()).isEqualTo(Durability.SYNC);
    http.get(KEY, "Slotferry-Durability", "async");
    assertThat(http.commands.lastSession.durability()).isEqualTo(Durability.ASYNC);
    http.send("DELETE", KEY, "");
    assertThat(http.commands.lastSession.durability()).isNull();
  }

  @Test
  void termsThatCannotBeMetWriteNothing() {
    for (String[] header :
        new String[][] {
          {"Slotferry-Wait", "many"},
          {"Slotferry-Durability", "eventual"},
          {"Slotferry-Wait", "65"},
          {"If-None-Match", "\"a\""}
        }) {
      Answer refused = http.send("PUT", KEY, "{\"value\":\"v\"}", header);
      assertThat(refused.status()).as(header[0]).isEqualTo(400);
    }
    assertThat(http.commands.commands).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1]",
        "{}",
        "{'value':null}",
        "{'value':{}}",
        "{'type':'stream','value':'x'}",
        "{'type':'stream','value':[]}",
        "{'type':'stream','value':[{'id':'1-1','fields':{}}]}",
        "{'type':'stream','value':[{'id':'1','fields':{'a':'b'}}]}",
        "{'type':'stream','value':[{'id':'0-0','fields':{'a':'b'}}]}",
        "{'type':'stream','value':[{'fields':{'a':'b'}}]}",
        "{'type':'stream','value':[{'id':'1-1','fields':{'a':'b'}},{'id':'1-1','fields':{'a':'b'}}]}",
        "{'type':'graph','value':'x'}",
        "{'type':'hash','value':'x'}",
        "{'type':'list','value':[['x']]}",
        "{'type':'zset','value':[{'member':'m','score':'high'}]}",
        "{'type':'zset','value':[{'member':'m'}]}",
        "{'value':'x','ttlMillis':0}",
        "{'value':'x','ttlMillis':1e300}",
        "{'value':'?','encoding':'base64'}"
      })
  void aMalformedDocumentWritesNothing(String quoted) {
    Answer answer = http.send("PUT", KEY, quoted.replace('\'', '"'));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.json().getString("type")).isEqualTo("urn:slotferry:problem:bad-request");
    assertThat(http.commands.commands).isZero();
  }

  @Test
  void redisErrorsBecomeProblems() {
    http.commands.error = "CLUSTERDOWN Hash slot not served";
    assertThat(http.get(KEY).status()).isEqualTo(503);
    http.commands.error = "UNCERTAIN the write may or may not have been executed";
    Answer uncertain = http.send("PUT", KEY, "{\"value\":\"v\"}");
    assertThat(uncertain.status()).isEqualTo(504);
    assertThat(uncertain.json().getString("detail")).startsWith("UNCERTAIN");
    assertThat(http.get("/v1/keyspaces/nowhere/keys/k").status()).isEqualTo(404);
  }
}
