package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Clients that wait for a list each ({@code BLPOP key 0}). */
final class WaitingClients {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final int port;
  private final List<String> keys = new ArrayList<>();
  private final List<CompletableFuture<List<String>>> answers = new ArrayList<>();

  private WaitingClients(int port) {
    this.port = port;
  }

  /** Starts {@code count} of them, and returns when all of them wait. */
  static WaitingClients start(int port, int count) {
    WaitingClients clients = new WaitingClients(port);
    for (int i = 0; i < count; i++) {
      String key = "waited:" + i;
      clients.keys.add(key);
      CompletableFuture<List<String>> answer = new CompletableFuture<>();
      clients.answers.add(answer);
      Thread.ofPlatform().daemon().start(() -> clients.wait(key, answer));
    }
    try (Jedis redis = Load.connect(port)) {
      Await.until(
          count + " clients wait",
          BOUND,
          () -> redis.info("clients").contains("blocked_clients:" + count));
    }
    return clients;
  }

  private void wait(String key, CompletableFuture<List<String>> answer) {
    try (Jedis redis = Load.connect(port)) {
      answer.complete(redis.blpop(0, key));
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  /** Gives each client what it waits for; the answers, as {@code key=element}. */
  List<String> serve() {
    try (Jedis redis = Load.connect(port)) {
      for (String key : keys) {
        Await.until("a push to " + key, BOUND, () -> isPushed(redis, key));
      }
    }
    return answers.stream().map(CompletableFuture::join).map(Object::toString).toList();
  }

  /**
   * A push that meets a leader in the moment of its death is of unknown fate, and is repeated: an
   * element too many is no harm here.
   */
  private static boolean isPushed(Jedis redis, String key) {
    try {
      redis.rpush(key, "for " + key);
      return true;
    } catch (JedisDataException e) {
      assertThat(e).hasMessageStartingWith("UNCERTAIN");
      return false;
    }
  }

  /** What {@link #serve} has to return. */
  List<String> expected() {
    return keys.stream().map(key -> "[" + key + ", for " + key + "]").toList();
  }
}
