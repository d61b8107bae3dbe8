package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.Test;

class SortedSetCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void rankComesWithItsScoreWhenAsked() {
    engine.reply("ZADD", "z", "1", "a", "2.5", "b");
    assertThat(engine.reply("ZRANK", "z", "b", "WITHSCORE")).isEqualTo("*2 :1 $3 2.5");
    assertThat(engine.reply("ZREVRANK", "z", "b", "WITHSCORE")).isEqualTo("*2 :0 $3 2.5");
    assertThat(engine.reply("ZRANK", "z", "none", "WITHSCORE")).isEqualTo("*-1");
    assertThat(engine.reply("ZRANK", "z", "none")).isEqualTo("$-1");
    assertThat(engine.reply("ZRANK", "z", "b", "x")).isEqualTo("-ERR syntax error");
    assertThat(engine.reply("ZRANK", "z", "b", "WITHSCORE", "x"))
        .isEqualTo("-ERR wrong number of arguments for 'zrank' command");
    engine.call.respVersion = 3;
    assertThat(engine.reply("ZRANK", "z", "b", "WITHSCORE")).isEqualTo("*2 :1 ,2.5");
  }

  @Test
  void onlyACountNestsWhatIsPoppedInResp3() {
    engine.reply("ZADD", "z", "1", "a", "2", "b", "3", "c");
    engine.call.respVersion = 3;
    assertThat(engine.reply("ZPOPMIN", "z")).isEqualTo("*2 $1 a ,1");
    assertThat(engine.reply("ZPOPMAX", "z", "1")).isEqualTo("*1 *2 $1 c ,3");
    assertThat(engine.effects()).containsExactly("ZADD z 1 a 2 b 3 c", "ZPOPMIN z", "ZPOPMAX z 1");
  }

  @Test
  void whatChangesNothingHasNoEffect() {
    engine.reply("ZADD", "z", "1", "a", "inf", "b");
    engine.effects();
    engine.reply("ZADD", "z", "1", "a");
    engine.reply("ZADD", "z", "NX", "5", "a");
    engine.reply("ZADD", "z", "XX", "5", "none");
    engine.reply("ZADD", "z", "GT", "0", "a");
    engine.reply("ZINCRBY", "z", "-inf", "b");
    engine.reply("ZADD", "none", "XX", "5", "a");
    engine.reply("ZREMRANGEBYRANK", "z", "5", "9");
    assertThat(engine.effects()).isEmpty();
    assertThat(engine.reply("EXISTS", "none")).isEqualTo(":0");
  }

  @Test
  void aStoredResultIsAnEffectOfItsKey() {
    engine.reply("ZADD", "z", "1", "a");
    engine.effects();
    engine.reply("ZRANGESTORE", "d", "z", "0", "-1");
    assertThat(engine.effects()).singleElement().asString().startsWith("!put d -1 3 ");
    engine.reply("ZRANGESTORE", "d", "z", "1", "0");
    assertThat(engine.effects()).containsExactly("!del d");
  }
}
