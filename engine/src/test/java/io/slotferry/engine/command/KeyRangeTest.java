package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.store.Partition;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyRangeTest {
  private static final int TABLET = 20_000;

  private final EngineFixture engine = new EngineFixture();

  private String reply(String line) {
    String[] words = line.split(" ", -1);
    engine.call.command = Command.valueOf(words[0]);
    engine.call.partition = TABLET;
    String reply = new String(engine.execute(Request.of(words)), StandardCharsets.ISO_8859_1);
    return reply.substring(0, reply.length() - 2).replace("\r\n", " ").replaceAll("\\$\\d+ ", "");
  }

  @BeforeEach
  void fourKeys() {
    Partition tablet = engine.engine.store().create(TABLET);
    tablet.orderBy(
        0,
        (a, aStart, aLength, b, bStart, bLength) ->
            Arrays.compareUnsigned(a, aStart, aStart + aLength, b, bStart, bStart + bLength));
    for (String key : new String[] {"c", "a", "d", "b"}) {
      reply("SET " + key + " value-" + key);
    }
  }

  @Test
  void intervals() {
    assertThat(reply("KEYRANGE - +")).isEqualTo("*4 a b c d");
    assertThat(reply("KEYRANGE [b (d")).isEqualTo("*2 b c");
    assertThat(reply("KEYRANGE (b [d")).isEqualTo("*2 c d");
    assertThat(reply("KEYRANGE [aa [bb")).isEqualTo("*1 b");
    assertThat(reply("KEYRANGE (aa (bb")).isEqualTo("*1 b");
    assertThat(reply("KEYRANGE [ +")).isEqualTo("*4 a b c d");
    assertThat(reply("KEYRANGE [c [b")).isEqualTo("*0");
    assertThat(reply("KEYRANGE (b (b")).isEqualTo("*0");
    assertThat(reply("KEYRANGE (b (c")).isEqualTo("*0");
    assertThat(reply("KEYRANGE [x +")).isEqualTo("*0");
    assertThat(reply("KEYRANGE - (a")).isEqualTo("*0");
    assertThat(reply("KEYRANGE + -")).isEqualTo("*0");
  }

  @Test
  void options() {
    assertThat(reply("KEYRANGE - + REV")).isEqualTo("*4 d c b a");
    assertThat(reply("KEYRANGE [b (d REV")).isEqualTo("*2 c b");
    assertThat(reply("KEYRANGE - + LIMIT 1 2")).isEqualTo("*2 b c");
    assertThat(reply("KEYRANGE - + LIMIT 1 2 REV")).isEqualTo("*2 c b");
    assertThat(reply("KEYRANGE - + LIMIT 3 -1")).isEqualTo("*1 d");
    assertThat(reply("KEYRANGE - + LIMIT 0 0")).isEqualTo("*0");
    assertThat(reply("KEYRANGE - + LIMIT 9 9")).isEqualTo("*0");
    assertThat(reply("KEYRANGE - + LIMIT -1 9")).isEqualTo("*0");
    assertThat(reply("KEYRANGE [c + WITHVALUES")).isEqualTo("*4 c value-c d value-d");
  }

  @Test
  void expiredAndRemovedKeysAreLeftOut() {
    reply("PEXPIRE b 5");
    reply("DEL c");
    engine.nowMillis += 5;
    assertThat(reply("KEYRANGE - +")).isEqualTo("*2 a d");
    assertThat(reply("KEYRANGE - + LIMIT 1 1")).isEqualTo("*1 d");
  }

  @Test
  void aChangedValueIsSeen() {
    reply("SET a another-length");
    assertThat(reply("KEYRANGE [a [a WITHVALUES")).isEqualTo("*2 a another-length");
  }

  @Test
  void errors() {
    assertThat(reply("KEYRANGE a +")).isEqualTo("-ERR min or max not valid string range item");
    assertThat(reply("KEYRANGE - ++")).isEqualTo("-ERR min or max not valid string range item");
    assertThat(reply("KEYRANGE  +")).isEqualTo("-ERR min or max not valid string range item");
    assertThat(reply("KEYRANGE - + FOO")).isEqualTo("-ERR syntax error");
    assertThat(reply("KEYRANGE - + LIMIT 1")).isEqualTo("-ERR syntax error");
    assertThat(reply("KEYRANGE - + LIMIT x 1"))
        .isEqualTo("-ERR value is not an integer or out of range");
    assertThat(engine.reply("KEYRANGE", "-", "+"))
        .isEqualTo("-ERR KEYRANGE needs a range keyspace");
  }
}
