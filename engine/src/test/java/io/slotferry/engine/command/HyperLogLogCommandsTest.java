package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.Test;

class HyperLogLogCommandsTest {
  private static final String INVALID = "-WRONGTYPE Key is not a valid HyperLogLog string value.";
  private static final String CORRUPT = "-INVALIDOBJ Corrupted HLL object detected";
  private static final String EMPTY = "HYLL\1\0\0\0\0\0\0\0\0\0\0\0\177\u00ff";

  private final EngineFixture engine = new EngineFixture();

  private void check(String line, String reply, String... effects) {
    assertThat(engine.reply(line.split(" ", -1))).as(line).isEqualTo(reply);
    assertThat(engine.effects()).as(line).containsExactly(effects);
  }

  @Test
  void pfaddTellsWhetherTheEstimateMayHaveChanged() {
    check("PFADD p", ":1", "PFADD p");
    check("PFADD p", ":0");
    check("PFADD p a b c", ":1", "PFADD p a b c");
    check("PFADD p c a", ":0");
    check("PFCOUNT p", ":3", "SETRANGE p 8 \3\0\0\0\0\0\0\0");
    check("PFCOUNT p", ":3");
    check("PFADD p d", ":1", "PFADD p d");
    check("PFCOUNT none", ":0");
    check("PFCOUNT none p none", ":4");
  }

  @Test
  void pfmergeLeavesItsResultAsTheEffect() {
    check("PFADD p a b", ":1", "PFADD p a b");
    check("PFADD q c", ":1", "PFADD q c");
    engine.reply("PFMERGE", "r", "p", "q", "none");
    assertThat(engine.effects())
        .hasSize(1)
        .first()
        .asString()
        .matches("(?s)!put r -1 0 .{1,2}HYLL\\x01.*");
    check("PFCOUNT r p q", ":3");
    check("PEXPIREAT r 1800000000000", ":1", "PEXPIREAT r 1800000000000");
    check("PFDEBUG ENCODING r", "+sparse");
    engine.reply("PFDEBUG", "TODENSE", "p");
    assertThat(engine.effects())
        .hasSize(1)
        .first()
        .asString()
        .matches("(?s)!put p -1 0 .{1,2}HYLL\\x00.*");
    check("PFDEBUG TODENSE p", ":0");
    assertThat(engine.reply("PFMERGE", "r", "p")).isEqualTo("+OK");
    assertThat(engine.effects().getFirst()).matches("(?s)!put r 1800000000000 0 .{1,2}HYLL\\x00.*");
    check("PFDEBUG ENCODING r", "+dense");
    check("PFDEBUG DECODE r", "-ERR HLL encoding is not sparse");
    assertThat(engine.reply("PFDEBUG", "GETREG", "r")).startsWith("*16384 :0 :0");
  }

  @Test
  void otherStringsAreRefused() {
    check("SET s x", "+OK", "SET s x");
    check("PFADD s a", INVALID);
    check("PFCOUNT s", INVALID);
    check("PFCOUNT s none", INVALID);
    check("PFMERGE none s", INVALID);
    check("PFDEBUG DECODE s", INVALID);
    check("PFDEBUG DECODE none", "-ERR The specified key does not exist");
    check("LPUSH l x", ":1", "LPUSH l x");
    check("PFADD l a", "-WRONGTYPE Operation against a key holding the wrong kind of value");
    check("SET e " + EMPTY, "+OK", "SET e " + EMPTY);
    check("PFDEBUG DECODE e", "$7 Z:16384");
    check("PFDEBUG what e", "-ERR Unknown PFDEBUG subcommand 'what'");
  }

  @Test
  void registersThatMakeNoSenseAreRefused() {
    String cut = EMPTY.substring(0, 15) + "\u0080\177";
    check("SET s " + cut, "+OK", "SET s " + cut);
    check("PFADD s a", CORRUPT);
    check("PFCOUNT s", CORRUPT);
    check("PFCOUNT s none", CORRUPT);
    check("PFMERGE none s", CORRUPT);
    check("PFDEBUG TODENSE s", CORRUPT);
    check("PFDEBUG GETREG s", CORRUPT);
    check("GET s", "$17 " + cut);
  }

  @Test
  void pfselftest() {
    check("PFSELFTEST", "+OK");
  }
}
