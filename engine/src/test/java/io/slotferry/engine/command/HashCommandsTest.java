package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
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
    engine.reply("HSET", "h", "f", "1");
    assertThat(engine.reply("HRANDFIELD", "h", "-2000000")).isEqualTo("-ERR value is out of range");
  }
}
