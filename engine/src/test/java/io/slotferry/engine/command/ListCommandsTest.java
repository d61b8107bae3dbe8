package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.Test;

class ListCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void moveHasAnEffectOnEachKey() {
    engine.reply("RPUSH", "a", "1", "2");
    engine.effects();
    assertThat(engine.reply("LMOVE", "a", "b", "LEFT", "RIGHT")).isEqualTo("$1 1");
    assertThat(engine.effects()).containsExactly("RPUSH b 1", "LPOP a");
    assertThat(engine.reply("RPOPLPUSH", "a", "b")).isEqualTo("$1 2");
    assertThat(engine.effects()).containsExactly("LPUSH b 2", "RPOP a");
    assertThat(engine.reply("EXISTS", "a")).isEqualTo(":0");
    assertThat(engine.reply("LRANGE", "b", "0", "-1")).isEqualTo("*2 $1 2 $1 1");
  }

  @Test
  void moveWithinOneListTurnsIt() {
    engine.reply("RPUSH", "a", "1", "2", "3");
    assertThat(engine.reply("LMOVE", "a", "a", "LEFT", "RIGHT")).isEqualTo("$1 1");
    assertThat(engine.reply("LRANGE", "a", "0", "-1")).isEqualTo("*3 $1 2 $1 3 $1 1");
  }

  @Test
  void whatChangesNothingHasNoEffect() {
    engine.reply("RPUSH", "a", "1");
    engine.effects();
    engine.reply("LTRIM", "a", "0", "-1");
    engine.reply("LREM", "a", "0", "none");
    engine.reply("LPOP", "a", "0");
    engine.reply("LPUSHX", "none", "1");
    engine.reply("LINSERT", "a", "BEFORE", "none", "1");
    assertThat(engine.effects()).isEmpty();
  }

  @Test
  void anAbsentListIsANullOfItsProtocol() {
    assertThat(engine.reply("LPOP", "none")).isEqualTo("$-1");
    assertThat(engine.reply("LPOP", "none", "1")).isEqualTo("*-1");
    engine.call.respVersion = 3;
    assertThat(engine.reply("LPOP", "none", "1")).isEqualTo("_");
  }
}
