package io.slotferry.gateway.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.http.HttpFixture.Answer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.Socket;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpGatewayTest {
  private final HttpFixture http = new HttpFixture();

  @AfterEach
  void close() {
    http.close();
  }

  @Test
  void healthSaysWhatIsAmiss() {
    assertThat(http.get("/health/live").text()).isEqualTo("{\"status\":\"UP\"}");
    assertThat(http.get("/health/ready").text()).isEqualTo("{\"status\":\"UP\"}");
    http.unready = "no cluster map yet";
    Answer down = http.get("/health/ready");
    assertThat(down.status()).isEqualTo(503);
    assertThat(down.text()).isEqualTo("{\"status\":\"DOWN\",\"reason\":\"no cluster map yet\"}");
    assertThat(http.get("/health/live").status()).isEqualTo(200);
  }

  @Test
  void metersAreScraped() {
    Answer metrics = http.get("/metrics");
    assertThat(metrics.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(metrics.text())
        .contains("slotferry_gateway_commands_total 0.0")
        .contains("slotferry_gateway_connections 0.0");
  }

  @Test
  void everyErrorIsAProblem() {
    isProblem(404, "not-found", http.get("/nowhere"));
    isProblem(404, "not-found", http.get("/v1/keyspaces/0/keys/a/b"));
    Answer wrongMethod = http.send("POST", "/v1/cluster", "{}");
    isProblem(405, "method-not-allowed", wrongMethod);
    assertThat(wrongMethod.header("Allow")).isEqualTo("GET");
    Answer wrongMethodOfKey = http.send("POST", "/v1/keyspaces/0/keys/k", "{}");
    assertThat(wrongMethodOfKey.header("Allow")).isEqualTo("DELETE, GET, PATCH, PUT");
    http.commands.down = true;
    isProblem(503, "unavailable", http.get("/v1/keyspaces/0/keys/k"));
    http.commands.broken = true;
    isProblem(500, "internal-error", http.get("/v1/keyspaces/0/keys/k"));
  }

  private static void isProblem(int status, String code, Answer answer) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.json().getString("type")).isEqualTo("urn:slotferry:problem:" + code);
    assertThat(answer.json().getInteger("status")).isEqualTo(status);
    assertThat(answer.json().getString("title")).isNotEmpty();
    assertThat(answer.json().getString("detail")).isNotEmpty();
  }

  @Test
  void whatIsTooLargeOrNoHttpIsRefused() throws IOException {
    String head = "PUT /v1/keyspaces/0/keys/k HTTP/1.1\r\nHost: x\r\n";
    String length = "Content-Length: " + (Routes.BODY_BYTES_MAX + 1) + "\r\n\r\n";
    assertThat(raw(head + length)).startsWith("HTTP/1.1 413").contains("problem+json");
    String url = "GET /v1/keyspaces/0/keys/" + "k".repeat(1 << 17) + " HTTP/1.1\r\n\r\n";
    assertThat(raw(url)).contains(" 431 ", "problem+json");
    assertThat(raw("GET /v1/keyspaces/0/keys/%zz HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 400 ", "problem+json");
    assertThat(raw("GET /redis/get/%zz HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 400 ", "{\"error\":");
    assertThat(raw("nonsense\r\n\r\n")).contains(" 400 ", "problem+json");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", http.server.actualPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      byte[] start = new byte[1024];
      int length = socket.getInputStream().read(start);
      return new String(start, 0, Math.max(0, length), US_ASCII);
    }
  }

  @Test
  void openApiNamesTheRoutesThatAreThereAndNoOthers() {
    JsonObject document = http.get("/openapi.json").json();
    Set<String> described = new TreeSet<>();
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        if (!method.equals("parameters")) {
          described.add(method.toUpperCase(Locale.ROOT) + " " + path);
        }
      }
    }
    Set<String> served = new TreeSet<>();
    Router router =
        http.server.routes(new ClusterEvents(http.vertx.getOrCreateContext(), http.maps));
    for (Route route : router.getRoutes()) {
      if (route.methods() != null) {
        for (HttpMethod method : route.methods()) {
          served.add(method.name() + " " + route.getName());
        }
      }
    }
    assertThat(described).isNotEmpty().isEqualTo(served);
  }

  @Test
  void openApiRefersToWhatItHas() {
    JsonObject document = http.get("/openapi.json").json();
    Matcher references = Pattern.compile("\"\\$ref\":\"#/([^\"]+)\"").matcher(document.encode());
    int found = 0;
    while (references.find()) {
      JsonObject at = document;
      for (String step : references.group(1).split("/")) {
        at = at.getJsonObject(step);
        assertThat(at).as(references.group(1)).isNotNull();
      }
      found++;
    }
    assertThat(found).isGreaterThan(50);
  }

  @Test
  void aNodeWithoutGatewayServesItsHealth() {
    HealthServer server = new HealthServer("127.0.0.1", 0, () -> null, http.meters);
    HttpFixture.await(http.vertx.deployVerticle(server));
    assertThat(server.actualPort()).isPositive();
    assertThat(http.at(server.actualPort(), "/health/ready").status()).isEqualTo(200);
    assertThat(http.at(server.actualPort(), "/metrics").text()).contains("slotferry_");
    isProblem(404, "not-found", http.at(server.actualPort(), "/v1/cluster"));
  }
}
