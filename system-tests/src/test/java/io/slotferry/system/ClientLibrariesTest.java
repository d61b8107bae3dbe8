package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;

/** The usual client libraries: what they need beside commands and replies. */
class ClientLibrariesTest {
  private static final long SECONDS_MAX = 20;

  private static Slotferry slotferry;

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start() {
    slotferry = Slotferry.up("--ephemeral");
  }

  @AfterAll
  static void stop() {
    slotferry.close();
  }

  private static String url() {
    return "redis://127.0.0.1:" + slotferry.respPort();
  }

  private String heard() throws InterruptedException {
    return heard.poll(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private static void publish(String channel, String message) {
    try (Jedis redis = Load.connect(slotferry.respPort())) {
      redis.publish(channel, message);
    }
  }

  @Test
  void jedisSubscribesAndPipelines() throws InterruptedException {
    JedisPubSub listener =
        new JedisPubSub() {
          @Override
          public void onSubscribe(String channel, int count) {
            heard.add("subscribed " + channel + " " + count);
          }

          @Override
          public void onMessage(String channel, String message) {
            heard.add(channel + " " + message);
          }
        };
    Thread subscriber =
        Thread.ofVirtual()
            .start(() -> {
              try (Jedis redis = Load.connect(slotferry.respPort())) {
                redis.subscribe(listener, "jedis");
              }
            });
    assertThat(heard()).isEqualTo("subscribed jedis 1");
    publish("jedis", "hello");
    assertThat(heard()).isEqualTo("jedis hello");
    listener.unsubscribe();
    subscriber.join(TimeUnit.SECONDS.toMillis(SECONDS_MAX));
    assertThat(subscriber.isAlive()).isFalse();
    try (Jedis redis = Load.connect(slotferry.respPort())) {
      Pipeline pipeline = redis.pipelined();
      List<redis.clients.jedis.Response<Long>> sums = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        sums.add(pipeline.incr("pipelined:" + i % 10));
      }
      pipeline.sync();
      assertThat(sums.get(999).get()).isEqualTo(100);
    }
  }

  @Test
  void lettuceSubscribesAndCaches() throws InterruptedException {
    RedisClient client = RedisClient.create(url());
    try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
        StatefulRedisConnection<String, String> cached = client.connect()) {
      subscriber.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              heard.add(channel + " " + message);
            }

            @Override
            public void message(String pattern, String channel, String message) {
              heard.add(pattern + " " + channel + " " + message);
            }
          });
      subscriber.sync().subscribe("lettuce");
      subscriber.sync().psubscribe("let*");
      publish("lettuce", "hello");
      assertThat(heard()).isEqualTo("lettuce hello");
      assertThat(heard()).isEqualTo("let* lettuce hello");
      cached.addListener(push -> heard.add(push.getType()));
      cached.sync().clientTracking(TrackingArgs.Builder.enabled());
      cached.sync().get("cached");
      try (Jedis redis = Load.connect(slotferry.respPort())) {
        redis.set("cached", "changed");
      }
      assertThat(heard()).isEqualTo("invalidate");
    } finally {
      client.shutdown();
    }
  }

  @Test
  void vertxSubscribesAndBatches() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      RedisConnection connection = await(Redis.createClient(vertx, url()).connect());
      connection.handler(message -> heard.add(text(message)));
      await(connection.send(Request.cmd(Command.SUBSCRIBE).arg("vertx")));
      assertThat(heard()).isEqualTo("subscribe vertx 1");
      publish("vertx", "hello");
      assertThat(heard()).isEqualTo("message vertx hello");
      RedisConnection other = await(Redis.createClient(vertx, url()).connect());
      List<Request> batch = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        batch.add(Request.cmd(Command.INCR).arg("batched"));
      }
      List<Response> replies = await(other.batch(batch));
      assertThat(replies.getLast().toInteger()).isEqualTo(500);
    } finally {
      await(vertx.close());
    }
  }

  private static String text(Response message) {
    List<String> parts = new ArrayList<>();
    message.forEach(part -> parts.add(part.toString()));
    return String.join(" ", parts);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(SECONDS_MAX, TimeUnit.SECONDS);
  }
}
