package io.slotferry.engine.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.store.StoreTotals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random commands hit and miss as many keys as in a real Redis. */
class ReadCountsDifferentialTest {
  private static final int STEPS = 2000;
  private static final int MEMBERS = 12;

  /**
   * What reads only for some of its arguments or keys that are none, what is looked up once more on
   * its way, here or there, and what works in several keyspaces.
   */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "BITFIELD",
          "PFMERGE",
          "SORT",
          "SORT_RO",
          "SPOP",
          "XREAD",
          "XREADGROUP",
          "MOVE",
          "SWAPDB",
          "DEBUG");

  private static final List<CommandTemplate> TEMPLATES =
      CommandRows.ALL.stream()
          .map(CommandRows.Row::template)
          .filter(template -> !LEFT_OUT.contains(template.name()))
          .toList();

  private record Counts(long hits, long misses) {
    Counts since(Counts earlier) {
      return new Counts(hits - earlier.hits, misses - earlier.misses);
    }
  }

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

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void hitsAndMissesAreRedis(long seed) throws IOException {
    Random random = new Random(seed);
    EngineFixture engine = new EngineFixture(seed);
    redis.reply(List.of("FLUSHALL"));
    for (int step = 0; step < STEPS; step++) {
      List<String> command =
          TEMPLATES.get(random.nextInt(TEMPLATES.size())).expand(random, MEMBERS);
      engine.nowMillis = System.currentTimeMillis();
      Counts redisBefore = redisCounts();
      Counts before = counts(engine);
      redis.reply(command);
      // What is wrong is found before the key is looked up, or after it.
      if (!engine.reply(command.toArray(String[]::new)).startsWith("-")) {
        assertThat(counts(engine).since(before))
            .as("%s", command)
            .isEqualTo(redisCounts().since(redisBefore));
      }
    }
  }

  private static Counts counts(EngineFixture engine) {
    StoreTotals totals = engine.engine.store().totals();
    return new Counts(totals.hits(), totals.misses());
  }

  private static Counts redisCounts() throws IOException {
    String info = new String(redis.reply(List.of("INFO", "stats")), StandardCharsets.ISO_8859_1);
    return new Counts(field(info, "keyspace_hits:"), field(info, "keyspace_misses:"));
  }

  private static long field(String info, String name) {
    int start = info.indexOf(name) + name.length();
    return Long.parseLong(info.substring(start, info.indexOf('\r', start)));
  }
}
