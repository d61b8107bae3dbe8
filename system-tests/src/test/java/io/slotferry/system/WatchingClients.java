package io.slotferry.system;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.Jedis;

/** Clients that watch a key each, of which another client changes every second one. */
final class WatchingClients implements AutoCloseable {
  private final int port;
  private final List<Jedis> clients = new ArrayList<>();

  private WatchingClients(int port) {
    this.port = port;
  }

  static WatchingClients start(int port, int count) {
    WatchingClients watching = new WatchingClients(port);
    for (int i = 0; i < count; i++) {
      Jedis redis = Load.connect(port);
      watching.clients.add(redis);
      redis.set(key(i), "before");
      redis.watch(key(i));
    }
    return watching;
  }

  private static String key(int number) {
    return "watched:" + number;
  }

  /** Changes every second key. */
  void change() {
    try (Jedis redis = Load.connect(port)) {
      for (int i = 0; i < clients.size(); i += 2) {
        redis.set(key(i), "changed");
      }
    }
  }

  /** Has every client execute a transaction; the numbers of those that were executed. */
  List<Integer> execute() {
    return numbers().filter(this::isExecuted).boxed().toList();
  }

  /** The same, after every client has watched its key once more. */
  List<Integer> watchAndExecute() {
    numbers().forEach(number -> clients.get(number).watch(key(number)));
    return execute();
  }

  private boolean isExecuted(int number) {
    try (AbstractTransaction transaction = clients.get(number).multi()) {
      transaction.append(key(number), "!");
      return transaction.exec() != null;
    }
  }

  /** The clients whose keys nobody has changed. */
  List<Integer> undisturbed() {
    return numbers().filter(number -> number % 2 != 0).boxed().toList();
  }

  List<Integer> all() {
    return numbers().boxed().toList();
  }

  private IntStream numbers() {
    return IntStream.range(0, clients.size());
  }

  @Override
  public void close() {
    clients.forEach(Jedis::close);
  }
}
