package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Transactions of several clients, whose commands come in between each other, are answered as a
 * real Redis answers them: what is queued and what is refused, what EXEC replies, errors inside it
 * included, and which of the watched keys end it. Seeded sequences, by one shard.
 */
class TransactionDifferentialTest {
  private static final int SEEDS = 6;
  private static final int STEPS = 1000;
  private static final int CLIENTS = 3;
  private static final int HISTORY = 40;
  private static final String[] KEYS = {"a", "b", "{a}c", "list", "set", "n"};

  /** What opens, ends and conditions transactions comes often; K is a key, V a value. */
  private static final List<String> COMMANDS =
      List.of(
          "MULTI",
          "MULTI",
          "MULTI",
          "MULTI x",
          "EXEC",
          "EXEC",
          "EXEC",
          "EXEC x",
          "DISCARD",
          "DISCARD x",
          "WATCH K",
          "WATCH K",
          "WATCH K K",
          "WATCH",
          "UNWATCH",
          "UNWATCH x",
          "SET K V",
          "SET K V",
          "SET K V NX GET",
          "SET K V PX 100000",
          "SET K V PX 0",
          "SET K",
          "GET K",
          "GETDEL K",
          "APPEND K V",
          "INCR K",
          "DECRBY K x",
          "MSET K V K V",
          "MSETNX K V K V",
          "MGET K K",
          "DEL K",
          "DEL K K",
          "UNLINK K",
          "EXISTS K K",
          "RENAME K K",
          "COPY K K REPLACE",
          "EXPIRE K 1000",
          "PEXPIRE K -1",
          "PERSIST K",
          "TYPE K",
          "TOUCH K K",
          "LPUSH list V",
          "RPUSH K V V",
          "LPOP list",
          "LRANGE list 0 -1",
          "LMOVE list K LEFT RIGHT",
          "BLPOP list 0.001",
          "BLMOVE list K LEFT RIGHT 0.001",
          "SADD set V",
          "SREM set V",
          "SCARD K",
          "SMISMEMBER set V V",
          "SINTERSTORE K set K",
          "ZADD K 1 V",
          "ZPOPMIN K",
          "HSET K V V",
          "HGETALL K",
          "XADD K 1-1 f v",
          "XLEN K",
          "PFADD K V",
          "SETBIT K 7 1",
          "SORT K ALPHA",
          "DBSIZE",
          "FLUSHDB",
          "KEYS nosuch",
          "RANDOMKEY x",
          "SELECT 0",
          "SELECT 1",
          "SELECT x",
          "SWAPDB 0 1",
          "MOVE K 1",
          "PING",
          "ECHO V",
          "ECHO",
          "CLIENT SETNAME V",
          "CLIENT GETNAME",
          "EVAL redis.call('set',KEYS[1],ARGV[1]);return{redis.call('get',KEYS[1])} 1 K V",
          "EVAL return{err='MY_error'} 0",
          "PUBLISH nobody V",
          "SUBSCRIBE",
          "WAIT 0 0",
          "DEBUG x",
          "NOSUCH K V",
          "NOSUCH",
          "RESET x");

  private static Slotferry slotferry;
  private static RedisProcess redis;

  private final Deque<String> history = new ArrayDeque<>();

  @BeforeAll
  static void start(@TempDir Path folder) {
    redis = RedisProcess.start(folder);
    slotferry = Slotferry.up("--ephemeral", "--shards", "1", "--replicas", "0");
  }

  @AfterAll
  static void stop() {
    if (slotferry != null) {
      slotferry.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void areAnsweredAsByRedis(long seed) {
    Random random = new Random(seed);
    Jedis[] there = new Jedis[CLIENTS];
    Jedis[] here = new Jedis[CLIENTS];
    try {
      for (int i = 0; i < CLIENTS; i++) {
        there[i] = redis.connect();
        here[i] = Load.connect(slotferry.respPort());
      }
      there[0].flushAll();
      here[0].flushAll();
      for (int step = 0; step < STEPS; step++) {
        int client = random.nextInt(CLIENTS);
        String[] command = command(random);
        remember("client " + client + ": " + String.join(" ", command));
        String expected = reply(there[client], command);
        assertThat(reply(here[client], command))
            .as(() -> String.join("\n", history))
            .isEqualTo(expected);
      }
    } finally {
      for (int i = 0; i < CLIENTS; i++) {
        close(there[i]);
        close(here[i]);
      }
    }
  }

  private void remember(String step) {
    history.add(step);
    if (history.size() > HISTORY) {
      history.removeFirst();
    }
  }

  private static void close(Jedis client) {
    if (client != null) {
      client.close();
    }
  }

  private static String[] command(Random random) {
    String[] words = COMMANDS.get(random.nextInt(COMMANDS.size())).split(" ");
    for (int i = 1; i < words.length; i++) {
      if (words[i].equals("K")) {
        words[i] = KEYS[random.nextInt(KEYS.length)];
      } else if (words[i].equals("V")) {
        words[i] = Integer.toString(random.nextInt(4));
      }
    }
    return words;
  }

  private static String reply(Jedis client, String[] command) {
    byte[][] arguments = new byte[command.length - 1][];
    for (int i = 1; i < command.length; i++) {
      arguments[i - 1] = command[i].getBytes(StandardCharsets.ISO_8859_1);
    }
    byte[] name = command[0].getBytes(StandardCharsets.ISO_8859_1);
    try {
      return text(client.sendCommand(() -> name, arguments));
    } catch (JedisDataException e) {
      return text(e);
    }
  }

  private static String text(Object reply) {
    return switch (reply) {
      case null -> "nil";
      case byte[] bytes -> '"' + new String(bytes, StandardCharsets.ISO_8859_1) + '"';
      case List<?> elements -> elements.stream().map(each -> text(each)).toList().toString();
      case JedisDataException error -> '-' + String.valueOf(error.getMessage());
      default -> ':' + reply.toString();
    };
  }
}
