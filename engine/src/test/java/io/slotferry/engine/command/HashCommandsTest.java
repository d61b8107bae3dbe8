package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.KeyTable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HashCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void repliesFollowTheProtocol() {
    engine.reply("HSET", "h", "f", "1");
    assertThat(engine.reply("HGETALL", "h")).isEqualTo("*2 $1 f $1 1");
    assertThat(engine.reply("HRANDFIELD", "h", "-2", "WITHVALUES"))
        .isEqualTo("*4 $1 f $1 1 $1 f $1 1");
    engine.call.respVersion = 3;
    assertThat(engine.reply("HGETALL", "h")).isEqualTo("%1 $1 f $1 1");
    assertThat(engine.reply("HGETALL", "none")).isEqualTo("%0");
    assertThat(engine.reply("HGET", "h", "none")).isEqualTo("_");
    assertThat(engine.reply("HRANDFIELD", "h", "-2", "WITHVALUES"))
        .isEqualTo("*2 *2 $1 f $1 1 *2 $1 f $1 1");
  }

  @Test
  void anEffectHoldsTheResultOfAFloatingPointSum() {
    engine.reply("HINCRBYFLOAT", "h", "f", "0.1");
    assertThat(engine.reply("HINCRBYFLOAT", "h", "f", "0.2")).isEqualTo("$3 0.3");
    assertThat(engine.effects()).containsExactly("HSET h f 0.1", "HSET h f 0.3");
  }

  @Test
  void whatChangesNothingHasNoEffect() {
    engine.reply("HSET", "h", "f", "x");
    engine.effects();
    engine.reply("HSETNX", "h", "f", "y");
    engine.reply("HDEL", "h", "none");
    engine.reply("HINCRBY", "h", "f", "1");
    engine.reply("HSET", "h", "f");
    assertThat(engine.effects()).isEmpty();
  }

  @Test
  void theLastFieldTakesTheKeyWithIt() {
    engine.reply("HSET", "h", "f", "1", "g", "2");
    assertThat(engine.reply("HDEL", "h", "f", "g")).isEqualTo(":2");
    assertThat(engine.reply("EXISTS", "h")).isEqualTo(":0");
  }

  @Test
  void scanTakesPagesOfALargeHashAndOptions() {
    for (int i = 0; i < 1000; i++) {
      engine.reply("HSET", "h", "f" + i, "v");
    }
    assertThat(engine.reply("HSCAN", "h", "0", "COUNT", "100")).contains(" *200 ");
    assertThat(engine.reply("HSCAN", "h", "0", "COUNT", "100", "NOVALUES")).contains(" *100 ");
    assertThat(engine.reply("HSCAN", "h", "0", "COUNT", "2000", "MATCH", "f77?"))
        .startsWith("*2 $1 0 *20 ");
  }

  @Test
  void aReplyOfRandomChoicesIsBounded() {
    String outOfRange = "-ERR value is out of range";
    engine.reply("HSET", "h", "f", "1");
    assertThat(engine.reply("HRANDFIELD", "h", "-2000000")).startsWith("*2000000 $1 f $1 f ");
    assertThat(engine.reply("HRANDFIELD", "h", "-999999999")).isEqualTo(outOfRange);
    assertThat(engine.reply("HRANDFIELD", "h", "-9223372036854770000")).isEqualTo(outOfRange);
    engine.reply("HSET", "large", "f", "x".repeat(1 << 20));
    assertThat(engine.reply("HRANDFIELD", "large", "-1000", "WITHVALUES")).isEqualTo(outOfRange);
    assertThat(engine.reply("HRANDFIELD", "none", "-9223372036854770000")).isEqualTo("*0");
    assertThat(engine.reply("HRANDFIELD", "none", "-9223372036854770000", "WITHVALUES"))
        .isEqualTo(outOfRange);
  }

  // ---- small hashes stand packed in their entries

  private boolean isPacked(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
    int partition = EngineFixture.partitionOf(0, bytes, 0, bytes.length);
    KeyTable table = engine.engine.store().create(partition).demandTable(0);
    int at = table.find(KeyHash.hash(bytes, 0, bytes.length), bytes, 0, bytes.length);
    return table.memory().isPacked(table.entryAt(at));
  }

  @Test
  void aSmallHashStaysPackedWhateverHappensToItsKey() {
    engine.reply("HSET", "h", "f", "1", "g", "22");
    engine.reply("EXPIRE", "h", "100");
    engine.reply("HSET", "h", "g", "33", "i", "4");
    engine.reply("COPY", "h", "copy");
    engine.reply("RENAME", "h", "moved");
    engine.reply("HDEL", "moved", "f");
    engine.reply("HINCRBY", "moved", "i", "95");
    engine.reply("PERSIST", "moved");
    for (String key : List.of("copy", "moved")) {
      assertThat(isPacked(key)).as(key).isTrue();
      assertThat(engine.reply("TYPE", key)).isEqualTo("+hash");
      assertThat(engine.reply("OBJECT", "ENCODING", key)).isEqualTo("$8 listpack");
    }
    assertThat(engine.reply("HGETALL", "moved")).isEqualTo("*4 $1 g $2 33 $1 i $2 99");
    assertThat(engine.reply("HGETALL", "copy")).isEqualTo("*6 $1 f $1 1 $1 g $2 33 $1 i $1 4");
    assertThat(engine.reply("TTL", "moved")).isEqualTo(":-1");
    assertThat(engine.reply("TTL", "copy")).isEqualTo(":100");
    assertThat(engine.reply("GET", "copy")).startsWith("-WRONGTYPE");
    assertThat(engine.reply("SET", "copy", "x", "GET")).startsWith("-WRONGTYPE");
    engine.reply("SET", "copy", "x");
    assertThat(engine.reply("GET", "copy")).isEqualTo("$1 x");
  }

  @Test
  void aHashThatOutgrowsItsEntryLeavesIt() {
    engine.reply("HSET", "h", "f", "1");
    engine.reply("HSET", "h", "g", "x".repeat(100));
    assertThat(isPacked("h")).isFalse();
    assertThat(engine.reply("HGET", "h", "f")).isEqualTo("$1 1");
    // The object through which the first was looked at is its own value now: no other may share it.
    engine.reply("HSET", "other", "f", "2");
    assertThat(engine.reply("HLEN", "h")).isEqualTo(":2");
    assertThat(engine.reply("HLEN", "other")).isEqualTo(":1");
  }

  @Test
  void whateverIsDoneToHashesTheFollowersHaveTheSame() {
    Engine follower = engine.follow();
    Random random = new Random(5);
    for (int step = 0; step < 5_000; step++) {
      String key = "h" + random.nextInt(4);
      String other = "h" + random.nextInt(4);
      String field = "f" + random.nextInt(5);
      String value = "x".repeat(random.nextInt(random.nextInt(50) == 0 ? 80 : 6));
      String[][] commands = {
        {"HSET", key, field, value},
        {"HSET", key, field, value, "g", value},
        {"HDEL", key, field},
        {"HINCRBY", key, "n", Integer.toString(random.nextInt(2_000) - 1_000)},
        {"HPEXPIRE", key, random.nextBoolean() ? "0" : "5000", "FIELDS", "1", field},
        {"PEXPIRE", key, "1000"},
        {"RENAME", key, other},
        {"COPY", key, other, "REPLACE"},
        {"SET", key, value},
        {"DEL", key},
        {"HGETALL", key},
      };
      engine.reply(commands[random.nextInt(commands.length)]);
      engine.nowMillis += random.nextInt(100);
    }
    assertThat(EngineFixture.contents(follower.store()))
        .isEqualTo(EngineFixture.contents(engine.engine.store()));
  }
}
