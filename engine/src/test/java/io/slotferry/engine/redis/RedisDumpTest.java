package io.slotferry.engine.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.differential.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that Redis has dumped are restored here, and the other way round, and stay equal. */
class RedisDumpTest {
  private static final int SEEDS = 20;
  private static final int VALUES = 40;
  private static final int STREAM_STEPS = 400;
  private static final int[] SIZES = {1, 2, 5, 100, 129, 600, 3000};

  private static RedisServer redis;

  @BeforeAll
  static void start() throws IOException {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() throws IOException {
    if (redis != null) {
      redis.close();
    }
  }

  private final EngineFixture engine = new EngineFixture();

  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void valuesGoBothWays(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < VALUES; i++) {
      List<String> write = randomWrite(random);
      onRedis("FLUSHALL");
      here("FLUSHALL");
      redis.reply(write);
      engineReply(write);
      String type = onRedis("TYPE", "k").text();
      assertThat(here("RESTORE", "theirs", "0", onRedis("DUMP", "k").text()).text())
          .isEqualTo("OK");
      assertThat(onRedis("RESTORE", "ours", "0", here("DUMP", "k").text()).text()).isEqualTo("OK");
      Reply expected = sorted(type, read(type, "k", true));
      assertThat(sorted(type, read(type, "theirs", false))).isEqualTo(expected);
      assertThat(sorted(type, read(type, "ours", true))).isEqualTo(expected);
      assertThat(here("DEBUG", "DIGEST-VALUE", "theirs", "none"))
          .isEqualTo(onRedis("DEBUG", "DIGEST-VALUE", "k", "none"));
      assertThat(here("DEBUG", "RELOAD").text()).isEqualTo("OK");
      assertThat(sorted(type, read(type, "theirs", false))).isEqualTo(expected);
      if (!type.equals("set") && !type.equals("list")) {
        assertThat(onRedis("OBJECT", "ENCODING", "ours"))
            .isEqualTo(onRedis("OBJECT", "ENCODING", "k"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void streamsGoBothWays(long seed) throws IOException {
    Random random = new Random(seed);
    engine.nowMillis = System.currentTimeMillis();
    onRedis("FLUSHALL");
    for (int step = 0; step < STREAM_STEPS; step++) {
      List<String> command =
          StreamRows.ALL.get(random.nextInt(StreamRows.ALL.size())).template().expand(random, 12);
      List<List<String>> commands = StreamDifferences.consumerCreations(command);
      commands.add(command);
      for (List<String> each : commands) {
        if (!StreamDifferences.isRefusedSince72(engineReply(each))) {
          redis.reply(each);
        }
      }
    }
    for (int i = 0; i < 3; i++) {
      String key = "x" + i;
      if (onRedis("TYPE", key).text().equals("stream")) {
        compareStream(key);
      }
    }
  }

  private void compareStream(String key) throws IOException {
    here("DEL", "theirs");
    onRedis("DEL", "ours");
    assertThat(here("RESTORE", "theirs", "0", onRedis("DUMP", key).text()).text()).isEqualTo("OK");
    assertThat(onRedis("RESTORE", "ours", "0", here("DUMP", key).text()).text()).isEqualTo("OK");
    for (String query : new String[] {"XRANGE KEY - +", "XINFO GROUPS KEY"}) {
      Reply expected = onRedis(query.replace("KEY", key).split(" "));
      assertThat(here(query.replace("KEY", "theirs").split(" "))).isEqualTo(expected);
      assertThat(onRedis(query.replace("KEY", "ours").split(" "))).isEqualTo(expected);
    }
    for (String group : new String[] {"g0", "g1"}) {
      Reply expected = onRedis("XPENDING", key, group, "-", "+", "1000");
      Reply theirs = here("XPENDING", "theirs", group, "-", "+", "1000");
      Reply ours = onRedis("XPENDING", "ours", group, "-", "+", "1000");
      if (!expected.isError()) {
        assertThat(StreamDifferences.areEqualButForTimes(expected, theirs)).isTrue();
        assertThat(StreamDifferences.areEqualButForTimes(expected, ours)).isTrue();
      }
    }
    assertThat(here("DEBUG", "DIGEST-VALUE", "theirs"))
        .isEqualTo(onRedis("DEBUG", "DIGEST-VALUE", key));
  }

  private static Reply sorted(String type, Reply reply) {
    return switch (type) {
      case "set" -> reply.sorted();
      case "hash" -> reply.paired().sorted();
      default -> reply;
    };
  }

  private Reply read(String type, String key, boolean onRedis) throws IOException {
    String[] command =
        switch (type) {
          case "string" -> new String[] {"GET", key};
          case "list" -> new String[] {"LRANGE", key, "0", "-1"};
          case "set" -> new String[] {"SMEMBERS", key};
          case "zset" -> new String[] {"ZRANGE", key, "0", "-1", "WITHSCORES"};
          default -> new String[] {"HGETALL", key};
        };
    return onRedis ? onRedis(command) : here(command);
  }

  private static List<String> randomWrite(Random random) {
    String[] names = {"SET", "RPUSH", "SADD", "ZADD", "HSET"};
    String name = names[random.nextInt(names.length)];
    List<String> write = new ArrayList<>(List.of(name, "k"));
    int size = name.equals("SET") ? 1 : SIZES[random.nextInt(SIZES.length)];
    boolean integers = random.nextBoolean();
    for (int i = 0; i < size; i++) {
      if (name.equals("ZADD")) {
        write.add(score(random));
      }
      String element = integers ? "" + integer(random) : text(random);
      // Names must differ.
      write.add(name.equals("HSET") || name.equals("ZADD") ? element + ":" + i : element);
      if (name.equals("HSET")) {
        write.add(integers ? "" + integer(random) : text(random));
      }
    }
    return write;
  }

  private static long integer(Random random) {
    return random.nextLong() >> random.nextInt(Long.SIZE);
  }

  private static String score(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> "inf";
      case 1 -> "-inf";
      case 2 -> "" + integer(random);
      default -> "" + random.nextInt(-80, 80) / 8.0;
    };
  }

  /** Short ones mostly; long ones, so repetitive that Redis compresses them; any bytes. */
  private static String text(Random random) {
    int length =
        random.nextInt(30) == 0
            ? random.nextInt(20_000)
            : random.nextInt(random.nextInt(10) == 0 ? 200 : 12);
    int alphabet = random.nextBoolean() ? 3 : 256;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) random.nextInt(alphabet));
    }
    return text.toString();
  }

  private static Reply onRedis(String... command) throws IOException {
    return Reply.parse(redis.reply(List.of(command)));
  }

  private Reply here(String... command) {
    return Reply.parse(engineReply(List.of(command)));
  }

  private byte[] engineReply(List<String> command) {
    byte[][] arguments = new byte[command.size()][];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = command.get(i).getBytes(StandardCharsets.ISO_8859_1);
    }
    return engine.replyBytes(Request.of(arguments));
  }
}
