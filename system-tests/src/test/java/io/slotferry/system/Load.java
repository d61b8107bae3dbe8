package io.slotferry.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Load from several connections whose history can be checked: every connection has counters of its
 * own and increments them one by one, in pipelines and singly, and reads some between. An answer
 * that is not the one that the history demands is a lost, doubled or reordered write.
 */
final class Load implements AutoCloseable {
  private static final int KEYS_PER_CLIENT = 50;
  private static final int PIPELINE = 16;
  private static final int TIMEOUT_MILLIS = 20_000;

  private final int port;
  private final List<Thread> clients = new ArrayList<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final AtomicLong operations = new AtomicLong();
  private final AtomicLong longestNanos = new AtomicLong();
  private volatile boolean ended;

  private Load(int port) {
    this.port = port;
  }

  /** Starts so many connections against a gateway on this machine. */
  static Load start(int port, int connections, long seed) {
    Load load = new Load(port);
    for (int i = 0; i < connections; i++) {
      int client = i;
      load.clients.add(
          Thread.ofPlatform().daemon().start(() -> load.run(client, seed * 1_000 + client)));
    }
    return load;
  }

  private void run(int client, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    try (Jedis redis = connect(port)) {
      while (!ended) {
        long start = System.nanoTime();
        if (random.nextInt(4) == 0) {
          single(redis, key(client, random));
        } else {
          pipelined(redis, client, random);
        }
        longestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
      }
    } catch (JedisException e) {
      errors.add("client " + client + ": " + e);
    }
  }

  static Jedis connect(int port) {
    return new Jedis(
        new HostAndPort("127.0.0.1", port),
        DefaultJedisClientConfig.builder()
            .timeoutMillis(TIMEOUT_MILLIS)
            .autoNegotiateProtocol(false)
            .build());
  }

  private static String key(int client, RandomGenerator random) {
    return "load:" + client + ":" + random.nextInt(KEYS_PER_CLIENT);
  }

  private void single(Jedis redis, String key) {
    check(key, redis.incr(key));
    String read = redis.get(key);
    if (!String.valueOf(acknowledged.get(key)).equals(read)) {
      errors.add(key + " reads " + read + " after " + acknowledged.get(key));
    }
  }

  private void pipelined(Jedis redis, int client, RandomGenerator random) {
    List<String> keys = new ArrayList<>();
    List<Response<Long>> replies = new ArrayList<>();
    try (Pipeline pipeline = redis.pipelined()) {
      for (int i = 0; i < PIPELINE; i++) {
        String key = key(client, random);
        keys.add(key);
        replies.add(pipeline.incr(key));
      }
    }
    for (int i = 0; i < PIPELINE; i++) {
      check(keys.get(i), replies.get(i).get());
    }
  }

  private void check(String key, long reply) {
    long expected = acknowledged.getOrDefault(key, 0L) + 1;
    if (reply != expected) {
      errors.add(key + " became " + reply + " instead of " + expected);
    }
    acknowledged.put(key, reply);
    operations.incrementAndGet();
  }

  /** Waits until so many more operations were answered: the load is really under way. */
  void awaitOperations(long more) {
    long target = operations.get() + more;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (operations.get() < target && errors.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "only " + operations.get() + " of " + target + " operations in 30 s");
      }
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  long operations() {
    return operations.get();
  }

  /** The longest that one command, or one pipeline, took. */
  long longestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(longestNanos.get());
  }

  /** What went wrong so far: errors that clients saw, answers that the history forbids. */
  List<String> errors() {
    return List.copyOf(errors);
  }

  /** Stops the clients, and returns what went wrong, the final values included. */
  List<String> finish() {
    close();
    try (Jedis redis = connect(port)) {
      acknowledged.forEach((key, value) -> {
        String read = redis.get(key);
        if (!String.valueOf(value).equals(read)) {
          errors.add(key + " ends as " + read + " instead of " + value);
        }
      });
    }
    return errors();
  }

  @Override
  public void close() {
    ended = true;
    for (Thread client : clients) {
      try {
        client.join(TimeUnit.SECONDS.toMillis(60));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
