package io.slotferry.gateway.http;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.slotferry.gateway.GatewayCounters;
import io.slotferry.gateway.ShardStatus;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Operation;
import io.slotferry.topology.message.MoveTally;
import io.slotferry.topology.message.PlanAnswer;
import io.slotferry.topology.message.PlanAnswer.Part;
import io.slotferry.topology.message.PlanAnswer.PlannedMove;
import io.slotferry.topology.message.PlanAnswer.Share;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An HTTP gateway on an ephemeral port, over a fake cluster. */
final class HttpFixture implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final FakeMaps maps = new FakeMaps();
  final FakeCommands commands = new FakeCommands(maps);
  final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  final HttpGateway server;
  private final String deployment;
  volatile String unready;
  private final HttpClient client = HttpClient.newHttpClient();

  HttpFixture() {
    this(null);
  }

  HttpFixture(String token) {
    GatewayMeters.bind(new GatewayCounters(), meters);
    server =
        new HttpGateway(
            new HttpGatewayOptions("127.0.0.1", 0, token),
            commands,
            maps,
            HttpFixture::plan,
            new FakeStatus(),
            () -> unready,
            meters);
    deployment = await(vertx.deployVerticle(server));
  }

  /** Two leaders, with moves of the newest operation and of another one. */
  private final class FakeStatus implements ShardStatus {
    @Override
    public Future<List<Leader>> leaders() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public Future<List<MoveTally>> moves() {
      List<Operation> operations = List.copyOf(maps.current().operations());
      long id = operations.isEmpty() ? 0 : operations.getLast().id();
      return Future.succeededFuture(
          List.of(
              new MoveTally(id, 700, 0, 9),
              new MoveTally(id + 1, 9_000, 7, 70),
              new MoveTally(id, 50, 3, 4)));
    }

    @Override
    public Future<?> startCountsOver() {
      return Future.succeededFuture();
    }
  }

  private static Future<PlanAnswer> plan(Objective objective) {
    Part before = new Part(12, 1, 100, 5000, 70, 90);
    Part after = new Part(8, 1, 80, 4000 + objective.ordinal(), 60, 80);
    return Future.succeededFuture(
        new PlanAnswer(
            List.of(new PlannedMove(1, 2, new int[] {0, 1, 2, 9}, 1000)),
            List.of(new Share(1, before, after))));
  }

  void undeploy() {
    await(vertx.undeploy(deployment));
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.actualPort() + path;
  }

  record Answer(int status, HttpResponse<String> response) {
    String text() {
      return response.body();
    }

    JsonObject json() {
      return new JsonObject(response.body());
    }

    JsonArray array() {
      return new JsonArray(response.body());
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }
  }

  Answer get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  Answer send(String method, String path, String body, String... headers) {
    byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
    return sendBytes(method, path, bytes, headers);
  }

  Answer sendBytes(String method, String path, byte[] body, String... headers) {
    return send(
        HttpRequest.newBuilder(URI.create(url(path)))
            .method(method, BodyPublishers.ofByteArray(body)),
        headers);
  }

  /** A GET of another server. */
  Answer at(int port, String path) {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
  }

  private Answer send(HttpRequest.Builder request, String... headers) {
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    await(vertx.close());
  }
}
