package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void anEffectNamesWhatWasPopped() {
    engine.reply("SADD", "s", "a", "b", "c");
    engine.effects();
    String popped = engine.reply("SPOP", "s").substring("$1 ".length());
    assertThat(engine.effects()).containsExactly("SREM s " + popped);
    assertThat(engine.reply("SISMEMBER", "s", popped)).isEqualTo(":0");
    engine.reply("SPOP", "s", "5");
    assertThat(engine.effects()).containsExactly("!del s");
  }

  @Test
  void effectsOfALargePopAreOfBoundedSize() {
    for (int i = 0; i < 3000; i++) {
      engine.reply("SADD", "s", "m" + i);
    }
    engine.effects();
    engine.reply("SPOP", "s", "2500");
    List<String> effects = engine.effects();
    assertThat(effects).hasSize(3).allMatch(effect -> effect.split(" ").length <= 2 + 1024);
    assertThat(engine.reply("SCARD", "s")).isEqualTo(":500");
  }

  @Test
  void moveHasAnEffectOnEachKeyThatChanged() {
    engine.reply("SADD", "a", "x", "y");
    engine.reply("SADD", "b", "y");
    engine.effects();
    engine.reply("SMOVE", "a", "b", "x");
    assertThat(engine.effects()).containsExactly("SADD b x", "SREM a x");
    engine.reply("SMOVE", "a", "b", "y");
    assertThat(engine.effects()).containsExactly("SREM a y");
    assertThat(engine.reply("EXISTS", "a")).isEqualTo(":0");
  }

  @Test
  void anEmptyResultRemovesTheDestination() {
    engine.reply("SET", "d", "x");
    engine.effects();
    assertThat(engine.reply("SINTERSTORE", "d", "none")).isEqualTo(":0");
    assertThat(engine.effects()).containsExactly("!del d");
    assertThat(engine.reply("SINTERSTORE", "d", "none")).isEqualTo(":0");
    assertThat(engine.effects()).isEmpty();
  }

  @Test
  void randomMembersDiffer() {
    for (int size : new int[] {10, 1000}) {
      engine.reply("DEL", "s");
      for (int i = 0; i < size; i++) {
        engine.reply("SADD", "s", "m" + i);
      }
      for (int count : new int[] {1, size / 5, size / 2, size, 2 * size}) {
        String reply = engine.reply("SRANDMEMBER", "s", Integer.toString(count));
        List<String> words = List.of(reply.split(" "));
        assertThat(words.stream().filter(word -> word.startsWith("m")).distinct())
            .hasSize(Math.min(count, size));
      }
    }
  }
}
