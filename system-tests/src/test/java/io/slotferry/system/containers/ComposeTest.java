package io.slotferry.system.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.system.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/** The shipped compose file: nine nodes behind a gateway, one of which dies. */
@RequiresDocker
class ComposeTest {
  private static final Duration START_BOUND = Duration.ofMinutes(5);
  private static final Duration STOP_BOUND = Duration.ofMinutes(2);
  private static final Duration REJOIN_BOUND = Duration.ofMinutes(2);
  private static final Duration FAILOVER_BOUND = Duration.ofSeconds(30);
  private static final Duration HTTP_BOUND = Duration.ofSeconds(5);
  private static final int KEYS = 200;

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Compose COMPOSE =
      new Compose("slotferry-test-" + ProcessHandle.current().pid(), Docker.TEST_IMAGE);
  private static int respPort;
  private static int httpPort;

  @BeforeAll
  static void start() {
    assertThat(Docker.image()).isEqualTo(Docker.TEST_IMAGE);
    COMPOSE.run(START_BOUND, "up", "-d");
    respPort = COMPOSE.port("gateway", 6379);
    httpPort = COMPOSE.port("gateway", 8080);
    Await.until("the gateway is ready", START_BOUND, ComposeTest::gatewayIsReady);
  }

  @AfterAll
  static void stop() throws IOException {
    try {
      Path log = Docker.root().resolve("system-tests/target/compose.log");
      Files.writeString(log, COMPOSE.run("logs", "--no-color", "--timestamps"));
    } finally {
      COMPOSE.run(STOP_BOUND, "down", "--volumes", "--timeout", "10");
    }
  }

  @Test
  void everyKeyStaysReadableAndWritableWhenALeaderIsKilled() {
    try (Jedis client = RespClient.connect(respPort)) {
      // What is acknowledged at this durability must survive the leader.
      assertThat(client.sendCommand(Protocol.Command.CLIENT, "DURABILITY", "sync")).isNotNull();
      for (int i = 0; i < KEYS; i++) {
        assertThat(client.set("key:" + i, "before:" + i)).isEqualTo("OK");
      }
    }

    COMPOSE.run("kill", "shard-1");

    long killedNanos = System.nanoTime();
    for (int i = 0; i < KEYS; i++) {
      String key = "key:" + i;
      String after = "after:" + i;
      assertThat(answer(killedNanos, client -> client.get(key))).isEqualTo("before:" + i);
      assertThat(answer(killedNanos, client -> client.set(key, after))).isEqualTo("OK");
      assertThat(answer(killedNanos, client -> client.get(key))).isEqualTo(after);
    }

    COMPOSE.run("start", "shard-1");
    Await.until(
        "the killed node is back", REJOIN_BOUND, () -> COMPOSE.health("shard-1").equals("healthy"));
  }

  /**
   * The answer to a call that may fail for a while after the kill, with all keys' calls in one
   * bound.
   */
  private static String answer(long killedNanos, Function<Jedis, String> call) {
    Duration left = FAILOVER_BOUND.minusNanos(System.nanoTime() - killedNanos);
    return Await.answer(
        left,
        JedisException.class,
        () -> {
          try (Jedis client = RespClient.connect(respPort)) {
            return call.apply(client);
          }
        });
  }

  private static boolean gatewayIsReady() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/health/ready"))
            .timeout(HTTP_BOUND)
            .build();
    try {
      return HTTP.send(request, BodyHandlers.discarding()).statusCode() / 100 == 2;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
