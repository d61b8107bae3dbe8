package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.value.ValueType;
import org.junit.jupiter.api.Test;

class StreamCommandsTest {
  private static final String LAST = "18446744073709551615";

  private final EngineFixture engine = new EngineFixture();

  private String run(String command) {
    return engine.reply(command.split(" "));
  }

  private void check(String command, String reply) {
    assertThat(run(command)).as(command).isEqualTo(reply);
  }

  // ---- XADD

  @Test
  void anIdIsTheTimeAndNeverGoesBack() {
    engine.nowMillis = 1000;
    check("XADD s * f v", "$6 1000-0");
    check("XADD s * f v", "$6 1000-1");
    engine.nowMillis = 999;
    check("XADD s * f v", "$6 1000-2");
    engine.nowMillis = 1001;
    check("XADD s * f v", "$6 1001-0");
    check("XADD s 1001-* f v", "$6 1001-1");
    check("XADD s 1002-* f v", "$6 1002-0");
    assertThat(engine.effects())
        .containsExactly(
            "XADD s 1000-0 f v",
            "XADD s 1000-1 f v",
            "XADD s 1000-2 f v",
            "XADD s 1001-0 f v",
            "XADD s 1001-1 f v",
            "XADD s 1002-0 f v");
  }

  @Test
  void idsEnd() {
    check("XADD s " + LAST + "-" + LAST + " f v", "$41 " + LAST + "-" + LAST);
    check(
        "XADD s * f v",
        "-ERR The stream has exhausted the last possible ID, unable to add more items");
    check("XADD t 5-" + LAST + " f v", "$22 5-" + LAST);
    check(
        "XADD t 5-* f v",
        "-ERR The ID specified in XADD is equal or smaller than the target stream top item");
    check("XREAD STREAMS s " + LAST + "-" + LAST, "*-1");
    check("XRANGE s (" + LAST + "-" + LAST + " +", "-ERR invalid start ID for the interval");
    check("XRANGE s - (0-0", "-ERR invalid end ID for the interval");
  }

  @Test
  void anIdMayBeWrittenAsCReadsNumbers() {
    check("XADD s 007-+8 f v", "$3 7-8");
    check("XLEN s", ":1");
    for (String bad : new String[] {"7-", "-7", "7-8-9", "7--8", "x", LAST + "0-1", "+", "-"}) {
      check(
          "XADD s " + bad + " f v", "-ERR Invalid stream ID specified as stream command argument");
    }
  }

  @Test
  void anApproximateTrimmingIsRepeatedAsItCameOut() {
    for (int i = 1; i <= 250; i++) {
      run("XADD s " + i + "-0 f v");
    }
    engine.effects();
    check("XADD s MAXLEN ~ 120 251-0 f v", "$5 251-0");
    check("XLEN s", ":151");
    check("XTRIM s MINID ~ 220", ":100");
    check("XTRIM s MINID ~ 220", ":0");
    check("XADD s MAXLEN 10 * f v", "$15 1700000000000-0");
    assertThat(engine.effects())
        .containsExactly(
            "XADD s MINID = 101-0 251-0 f v",
            "XTRIM s MINID = 201-0",
            "XADD s MAXLEN 10 1700000000000-0 f v");
  }

  @Test
  void nothingIsCreatedWhereItMayNotBe() {
    check("XADD s NOMKSTREAM * f v", "$-1");
    check("XADD s 0-0 f v", "-ERR The ID specified in XADD must be greater than 0-0");
    check("EXISTS s", ":0");
    assertThat(engine.effects()).isEmpty();
  }

  @Test
  void anEmptyStreamStays() {
    run("XADD s 1-0 f v");
    check("XDEL s 1-0", ":1");
    check("EXISTS s", ":1");
    check("TYPE s", "+stream");
    check("OBJECT ENCODING s", "$6 stream");
    check("COPY s t", ":1");
    check(
        "XADD t 1-0 f v",
        "-ERR The ID specified in XADD is equal or smaller than the target stream top item");
  }

  // ---- reading

  @Test
  void repliesFollowTheProtocol() {
    run("XADD s 1-1 f v");
    check("XRANGE s - +", "*1 *2 $3 1-1 *2 $1 f $1 v");
    check("XREAD STREAMS s 0", "*1 *2 $1 s *1 *2 $3 1-1 *2 $1 f $1 v");
    check("XREAD STREAMS s $", "*-1");
    engine.call.respVersion = 3;
    check("XRANGE s - +", "*1 *2 $3 1-1 *2 $1 f $1 v");
    check("XREAD STREAMS s none 0 0", "%1 $1 s *1 *2 $3 1-1 *2 $1 f $1 v");
    check("XREAD STREAMS s 1-1", "_");
    check("XRANGE s - + COUNT 0", "_");
  }

  @Test
  void readsSayWhatTheyDoNotUnderstand() {
    check(
        "XREAD STREAMS s t 0",
        "-ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be"
            + " specified.");
    check(
        "XREADGROUP GROUP g c STREAMS s t >",
        "-ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be"
            + " specified.");
    check("XREAD BLOCK -1 STREAMS s 0", "-ERR timeout is negative");
    check("XREAD BLOCK x STREAMS s 0", "-ERR timeout is not an integer or out of range");
    check("XREAD COUNT 1 BLOCK 1", "-ERR syntax error");
    check(
        "XREADGROUP GROUP g c STREAMS s >",
        "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option");
    check("XREADGROUP NOACK COUNT 1 STREAMS s >", "-ERR Missing GROUP option for XREADGROUP");
  }

  // ---- groups

  @Test
  void anEffectTellsAllThatAGroupHasRead() {
    run("XADD s 1-0 f v");
    run("XADD s 2-0 f v");
    run("XGROUP CREATE s g 0");
    engine.effects();
    check("XREADGROUP GROUP g c COUNT 1 STREAMS s >", "*1 *2 $1 s *1 *2 $3 1-0 *2 $1 f $1 v");
    engine.nowMillis += 5;
    check("XREADGROUP GROUP g c NOACK STREAMS s >", "*1 *2 $1 s *1 *2 $3 2-0 *2 $1 f $1 v");
    check("XREADGROUP GROUP g c STREAMS s >", "*-1");
    check("XREADGROUP GROUP g c STREAMS s 0", "*1 *2 $1 s *1 *2 $3 1-0 *2 $1 f $1 v");
    check("XREADGROUP GROUP g d STREAMS s 0", "*1 *2 $1 s *0");
    long now = engine.nowMillis;
    assertThat(engine.effects())
        .containsExactly(
            "!claim s g c " + (now - 5) + " " + (now - 5) + " 1-0 1 " + (now - 5) + " 1 1-0",
            "!claim s g c " + now + " " + (now - 5) + " 2-0 2 " + now + " 1",
            "!claim s g c " + now + " " + (now - 5) + " 2-0 2 " + now + " -1 1-0",
            "!claim s g d " + now + " -1 2-0 2 " + now + " -1");
  }

  @Test
  void everyEffectHasItsKeyFirst() {
    run("XGROUP CREATE s g $ MKSTREAM");
    run("XGROUP CREATECONSUMER s g c");
    run("XGROUP SETID s g 5-0");
    run("XGROUP DELCONSUMER s g c");
    run("XGROUP DESTROY s g");
    long now = engine.nowMillis;
    assertThat(engine.effects())
        .containsExactly(
            "!group s CREATE g $ MKSTREAM",
            "!claim s g c " + now + " -1 0-0 -1 0 0",
            "!group s SETID g 5-0",
            "!group s DELCONSUMER g c",
            "!group s DESTROY g");
  }

  @Test
  void aReadForAGroupWaitsForAnyChange() {
    run("XADD s 1-0 f v");
    check("XREAD BLOCK 0 STREAMS s t $ $", "*-1");
    assertThat(engine.engine.waits()).isTrue();
    assertThat(engine.engine.awaited()).isEqualTo(ValueType.STREAM);
    assertThat(engine.engine.again().text(5)).isEqualTo("t");
    assertThat(engine.engine.again().text(6)).isEqualTo("1-0");
    assertThat(engine.engine.again().text(7)).isEqualTo("0-0");
    run("XGROUP CREATE s g $");
    check("XREADGROUP GROUP g c BLOCK 0 STREAMS s >", "*-1");
    assertThat(engine.engine.awaited()).isNull();
    check("XREADGROUP GROUP g c BLOCK 0 STREAMS s 0", "*1 *2 $1 s *0");
    assertThat(engine.engine.waits()).isFalse();
    check("XREAD STREAMS s $", "*-1");
    assertThat(engine.engine.waits()).isFalse();
  }

  @Test
  void aClaimForgetsWhatWasDeleted() {
    run("XADD s 1-0 f v");
    run("XADD s 2-0 f v");
    run("XGROUP CREATE s g 0");
    run("XREADGROUP GROUP g c STREAMS s >");
    run("XDEL s 1-0");
    engine.effects();
    check("XAUTOCLAIM s g d 0 0", "*3 $3 0-0 *1 *2 $3 2-0 *2 $1 f $1 v *1 $3 1-0");
    long now = engine.nowMillis;
    assertThat(engine.effects())
        .containsExactly(
            "!claim s g d " + now + " " + now + " 2-0 2 " + now + " -1 2-0", "XACK s g 1-0");
    check("XPENDING s g", "*4 :1 $3 2-0 $3 2-0 *1 *2 $1 d $1 1");
  }

  @Test
  void aLargeReadIsManyEffectsAndAnEqualCopy() {
    Engine follower = engine.follow();
    for (int i = 1; i <= 2500; i++) {
      run("XADD s " + i + "-0 f v");
    }
    run("XGROUP CREATE s g 0");
    engine.effects();
    run("XREADGROUP GROUP g c STREAMS s >");
    assertThat(engine.effects()).hasSize(3);
    assertThat(EngineFixture.contents(follower.store()))
        .isEqualTo(EngineFixture.contents(engine.engine.store()));
  }

  @Test
  void xinfoTellsOfConsumersAsRedis72Does() {
    run("XADD s 1-0 f v");
    run("XGROUP CREATE s g 0");
    run("XGROUP CREATECONSUMER s g b");
    run("XREADGROUP GROUP g a STREAMS s >");
    engine.nowMillis += 7;
    engine.call.respVersion = 3;
    check(
        "XINFO CONSUMERS s g",
        "*2 %4 $4 name $1 a $7 pending :1 $4 idle :7 $8 inactive :7"
            + " %4 $4 name $1 b $7 pending :0 $4 idle :7 $8 inactive :-1");
    check(
        "XINFO GROUPS s",
        "*1 %6 $4 name $1 g $9 consumers :2 $7 pending :1 $17 last-delivered-id $3 1-0"
            + " $12 entries-read :1 $3 lag :0");
  }

  @Test
  void xsetidGoesNotBehindWhatWasDeleted() {
    run("XADD s 1-0 f v");
    run("XADD s 2-0 f v");
    run("XDEL s 2-0");
    check(
        "XSETID s 1-5",
        "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
    check("XSETID s 2-0 ENTRIESADDED 7 MAXDELETEDID 1-9", "+OK");
  }

  @Test
  void subcommandsAreChecked() {
    check("XGROUP nope s", "-ERR unknown subcommand 'nope'. Try XGROUP HELP.");
    check("XGROUP help x", "-ERR wrong number of arguments for 'xgroup|help' command");
    check("XINFO stream", "-ERR wrong number of arguments for 'xinfo|stream' command");
    check(
        "XGROUP CREATE s g 0 nope",
        "-ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.");
    assertThat(run("XINFO HELP")).startsWith("*9 +XINFO <subcommand> ");
  }
}
