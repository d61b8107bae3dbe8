package io.slotferry.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.config.SettingsReader;
import io.slotferry.server.config.SettingsReader.Option;
import io.slotferry.server.config.SettingsReader.Result;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scans both ways, page by page, and with SCAN, while tablets are cut, merged and moved: what is
 * there all the time is seen, in order, and by ordered scans once.
 */
@Timeout(180)
class ScanUnderChangeTest {
  private static final int KEYS = 1000;
  private static final int ROUNDS_MIN = 20;
  private static final int CHANGES_MIN = 60;
  private static final String EVENTS = "/v1/keyspaces/events";

  @TempDir private Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Random random = new Random(1);
  private final AtomicInteger splits = new AtomicInteger();
  private final AtomicInteger merges = new AtomicInteger();
  private final AtomicInteger moves = new AtomicInteger();
  private String url = "";

  @Test
  void whatIsThereAllTheTimeIsSeen() throws Exception {
    EmbeddedCluster embedded =
        new EmbeddedCluster(
            ((Result.Valid)
                    SettingsReader.read(
                        null,
                        Map.of(),
                        List.of(
                            new Option("--port", "resp.port", "0"),
                            new Option("--http-port", "http.port", "0"),
                            new Option("--data", "data.dir", folder.toString()),
                            new Option("--ephemeral", "data.ephemeral", "true"),
                            new Option("--shards", "cluster.shards", "2"),
                            new Option("--replicas", "cluster.replicas", "1"))))
                .settings());
    AtomicBoolean scanning = new AtomicBoolean(true);
    try {
      String[] ready = embedded.start().split("[= ]");
      url = ready[5];
      send("PUT", EVENTS, "{\"partitioning\":\"range\",\"order\":\"natural\"}");
      List<String> expected = IntStream.range(0, KEYS).mapToObj(i -> "e:" + i).toList();
      try (Client client = new Client(Integer.parseInt(ready[3].split(":")[1]))) {
        assertThat(client.ask("SELECT 1")).isEqualTo("+OK");
        for (String key : expected) {
          assertThat(client.ask("SET " + key + " v")).isEqualTo("+OK");
        }
        CompletableFuture<Void> changing =
            CompletableFuture.runAsync(() -> {
              while (scanning.get()) {
                change();
              }
            });
        for (int round = 0; round < ROUNDS_MIN || changes() < CHANGES_MIN; round++) {
          assertThat(changing).isNotCompletedExceptionally();
          assertThat(client.list("KEYRANGE - +")).isEqualTo(expected);
          assertThat(client.list("KEYRANGE - + REV")).isEqualTo(expected.reversed());
          assertThat(client.list("KEYRANGE [e:100 (e:900")).isEqualTo(expected.subList(100, 900));
          assertThat(client.list("KEYRANGE (e:99 [e:899 REV LIMIT 10 500"))
              .isEqualTo(expected.subList(390, 890).reversed());
          assertThat(client.scan()).containsAll(expected);
          assertThat(pages("")).isEqualTo(expected);
          assertThat(pages("&reverse=true")).isEqualTo(expected.reversed());
        }
        scanning.set(false);
        changing.join();
      }
    } finally {
      scanning.set(false);
      embedded.stop();
    }
    assertThat(splits.get()).isPositive();
    assertThat(merges.get()).isPositive();
    assertThat(moves.get()).isPositive();
  }

  private int changes() {
    return splits.get() + merges.get() + moves.get();
  }

  private void change() {
    String at = "e:" + random.nextInt(1, KEYS);
    switch (random.nextInt(3)) {
      case 0 -> count(splits, post(EVENTS + "/splits", new JsonObject().put("at", at)));
      case 1 -> {
        JsonArray tablets = new JsonObject(send("GET", EVENTS, "").body()).getJsonArray("tablets");
        String from = tablets.getJsonObject(random.nextInt(tablets.size())).getString("from");
        if (from != null) {
          count(merges, post(EVENTS + "/merges", new JsonObject().put("at", from)));
        }
      }
      default -> {
        JsonObject move =
            new JsonObject()
                .put("keyspace", "events")
                .put("key", at)
                .put("to", random.nextInt(1, 3));
        HttpResponse<String> begun = post("/v1/cluster/moves", move);
        count(moves, begun);
        awaitEnd(new JsonObject(begun.body()).getLong("operation"));
      }
    }
  }

  private static void count(AtomicInteger counter, HttpResponse<String> answer) {
    // Refused: there is a boundary already, say, or the neighbours are on two shards.
    assertThat(answer.statusCode()).isIn(200, 201, 202, 409);
    if (answer.statusCode() < 300) {
      counter.incrementAndGet();
    }
  }

  private void awaitEnd(long operation) {
    String state;
    do {
      state =
          new JsonObject(send("GET", "/v1/cluster/operations/" + operation, "").body())
              .getString("state");
    } while (state.equals("RUNNING"));
    assertThat(state).isEqualTo("DONE");
  }

  private List<String> pages(String options) {
    List<String> keys = new ArrayList<>();
    String cursor = "";
    do {
      JsonObject page =
          new JsonObject(send("GET", EVENTS + "/keys?limit=90" + options + cursor, "").body());
      page.getJsonArray("keys").forEach(key -> keys.add((String) key));
      String next = page.getString("cursor");
      cursor = next == null ? null : "&cursor=" + next;
    } while (cursor != null);
    return keys;
  }

  private HttpResponse<String> post(String path, JsonObject body) {
    return send("POST", path, body.encode());
  }

  private HttpResponse<String> send(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** An inline client, as telnet is one. */
  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader replies;

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      replies =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    String ask(String command) throws IOException {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return replies.readLine();
    }

    List<String> list(String command) throws IOException {
      return elements(ask(command));
    }

    private List<String> elements(String head) throws IOException {
      assertThat(head).startsWith("*");
      List<String> elements = new ArrayList<>();
      for (int left = Integer.parseInt(head.substring(1)); left > 0; left--) {
        replies.readLine();
        elements.add(replies.readLine());
      }
      return elements;
    }

    Set<String> scan() throws IOException {
      Set<String> keys = new HashSet<>();
      String cursor = "0";
      do {
        assertThat(ask("SCAN " + cursor + " COUNT 50")).isEqualTo("*2");
        replies.readLine();
        cursor = replies.readLine();
        keys.addAll(elements(replies.readLine()));
      } while (!cursor.equals("0"));
      return keys;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
