package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.Test;

class DebugCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  private String reply(String line) {
    return engine.reply(line.split(" "));
  }

  @Test
  void activeExpiryCanBeSwitchedOff() {
    reply("SET a 1 PX 5");
    engine.nowMillis += 10;
    assertThat(reply("DEBUG SET-ACTIVE-EXPIRE 0")).isEqualTo("+OK");
    assertThat(engine.engine.expireCycle(engine.nowMillis, 100)).isZero();
    assertThat(reply("DEBUG SET-ACTIVE-EXPIRE 1")).isEqualTo("+OK");
    assertThat(engine.engine.expireCycle(engine.nowMillis, 100)).isEqualTo(1);
  }

  @Test
  void showsAReplyOfEachType() {
    assertThat(reply("DEBUG PROTOCOL bignum"))
        .isEqualTo("$37 1234567999999999999999999999999999999");
    assertThat(reply("DEBUG PROTOCOL push")).startsWith("-ERR RESP2 is not supported");
    assertThat(reply("DEBUG PROTOCOL nothing")).startsWith("-ERR Wrong protocol type name");
    engine.call.respVersion = 3;
    assertThat(reply("DEBUG PROTOCOL attrib"))
        .isEqualTo(
            "|1 $14 key-popularity *2 $7 key:123 :90 $39 Some real reply following the attribute");
    assertThat(reply("DEBUG PROTOCOL push")).startsWith(">2 $16 server-cpu-usage :42 $40 Some");
    assertThat(reply("DEBUG PROTOCOL map")).isEqualTo("%3 :0 #f :1 #t :2 #f");
  }

  @Test
  void reloadingKeepsEverything() {
    reply("SET a 1 PX 500");
    reply("RPUSH l a b c");
    reply("HSET h f v g w");
    reply("HPEXPIRE h 100 FIELDS 1 f");
    var before = EngineFixture.contents(engine.engine.store());
    String digest = reply("DEBUG DIGEST");
    assertThat(reply("DEBUG RELOAD")).isEqualTo("+OK");
    assertThat(EngineFixture.contents(engine.engine.store())).isEqualTo(before);
    assertThat(reply("DEBUG DIGEST")).isEqualTo(digest).startsWith("*2 $1 0 $40 ");
    reply("LPUSH l d");
    assertThat(reply("DEBUG DIGEST")).isNotEqualTo(digest);
  }

  @Test
  void tellsTheSecondOfTheLastUse() {
    reply("SET a v");
    String before = lru();
    engine.nowMillis += 1100;
    engine.call.noTouch = true;
    reply("GET a");
    assertThat(lru()).isEqualTo(before);
    engine.call.noTouch = false;
    reply("GET a");
    assertThat(Integer.parseInt(lru())).isEqualTo(Integer.parseInt(before) + 1);
  }

  private String lru() {
    return reply("DEBUG OBJECT a").replaceAll(".* lru:(\\d+) .*", "$1");
  }

  @Test
  void explainsItself() {
    assertThat(reply("DEBUG HELP")).contains(" +OBJECT <key> ", " +SLEEP <seconds> ", " +HELP ");
  }

  @Test
  void tellsOfAKey() {
    reply("RPUSH l a b c");
    assertThat(reply("DEBUG OBJECT l"))
        .startsWith("+Value at:0x0 refcount:1 encoding:listpack serializedlength:");
    reply("SET i 7");
    assertThat(reply("DEBUG OBJECT i")).startsWith("+Value at:0x0 refcount:2147483647 ");
    assertThat(reply("DEBUG OBJECT none")).isEqualTo("-ERR no such key");
    reply("SET gone v PX 1");
    engine.nowMillis += 1;
    assertThat(reply("DEBUG OBJECT gone")).startsWith("+Value at:0x0 refcount:1 ");
    assertThat(reply("EXISTS gone")).isEqualTo(":0");
    assertThat(reply("DEBUG LISTPACK l")).isEqualTo("+listpack of 3 elements");
    assertThat(reply("DEBUG QUICKLIST l")).isEqualTo("-ERR Not a quicklist encoded object.");
    assertThat(reply("DEBUG STRINGMATCH-LEN a*c abbc")).isEqualTo(":1");
    assertThat(reply("DEBUG QUICKLIST-PACKED-THRESHOLD 10b")).isEqualTo("+OK");
    assertThat(reply("DEBUG FOO"))
        .isEqualTo(
            "-ERR unknown subcommand or wrong number of arguments for 'FOO'. Try DEBUG HELP.");
  }
}
