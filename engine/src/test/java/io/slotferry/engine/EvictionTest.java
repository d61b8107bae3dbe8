package io.slotferry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.shard.KeyEvents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvictionTest {
  private static final int VALUE_BYTES = 200;

  private final EngineFixture shard = new EngineFixture();
  private final Map<String, String> settings = new HashMap<>();

  private void set(String... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    shard.engine.use(name -> settings.getOrDefault(name, initial(name)));
  }

  private static String initial(String name) {
    return switch (name) {
      case "maxmemory-policy" -> "noeviction";
      case "maxmemory-samples" -> "5";
      case "notify-keyspace-events" -> "";
      case "maxmemory" -> "0";
      // The limits of encodings hold for all engines of the process, other tests' too.
      case "hash-max-listpack-entries", "set-max-intset-entries" -> "512";
      case "set-max-listpack-entries", "zset-max-listpack-entries" -> "128";
      case "hash-max-listpack-value", "set-max-listpack-value", "zset-max-listpack-value" -> "64";
      case "list-max-listpack-size" -> "-2";
      default -> "100";
    };
  }

  private void fill(int from, int to, String... options) {
    for (int i = from; i < to; i++) {
      String[] set = new String[3 + options.length];
      set[0] = "SET";
      set[1] = "key:" + i;
      set[2] = "x".repeat(VALUE_BYTES);
      System.arraycopy(options, 0, set, 3, options.length);
      assertThat(shard.reply(set)).isEqualTo("+OK");
    }
  }

  private long used() {
    return shard.engine.store().totals().usedBytes();
  }

  private int left(int from, int to) {
    int left = 0;
    for (int i = from; i < to; i++) {
      left += shard.reply("EXISTS", "key:" + i).equals(":1") ? 1 : 0;
    }
    return left;
  }

  @Test
  void withoutEvictionWritesThatNeedMemoryAreRefused() {
    fill(0, 100);
    set("maxmemory", Long.toString(used() - 1));
    assertThat(shard.reply("SET", "k", "v"))
        .isEqualTo("-OOM command not allowed when used memory > 'maxmemory'.");
    assertThat(shard.reply("GET", "key:1")).startsWith("$200");
    assertThat(shard.reply("DEL", "key:1", "key:2")).isEqualTo(":2");
    assertThat(shard.reply("SET", "k", "v")).isEqualTo("+OK");
    set("maxmemory", "0");
    fill(0, 200);
  }

  @Test
  void withoutRoomScriptsGoByTheirFlags() {
    String oom = "OOM command not allowed when used memory > 'maxmemory'.";
    String set = "redis.call('set', KEYS[1], 'v')";
    set("maxmemory", "1");
    assertThat(eval(set)).startsWith('-' + oom);
    assertThat(eval("return redis.pcall('set', KEYS[1], 'v').err")).isEqualTo("$55 " + oom);
    assertThat(eval("return redis.call('exists', KEYS[1])")).isEqualTo(":0");
    assertThat(eval("#!lua\nreturn 1")).startsWith("-OOM allow-oom flag is not set on the script");
    assertThat(eval("#!lua flags=no-writes\nreturn 1")).isEqualTo(":1");
    assertThat(eval("#!lua flags=allow-oom\nreturn " + set)).isEqualTo("+OK");
    // What has begun to write goes on.
    assertThat(eval("redis.call('del', KEYS[1]); return " + set)).isEqualTo("+OK");
  }

  private String eval(String script) {
    return shard.reply("EVAL", script, "1", "key:script");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl"
      })
  void memoryStaysWithinItsBound(String policy) {
    Engine follower = shard.follow();
    set("maxmemory-policy", policy);
    fill(0, 300, "EX", "1000");
    long bound = used();
    set("maxmemory", Long.toString(bound));

    fill(300, 1000, "EX", "2000");

    assertThat(used()).isLessThan(bound + 2 * VALUE_BYTES);
    assertThat(shard.engine.store().totals().evictedKeys()).isBetween(600L, 800L);
    assertThat(EngineFixture.contents(follower.store()))
        .isEqualTo(EngineFixture.contents(shard.engine.store()));
  }

  @Test
  void whatIsEvictedIsTold() {
    set("maxmemory-policy", "allkeys-random");
    fill(0, 10);
    List<String> evicted = new ArrayList<>();
    shard.engine.observe(KeyEvents.parse("Ee"), new EventRecorder(evicted));
    set("maxmemory", "1");
    shard.engine.makeRoom(shard.nowMillis);
    assertThat(evicted)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 10).mapToObj(i -> "evicted key:" + i).toList());
  }

  @Test
  void aCallerThatTouchesNothingLeavesKeysUnused() {
    set("maxmemory-policy", "allkeys-lru");
    fill(0, 1);
    shard.nowMillis += 100_000;
    shard.call.noTouch = true;
    shard.reply("GET", "key:0");
    assertThat(shard.reply("OBJECT", "IDLETIME", "key:0")).isEqualTo(":100");
    shard.reply("TOUCH", "key:0");
    assertThat(shard.reply("OBJECT", "IDLETIME", "key:0")).isEqualTo(":0");
  }

  @Test
  void onlyKeysThatExpireGoWhenThePolicySaysSo() {
    set("maxmemory-policy", "volatile-random");
    fill(0, 50);
    fill(50, 100, "EX", "1000");
    set("maxmemory", Long.toString(used() - 10 * VALUE_BYTES));
    assertThat(shard.reply("SET", "k", "v")).isEqualTo("+OK");
    assertThat(left(0, 50)).isEqualTo(50);
    assertThat(left(50, 100)).isLessThan(50);
    set("maxmemory", "1");
    shard.engine.makeRoom(shard.nowMillis);
    assertThat(shard.reply("SET", "k", "v")).startsWith("-OOM");
    assertThat(left(50, 100)).isZero();
  }

  @Test
  void whatWasUsedLatelyStays() {
    set("maxmemory-policy", "allkeys-lru", "maxmemory-samples", "20");
    fill(0, 200);
    shard.nowMillis += 100_000;
    for (int i = 100; i < 200; i++) {
      shard.reply("GET", "key:" + i);
    }
    set("maxmemory", Long.toString(used() - 50 * VALUE_BYTES));
    shard.engine.makeRoom(shard.nowMillis);
    assertThat(left(100, 200)).isEqualTo(100);
    assertThat(left(0, 100)).isLessThan(60);
  }

  @Test
  void whatEndsFirstGoesFirst() {
    set("maxmemory-policy", "volatile-ttl", "maxmemory-samples", "20");
    fill(0, 100, "EX", "100");
    fill(100, 200, "EX", "100000");
    set("maxmemory", Long.toString(used() - 50 * VALUE_BYTES));
    shard.engine.makeRoom(shard.nowMillis);
    assertThat(left(100, 200)).isEqualTo(100);
  }

  @Test
  void totalsAreTheSumsOfThePartitions() {
    PartitionStore store = shard.engine.store();
    fill(0, 500);
    fill(200, 300, "EX", "10");
    shard.reply("LPUSH", "l", "a", "b");
    shard.reply("DEL", "key:7");
    shard.reply("HSET", "h", "f", "v", "g", "v");
    shard.reply("HPEXPIRE", "h", "9000", "FIELDS", "2", "f", "g");
    shard.reply("COPY", "h", "{h}copy");
    assertThat(store.totals().keys()).isEqualTo(502);
    assertThat(store.totals().expiring()).isEqualTo(100);
    assertThat(store.totals().expiringElements()).isEqualTo(2);
    shard.reply("HPERSIST", "h", "FIELDS", "2", "f", "g");
    assertThat(store.totals().expiringElements()).isEqualTo(1);
    store.drop(3);
    long keys = 0;
    for (Partition at = store.after(-1); at != null; at = store.after(at.id())) {
      keys += at.size();
    }
    assertThat(store.totals().keys()).isEqualTo(keys);
    shard.reply("FLUSHALL");
    assertThat(store.totals().keys()).isZero();
    assertThat(store.totals().expiring()).isZero();
    assertThat(store.totals().expiringElements()).isZero();
    assertThat(store.totals().bytes()).isZero();
  }

  @Test
  void smallIntegersAreSharedUnlessEachNeedsAClock() {
    shard.reply("SET", "i", "7");
    set("maxmemory-policy", "allkeys-lru");
    assertThat(shard.reply("OBJECT", "REFCOUNT", "i")).isEqualTo(":2147483647");
    set("maxmemory", "1073741824");
    assertThat(shard.reply("OBJECT", "REFCOUNT", "i")).isEqualTo(":1");
    set("maxmemory-policy", "allkeys-random");
    assertThat(shard.reply("OBJECT", "REFCOUNT", "i")).isEqualTo(":2147483647");
  }
}
