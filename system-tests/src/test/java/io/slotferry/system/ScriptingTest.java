package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.protocol.ScriptName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** Scripts and functions are the cluster's, whichever shard a key is on. */
class ScriptingTest {
  private static final int KEYS = 60;
  private static final String SCRIPT = "return redis.call('incr', KEYS[1])";
  private static final String LIBRARY =
      "#!lua name=lib\nredis.register_function('twice', function(keys)"
          + " redis.call('incr', keys[1]) return redis.call('incr', keys[1]) end)";

  @TempDir Path data;

  private static void onEveryKey(Jedis redis, String sha, long expected) {
    for (int i = 0; i < KEYS; i++) {
      assertThat(redis.evalsha(sha, List.of("key:" + i), List.of())).isEqualTo(expected);
    }
  }

  private static void callOnEveryKey(Jedis redis, long expected) {
    for (int i = 0; i < KEYS; i++) {
      assertThat(redis.fcall("twice", List.of("key:" + i), List.of())).isEqualTo(expected);
    }
  }

  @Test
  void everyShardKnowsThemWheneverItJoinsOrIsPromoted() throws Exception {
    try (Slotferry slotferry = Slotferry.up("--data", data.toString());
        Jedis redis = Load.connect(slotferry.respPort())) {
      String sha = redis.scriptLoad(SCRIPT);
      onEveryKey(redis, sha, 1);
      assertThat(redis.info("memory")).contains("number_of_cached_scripts:1\r\n");
      assertThat(redis.functionLoad(LIBRARY)).isEqualTo("lib");
      callOnEveryKey(redis, 3);
      assertThat(redis.info("memory"))
          .contains("number_of_libraries:1\r\n", "number_of_functions:1\r\n");
      assertThatThrownBy(() -> redis.functionLoad(LIBRARY))
          .isInstanceOf(JedisDataException.class)
          .hasMessage("ERR Library 'lib' already exists");

      Slotferry.run("cluster", "add-shard", "--url", slotferry.url());
      onEveryKey(redis, sha, 4);
      callOnEveryKey(redis, 6);

      Slotferry.run("cluster", "failover", "1", "--url", slotferry.url());
      onEveryKey(redis, sha, 7);
      callOnEveryKey(redis, 9);
      assertThat(redis.scriptExists(sha)).isTrue();
      assertThat(slotferry.stop()).isZero();
    }
    try (Slotferry second = Slotferry.up("--data", data.toString());
        Jedis redis = Load.connect(second.respPort())) {
      callOnEveryKey(redis, 11);
      assertThat(redis.functionList()).hasSize(1);
      assertThat(redis.functionFlush()).isEqualTo("OK");
      assertThatThrownBy(() -> redis.fcall("twice", List.of("key:1"), List.of()))
          .hasMessage("ERR Function not found");
    }
  }

  @Test
  void aScriptThatRunsForEverIsEnded() throws Exception {
    try (Slotferry slotferry = Slotferry.up("--ephemeral");
        Jedis redis = Load.connect(slotferry.respPort());
        Jedis other = Load.connect(slotferry.respPort())) {
      CompletableFuture<Object> endless =
          CompletableFuture.supplyAsync(
              () -> redis.eval("while true do pcall(redis.call, 'ping') end"));
      String killed =
          Await.answer(Duration.ofSeconds(20), JedisDataException.class, other::scriptKill);
      assertThat(killed).isEqualTo("OK");
      assertThatThrownBy(() -> endless.get(10, TimeUnit.SECONDS))
          .hasMessageContaining("Script killed by user with SCRIPT KILL...");
      assertThat(other.eval("return 1")).isEqualTo(1L);
    }
  }

  @Test
  void aScriptThatDoesNotCompileHasNoName() throws Exception {
    String body = "return (";
    byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
    try (Slotferry slotferry = Slotferry.up("--ephemeral");
        Jedis redis = Load.connect(slotferry.respPort())) {
      assertThatThrownBy(() -> redis.eval(body)).hasMessageContaining("Error compiling script");
      assertThatThrownBy(() -> redis.evalsha(ScriptName.of(bytes, 0, bytes.length)))
          .isInstanceOf(JedisNoScriptException.class);
    }
  }
}
