package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XReadGroupParams;

/** `./slotferry import` from a real Redis with values of every type in every form. */
class ImportTest {
  private static final ProtocolCommand DEBUG = () -> "DEBUG".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path folder;

  private static RedisProcess source;
  private static Slotferry slotferry;

  @BeforeAll
  static void startBoth() {
    source = RedisProcess.start(folder);
    slotferry = Slotferry.up("--ephemeral", "--replicas", "0");
    try (Jedis redis = source.connect()) {
      fill(redis);
      redis.select(3);
      redis.set("of database 3", "1");
      redis.select(0);
    }
  }

  @AfterAll
  static void stopBoth() {
    if (slotferry != null) {
      slotferry.close();
    }
    source.close();
  }

  @BeforeEach
  void empty() {
    try (Jedis redis = Load.connect(slotferry.respPort())) {
      redis.flushAll();
      redis.functionFlush();
    }
  }

  private static void fill(Jedis redis) {
    Random random = new Random(7);
    byte[] binary = new byte[300];
    random.nextBytes(binary);
    redis.set("text", "hello");
    redis.set("integer", "-70000");
    redis.set("long integer", "1234567890123456789");
    redis.set("compressible", "a".repeat(100_000));
    redis.set("empty", "");
    redis.set("binary \r\n \0".getBytes(StandardCharsets.ISO_8859_1), binary);
    redis.set("large", "x".repeat(3_000_000));
    redis.pfadd("hyperloglog", "a", "b", "c");
    redis.rpush("list small", "a", "1", "-70000", "x".repeat(300));
    redis.rpush("list with a large element", "a", "y".repeat(20_000), "b");
    redis.sadd("set of integers", "1", "-5", "70000", "5000000000");
    redis.sadd("set of texts", "a", "b", "7");
    redis.zadd("sorted set small", Map.of("a", 1.5, "b", -2.0, "c", Double.POSITIVE_INFINITY));
    redis.hset("hash small", Map.of("f", "v", "n", "17"));
    redis.hset("hash with a long value", "f", "z".repeat(500));
    try (Pipeline pipeline = redis.pipelined()) {
      for (int i = 0; i < 2_000; i++) {
        pipeline.rpush("list large", "element:" + i + ":" + "p".repeat(i % 100));
        pipeline.sadd("set large", "member:" + i);
        pipeline.zadd("sorted set large", random.nextGaussian(), "member:" + i);
        pipeline.hset("hash large", "field:" + i, "value:" + i);
        pipeline.xadd("stream", XAddParams.xAddParams().id(i + 1, 0), Map.of("n", "" + i));
        pipeline.set("key:" + i, "value:" + i);
      }
    }
    redis.xdel("stream", new StreamEntryID(2_000, 0), new StreamEntryID(5, 0));
    redis.xgroupCreate("stream", "group", new StreamEntryID(0, 0), false);
    redis.xreadGroup(
        "group",
        "consumer",
        XReadGroupParams.xReadGroupParams().count(10),
        Map.of("stream", StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
    redis.xack("stream", "group", new StreamEntryID(1, 0));
    redis.xgroupCreateConsumer("stream", "group", "idle");
    redis.xgroupCreate("stream without entries", "group", new StreamEntryID(0, 0), true);
    redis.set("expires", "later", SetParams.setParams().px(3_600_000));
    redis.hset("hash that expires", "f", "v");
    redis.pexpire("hash that expires", 7_200_000);
    redis.functionLoad(
        "#!lua name=lib\nredis.register_function('answer', function() return 42 end)");
  }

  private static String digest(int port) {
    try (Jedis redis = Load.connect(port)) {
      byte[] digest = (byte[]) redis.sendCommand(DEBUG, "DIGEST");
      return new String(digest, StandardCharsets.US_ASCII);
    }
  }

  private static void assertThatAllIsThere() {
    assertThat(digest(slotferry.respPort())).isEqualTo(digest(source.port()));
    try (Jedis theirs = source.connect();
        Jedis ours = Load.connect(slotferry.respPort())) {
      for (String key : Set.of("expires", "hash that expires", "text")) {
        assertThat(ours.pexpireTime(key)).as(key).isEqualTo(theirs.pexpireTime(key));
      }
      assertThat(ours.xpending("stream", "group").getTotal())
          .isEqualTo(theirs.xpending("stream", "group").getTotal())
          .isEqualTo(9);
      assertThat(ours.xinfoConsumers2("stream", "group")).hasSize(2);
      assertThat(ours.xinfoStream("stream").getLastGeneratedId())
          .isEqualTo(theirs.xinfoStream("stream").getLastGeneratedId());
      assertThat(ours.fcall("answer", List.of(), List.of())).isEqualTo(42L);
    }
  }

  @Test
  void takesAFile() throws IOException {
    try (Jedis redis = source.connect()) {
      redis.save();
    }
    String file = folder.resolve("dump.rdb").toString();
    JsonObject numbers = new JsonObject(run("import", file, "--json"));
    assertThatAllIsThere();
    assertThat(numbers.getLong("keys")).isEqualTo(keys());
    assertThat(numbers.getLong("libraries")).isEqualTo(1);

    // A second time everything is there already.
    Slotferry again = Slotferry.start("import", file, "--url", slotferry.url());
    assertThat(again.awaitExit()).isEqualTo(1);
    assertThat(again.output()).contains("is there already: give --existing replace");
    numbers = new JsonObject(run("import", file, "--json", "--existing", "skip"));
    assertThat(numbers.getLong("skipped")).isEqualTo(keys() + 1);
    numbers = new JsonObject(run("import", file, "--json", "--existing", "replace"));
    assertThat(numbers.getLong("keys")).isEqualTo(keys());
    assertThatAllIsThere();

    // Of one database only.
    empty();
    numbers = new JsonObject(run("import", file, "--json", "--db", "3"));
    assertThat(numbers.getLong("keys")).isEqualTo(1);
  }

  private static String run(String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--url";
    all[arguments.length + 1] = slotferry.url();
    return Slotferry.run(all);
  }

  private static long keys() {
    try (Jedis redis = source.connect()) {
      long keys = redis.dbSize();
      redis.select(3);
      return keys + redis.dbSize();
    }
  }

  @Test
  void aDamagedFileIsNotWritten() throws IOException {
    try (Jedis redis = source.connect()) {
      redis.save();
    }
    byte[] bytes = Files.readAllBytes(folder.resolve("dump.rdb"));
    bytes[bytes.length / 2] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged.rdb"), bytes);
    Slotferry command = Slotferry.start("import", damaged.toString(), "--url", slotferry.url());
    assertThat(command.awaitExit()).isEqualTo(1);
    assertThat(command.output()).contains("damaged.rdb: ", "nothing was written");
    try (Jedis redis = Load.connect(slotferry.respPort())) {
      assertThat(redis.dbSize()).isZero();
    }
  }

  @Test
  void takesWhatARunningRedisHas() {
    JsonObject numbers = new JsonObject(run("import", source.url(), "--json"));
    assertThatAllIsThere();
    assertThat(numbers.getLong("keys")).isEqualTo(keys());
  }

  @Test
  void followsWhatIsWrittenToARunningRedis() {
    try (Slotferry follower =
            Slotferry.start("import", source.url(), "--follow", "--url", slotferry.url());
        Jedis theirs = source.connect();
        Jedis ours = Load.connect(slotferry.respPort())) {
      Await.until("the copy", Duration.ofSeconds(60), () -> ours.dbSize() == theirs.dbSize());
      theirs.set("followed", "1");
      var transaction = theirs.multi();
      transaction.incrBy("followed", 41);
      transaction.hset("hash small", "more", "yes");
      transaction.exec();
      theirs.select(3);
      theirs.rpush("followed list", "a", "b");
      theirs.select(0);
      Await.until(
          "what was written later",
          Duration.ofSeconds(60),
          () -> digest(slotferry.respPort()).equals(digest(source.port())));
      // It is a replica that acknowledges.
      assertThat(theirs.waitReplicas(1, 15_000)).isEqualTo(1);
      // The stream goes on where it was when the connection breaks.
      theirs.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "replica");
      theirs.incr("followed");
      Await.until(
          "what was written after the cut",
          Duration.ofSeconds(60),
          () -> "43".equals(ours.get("followed")));
      theirs.del("followed", "hash small");
      theirs.hset("hash small", Map.of("f", "v", "n", "17"));
      theirs.select(3);
      theirs.del("followed list");
      follower.stop();
      assertThat(follower.output()).contains("commands followed");
    }
  }
}
