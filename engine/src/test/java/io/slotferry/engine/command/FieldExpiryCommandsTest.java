package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.engine.EngineFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldExpiryCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  private String reply(String line) {
    return engine.reply(line.split(" "));
  }

  private void check(String line, String reply, String... effects) {
    assertThat(reply(line)).as(line).isEqualTo(reply);
    assertThat(engine.effects()).as(line).containsExactly(effects);
  }

  private void given(String line) {
    reply(line);
    engine.effects();
  }

  @Test
  void fieldsAreGivenTimes() {
    given("HSET h a 1 b 2");
    long at = engine.nowMillis + 5000;
    check("HEXPIRE h 5 FIELDS 3 a none b", "*3 :1 :-2 :1", "HPEXPIREAT h " + at + " FIELDS 2 a b");
    check("HTTL h FIELDS 2 a none", "*2 :5 :-2");
    check("HPTTL h FIELDS 1 b", "*1 :5000");
    check("HEXPIRETIME h FIELDS 1 b", "*1 :" + at / 1000);
    check("HPEXPIRETIME h FIELDS 1 b", "*1 :" + at);
    check("HPERSIST h FIELDS 3 a none a", "*3 :1 :-2 :-1", "HPERSIST h FIELDS 1 a");
    check("HTTL h FIELDS 1 a", "*1 :-1");
    check("OBJECT ENCODING h", "$10 listpackex");
    check("HEXPIRE none 5 FIELDS 2 a b", "*2 :-2 :-2");
    check("HTTL none FIELDS 1 a", "*1 :-2");
    check("HPERSIST none FIELDS 1 a", "*1 :-2");
  }

  @Test
  void conditionsLookAtTheOldTime() {
    given("HSET h a 1 b 2");
    check("HPEXPIREAT h 9000000000000 XX FIELDS 1 a", "*1 :0");
    check("HPEXPIREAT h 9000000000000 GT FIELDS 1 a", "*1 :0");
    given("HPEXPIREAT h 9000000000000 NX FIELDS 1 a");
    check("HPEXPIREAT h 9000000000001 NX FIELDS 1 a", "*1 :0");
    check("HPEXPIREAT h 9000000000000 GT FIELDS 1 a", "*1 :0");
    check("HPEXPIREAT h 9000000000001 LT FIELDS 1 a", "*1 :0");
    check(
        "HPEXPIREAT h 8000000000000 LT FIELDS 2 a b",
        "*2 :1 :1",
        "HPEXPIREAT h 8000000000000 FIELDS 2 a b");
  }

  @Test
  void aTimeThatIsPastDeletes() {
    given("HSET h a 1 b 2 c 3");
    check("HPEXPIREAT h 1 FIELDS 2 a b", "*2 :2 :2", "HDEL h a b");
    check("HEXPIRE h 0 FIELDS 2 c c", "*2 :2 :-2", "HDEL h c");
    check("EXISTS h", ":0");
  }

  @Test
  void fieldsAreGoneWhenTheirTimeHasCome() {
    Engine follower = engine.follow();
    given("HSET h a 1 b 2 c 3");
    given("HPEXPIRE h 100 FIELDS 2 a b");
    engine.nowMillis += 99;
    check("HGET h a", "$1 1");
    engine.nowMillis += 1;
    check("HLEN h", ":1", "HDEL h b a");
    check("HGETALL h", "*2 $1 c $1 3");
    given("HPEXPIRE h 10 FIELDS 1 c");
    engine.nowMillis += 10;
    check("HSCAN h 0", "*2 $1 0 *0", "HDEL h c");
    check("EXISTS h", ":0");
    assertThat(EngineFixture.contents(follower.store())).isEmpty();
  }

  @Test
  void theCycleFindsExpiredFieldsOfWhatWasCopied() {
    reply("HSET h f v");
    reply("HPEXPIRE h 50 FIELDS 1 f");
    reply("COPY h {h}copy");
    reply("RENAME h {h}moved");
    reply("COPY {h}moved {h}gone");
    reply("DEL {h}gone");
    engine.nowMillis += 50;
    for (int i = 0; i < 10; i++) {
      engine.engine.expireCycle(engine.nowMillis, 100);
    }
    assertThat(reply("DBSIZE")).isEqualTo(":0");
  }

  @Test
  void theCycleFindsExpiredFields() {
    Engine follower = engine.follow();
    for (int i = 0; i < 600; i++) {
      reply("HSET h f" + i + " v");
      reply("HPEXPIRE h " + (i < 590 ? 50 : 500) + " FIELDS 1 f" + i);
    }
    reply("HSET other f v");
    reply("HPEXPIRE other 50 FIELDS 1 f");
    engine.effects();
    engine.nowMillis += 50;
    for (int i = 0; i < 10; i++) {
      engine.engine.expireCycle(engine.nowMillis, 100);
    }
    List<String> effects = new ArrayList<>(engine.effects());
    assertThat(effects).allMatch(effect -> effect.startsWith("HDEL")).hasSizeBetween(4, 5);
    assertThat(reply("HLEN h")).isEqualTo(":10");
    assertThat(reply("EXISTS other")).isEqualTo(":0");
    assertThat(EngineFixture.contents(follower.store()))
        .isEqualTo(EngineFixture.contents(engine.engine.store()));
  }

  @Test
  void whoSetsAFieldTakesItsTimeAndWhoCountsKeepsIt() {
    given("HSET h a 1 b 2 c 3");
    given("HPEXPIREAT h 9000000000000 FIELDS 3 a b c");
    given("HINCRBY h b 1");
    check(
        "HINCRBYFLOAT h c 0.5", "$3 3.5", "HSET h c 3.5", "HPEXPIREAT h 9000000000000 FIELDS 1 c");
    given("HSET h a x");
    check("HPEXPIRETIME h FIELDS 3 a b c", "*3 :-1 :9000000000000 :9000000000000");
  }

  @Test
  void copiesAndDumpsKeepTheTimes() {
    given("HSET h a 1 b 2");
    given("HPEXPIREAT h 9000000000000 FIELDS 1 a");
    given("COPY h copy");
    check("HPEXPIRETIME copy FIELDS 2 a b", "*2 :9000000000000 :-1");
    String dump = reply("DUMP h");
    given("DEL h");
    assertThat(engine.reply("RESTORE", "h", "0", dump.substring(dump.indexOf(' ') + 1)))
        .isEqualTo("+OK");
    engine.effects();
    check("HPEXPIRETIME h FIELDS 2 a b", "*2 :9000000000000 :-1");
  }

  @Test
  void wrongArguments() {
    given("SET s 1");
    given("HSET h a 1");
    String wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    check("HEXPIRE s x FIELDS 1 a", wrongType);
    check("HTTL s FIELDS x a", wrongType);
    check("HEXPIRE h x FIELDS 1 a", "-ERR value is not an integer or out of range");
    check("HEXPIRE h -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0");
    check("HEXPIRE h 99999999999999 FIELDS 1 a", "-ERR invalid expire time in 'hexpire' command");
    check(
        "HPEXPIREAT h 70368744177664 FIELDS 1 a",
        "-ERR invalid expire time in 'hpexpireat' command");
    check(
        "HEXPIRE h 1 NX GT FIELDS 1 a",
        "-ERR Mandatory argument FIELDS is missing or not at the right position");
    check("HEXPIRE h 1 FIELDS 0 a", "-ERR Parameter `numFields` should be greater than 0");
    check(
        "HEXPIRE h 1 FIELDS 2 a",
        "-ERR The `numfields` parameter must match the number of arguments");
    check("HPERSIST h FIELDS 0 a", "-ERR Number of fields must be a positive integer");
  }

  @Test
  void fieldsAreReadAndDeleted() {
    given("HSET h a 1 b 2");
    check("HGETDEL h FIELDS 3 a none a", "*3 $1 1 $-1 $-1", "HDEL h a");
    check("HGETDEL h FIELDS 1 b", "*1 $1 2", "HDEL h b");
    check("HGETDEL h FIELDS 1 b", "*1 $-1");
    check("HGETDEL h FIELDS 0 b", "-ERR Number of fields must be a positive integer");
    check("EXISTS h", ":0");
  }

  @Test
  void fieldsAreReadAndGivenATime() {
    given("HSET h a 1 b 2");
    check(
        "HGETEX h PXAT 9000000000000 FIELDS 2 a none",
        "*2 $1 1 $-1",
        "HPEXPIREAT h 9000000000000 FIELDS 1 a");
    check("HGETEX h FIELDS 1 a", "*1 $1 1");
    check("HGETEX h PERSIST FIELDS 2 a b", "*2 $1 1 $1 2", "HPERSIST h FIELDS 1 a");
    check("HGETEX h EX 0 FIELDS 1 a", "*1 $1 1", "HDEL h a");
    check(
        "HGETEX h EX 1 PX 1 FIELDS 1 a",
        "-ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified");
    check("HGETEX h EX 1 x y z", "-ERR unknown argument: x");
    check(
        "HGETEX h PERSIST PERSIST FIELDS 2 a",
        "-ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified");
    check("HGETEX h FIELDS 3 a b", "-ERR wrong number of arguments for 'hgetex' command");
    check("HGETEX h FIELDS x a", "-ERR invalid number of fields");
  }

  @Test
  void fieldsAreSetWithATime() {
    check(
        "HSETEX h PXAT 9000000000000 FIELDS 2 a 1 b 2",
        ":1",
        "HSET h a 1 b 2",
        "HPEXPIREAT h 9000000000000 FIELDS 1 a",
        "HPEXPIREAT h 9000000000000 FIELDS 1 b");
    check("HSETEX h FNX FIELDS 2 c 1 a 2", ":0");
    check("HSETEX h FXX FIELDS 2 c 1 a 2", ":0");
    check(
        "HSETEX h FXX KEEPTTL FIELDS 1 a 3",
        ":1",
        "HSET h a 3",
        "HPEXPIREAT h 9000000000000 FIELDS 1 a");
    check("HSETEX h FIELDS 1 b 3", ":1", "HSET h b 3");
    check("HPEXPIRETIME h FIELDS 2 a b", "*2 :9000000000000 :-1");
    check("HSETEX h PX 0 FIELDS 2 a 1 none 1", ":1", "HDEL h a");
    check(
        "HSETEX h FNX FXX FIELDS 1 a 1", "-ERR Only one of FXX or FNX arguments can be specified");
    check("HSETEX h EX 5 KEEPTTL", "-ERR wrong number of arguments for 'hsetex' command");
    check(
        "HSETEX h FNX KEEPTTL EX 5",
        "-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments" + " can be specified");
  }
}
