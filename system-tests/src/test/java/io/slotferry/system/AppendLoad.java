package io.slotferry.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Load that may lose what was not replicated, and nothing else: every connection appends ascending
 * numbers to lists of its own, in pipelines, and asks by WAIT what is safe. The lists tell the
 * history of a leader's death: a number that is there was sent, none is there twice, they ascend,
 * and all that WAIT confirmed are there. The only error that a client may see is {@code
 * -UNCERTAIN}.
 */
final class AppendLoad implements AutoCloseable {
  private static final int LISTS_PER_CLIENT = 20;
  private static final int PIPELINE = 8;
  private static final int WAIT_TIMEOUT_MILLIS = 200;

  private final int port;
  private final List<Client> clients = new ArrayList<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong confirmed = new AtomicLong();
  private volatile boolean ended;

  private AppendLoad(int port) {
    this.port = port;
  }

  static AppendLoad start(int port, int connections, long seed) {
    AppendLoad load = new AppendLoad(port);
    for (int i = 0; i < connections; i++) {
      load.clients.add(load.new Client(i, seed * 1_000 + i));
    }
    load.clients.forEach(client -> client.thread.start());
    return load;
  }

  /** Waits until so many more appends were acknowledged. */
  void awaitAcknowledged(long more) {
    await(acknowledged, more);
  }

  /** Waits until so many more appends were confirmed by WAIT. */
  void awaitConfirmed(long more) {
    await(confirmed, more);
  }

  private void await(AtomicLong counter, long more) {
    long target = counter.get() + more;
    Await.until(
        target + " appends",
        Duration.ofSeconds(60),
        () -> counter.get() >= target || !errors.isEmpty());
  }

  /** Stops the clients, reads all lists, and returns what the history forbids. */
  List<String> finish() {
    close();
    try (Jedis redis = Load.connect(port)) {
      clients.forEach(client -> client.check(redis));
    }
    return List.copyOf(errors);
  }

  @Override
  public void close() {
    ended = true;
    for (Client client : clients) {
      try {
        client.thread.join(TimeUnit.SECONDS.toMillis(60));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** One list and what its client knows of it; numbers are sent ascending from 1. */
  private static final class Appended {
    final String key;
    final List<Long> acknowledged = new ArrayList<>();
    final List<Long> confirmed = new ArrayList<>();
    long sent;

    Appended(String key) {
      this.key = key;
    }
  }

  private final class Client {
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::run);
    private final RandomGenerator random;
    private final List<Appended> lists = new ArrayList<>();

    Client(int number, long seed) {
      random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      for (int i = 0; i < LISTS_PER_CLIENT; i++) {
        lists.add(new Appended("appended:" + number + ":" + i));
      }
    }

    private void run() {
      try (Jedis redis = Load.connect(port)) {
        while (!ended) {
          append(redis);
        }
      } catch (JedisException e) {
        errors.add(lists.getFirst().key + ": " + e);
      }
    }

    private void append(Jedis redis) {
      List<Appended> targets = new ArrayList<>();
      List<Response<Long>> replies = new ArrayList<>();
      Response<Long> replicas;
      try (Pipeline pipeline = redis.pipelined()) {
        for (int i = 0; i < PIPELINE; i++) {
          Appended target = lists.get(random.nextInt(LISTS_PER_CLIENT));
          targets.add(target);
          replies.add(pipeline.rpush(target.key, Long.toString(++target.sent)));
        }
        replicas = pipeline.waitReplicas(1, WAIT_TIMEOUT_MILLIS);
      }
      for (int i = 0; i < PIPELINE; i++) {
        Appended target = targets.get(i);
        // Its place among this pipeline's: the last of a list has the number that was sent last.
        long later = targets.subList(i + 1, PIPELINE).stream().filter(target::equals).count();
        if (isAcknowledged(target.key, replies.get(i))) {
          target.acknowledged.add(target.sent - later);
          acknowledged.incrementAndGet();
        }
      }
      if (replicas.get() >= 1) {
        lists.forEach(list -> list.confirmed.addAll(list.acknowledged));
        confirmed.addAndGet(PIPELINE);
      }
      // What this WAIT did not confirm, a later one may not: its shard may have a new leader.
      lists.forEach(list -> list.acknowledged.clear());
    }

    private boolean isAcknowledged(String key, Response<Long> reply) {
      try {
        reply.get();
        return true;
      } catch (JedisDataException e) {
        if (!e.getMessage().startsWith("UNCERTAIN ")) {
          errors.add(key + ": " + e.getMessage());
        }
        return false;
      }
    }

    private void check(Jedis redis) {
      for (Appended list : lists) {
        List<Long> found = redis.lrange(list.key, 0, -1).stream().map(Long::valueOf).toList();
        for (int i = 1; i < found.size(); i++) {
          if (found.get(i) <= found.get(i - 1)) {
            errors.add(list.key + " has " + found.get(i) + " after " + found.get(i - 1));
          }
        }
        if (!found.isEmpty() && found.getLast() > list.sent) {
          errors.add(list.key + " has " + found.getLast() + ", which was never sent");
        }
        List<Long> lost = new ArrayList<>(list.confirmed);
        lost.removeAll(new HashSet<>(found));
        if (!lost.isEmpty()) {
          errors.add(list.key + " lacks " + lost + ", which replicas had confirmed");
        }
      }
    }
  }
}
