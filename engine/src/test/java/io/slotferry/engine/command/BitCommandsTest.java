package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.Test;

class BitCommandsTest {
  private static final String BAD_OFFSET = "-ERR bit offset is not an integer or out of range";
  private static final String SYNTAX_ERROR = "-ERR syntax error";
  private static final String WRONG_TYPE =
      "-WRONGTYPE Operation against a key holding the wrong kind of value";

  private final EngineFixture engine = new EngineFixture();

  private void check(String line, String reply, String... effects) {
    assertThat(engine.reply(line.split(" ", -1))).as(line).isEqualTo(reply);
    assertThat(engine.effects()).as(line).containsExactly(effects);
  }

  @Test
  void setbitChangesInPlaceAndLengthens() {
    check("SETBIT b 1 1", ":0", "SETBIT b 1 1");
    check("GET b", "$1 @");
    check("SETBIT b 1 1", ":1");
    check("SETBIT b 23 0", ":0", "SETBIT b 23 0");
    check("STRLEN b", ":3");
    check("SETBIT b 1 0", ":1", "SETBIT b 1 0");
    check("EXPIRE b 100", ":1", "PEXPIREAT b " + (engine.nowMillis + 100_000));
    check("SETBIT b 100 1", ":0", "SETBIT b 100 1");
    check("TTL b", ":100");
    check("GETBIT b 100", ":1");
    check("GETBIT b 99", ":0");
    check("GETBIT b 4294967295", ":0");
    check("GETBIT none 0", ":0");
  }

  @Test
  void bitArgumentsAreChecked() {
    check("SETBIT b 4294967296 1", BAD_OFFSET);
    check("SETBIT b -1 1", BAD_OFFSET);
    check("SETBIT b #1 1", BAD_OFFSET);
    check("SETBIT b x 2", BAD_OFFSET);
    check("SETBIT b 1 2", "-ERR bit is not an integer or out of range");
    check("GETBIT b -1", BAD_OFFSET);
    check("LPUSH l x", ":1", "LPUSH l x");
    check("SETBIT l 1 1", WRONG_TYPE);
    check("SETBIT l 1 x", "-ERR bit is not an integer or out of range");
    check("GETBIT l 1", WRONG_TYPE);
    check("BITPOS l 2", "-ERR The bit argument must be 1 or 0.");
    check("BITPOS l 1", WRONG_TYPE);
    check("BITCOUNT l x", WRONG_TYPE);
    check("BITOP AND d l", WRONG_TYPE);
    check("BITOP NOT d l l", "-ERR BITOP NOT must be called with a single source key.");
    check("BITOP NAND d l", SYNTAX_ERROR);
  }

  @Test
  void bitcount() {
    check("SET b foobar", "+OK", "SET b foobar");
    check("BITCOUNT b", ":26");
    check("BITCOUNT b 0 0", ":4");
    check("BITCOUNT b 1 1 BYTE", ":6");
    check("BITCOUNT b 5 30 bit", ":17");
    check("BITCOUNT b -2 -1", ":7");
    check("BITCOUNT b 6 100", ":0");
    check("BITCOUNT b 0", SYNTAX_ERROR);
    check("BITCOUNT b 0 1 KM", SYNTAX_ERROR);
    check("BITCOUNT b -1 -2 KM", ":0");
    check("BITCOUNT b 0 1 BIT x", SYNTAX_ERROR);
    check("BITCOUNT none 0", ":0");
  }

  @Test
  void bitpos() {
    check("SET b \u00ff\u00f0\u0000", "+OK", "SET b \u00ff\u00f0\u0000");
    check("BITPOS b 0", ":12");
    check("BITPOS b 1 2", ":-1");
    check("BITPOS b 1 0 -1", ":0");
    check("BITPOS b 0 0 0", ":-1");
    check("BITPOS b 1 7 15 BIT", ":7");
    check("BITPOS b 0 0 -1 KM", SYNTAX_ERROR);
    check("BITPOS b 0 0 -1 BIT x", SYNTAX_ERROR);
    check("SET b \u00ff\u00ff", "+OK", "SET b \u00ff\u00ff");
    check("BITPOS b 0", ":16");
    check("BITPOS b 0 1", ":16");
    check("BITPOS b 0 2", ":-1");
    check("BITPOS b 0 0 -1", ":-1");
    check("BITPOS none 0 x", ":0");
    check("BITPOS none 1", ":-1");
  }

  @Test
  void bitopLeavesItsResultAsTheEffect() {
    check("SET a abc", "+OK", "SET a abc");
    check("SET b B", "+OK", "SET b B");
    check("BITOP AND d a b", ":3", "!put d -1 0 \3@\0\0");
    check("BITOP or d a none b", ":3", "!put d -1 0 \3cbc");
    check("BITOP XOR d a a", ":3", "!put d -1 0 \3\0\0\0");
    check("BITOP NOT d b", ":1", "!put d -1 0 \1\u00bd");
    check("BITOP AND d none other", ":0", "!del d");
    check("BITOP AND d none other", ":0");
  }

  @Test
  void bitfieldReadsAndWritesInOrder() {
    check(
        "BITFIELD f SET u8 #1 255 GET u4 8 INCRBY i5 8 -1",
        "*3 :0 :15 :-2",
        "BITFIELD f SET u8 #1 255 GET u4 8 INCRBY i5 8 -1");
    check("BITFIELD f GET u8 8", "*1 :247");
    check("BITFIELD f SET u8 8 247", "*1 :247");
    check("BITFIELD none GET i64 7", "*1 :0");
    check("EXISTS none", ":0");
    check("BITFIELD f", "*0");
    check("BITFIELD_RO f GET u8 8 GET u8 #100", "*2 :247 :0");
  }

  @Test
  void bitfieldOverflows() {
    check("SET f d", "+OK", "SET f d");
    String failing = "BITFIELD f OVERFLOW FAIL INCRBY u7 1 28";
    check(failing, "*1 $-1");
    check(
        "BITFIELD f OVERFLOW SAT INCRBY u7 1 28 OVERFLOW FAIL INCRBY u7 1 1",
        "*2 :127 $-1",
        "BITFIELD f OVERFLOW SAT INCRBY u7 1 28 OVERFLOW FAIL INCRBY u7 1 1");
    check("BITFIELD f INCRBY u7 1 2", "*1 :1", "BITFIELD f INCRBY u7 1 2");
    check(
        "BITFIELD f OVERFLOW SAT INCRBY i7 1 -1000",
        "*1 :-64",
        "BITFIELD f OVERFLOW SAT INCRBY i7 1 -1000");
    check(
        "BITFIELD f OVERFLOW FAIL SET i7 15 -65",
        "*1 $-1",
        "BITFIELD f OVERFLOW FAIL SET i7 15 -65");
  }

  @Test
  void bitfieldArgumentsAreChecked() {
    String badType =
        "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported"
            + " but i64 is.";
    for (String type : new String[] {"u64", "i65", "u0", "x", "", "i", "I8", "u-1", "i08"}) {
      check("BITFIELD f GET " + type + " 0", badType);
    }
    check("BITFIELD f GET u8 -1", BAD_OFFSET);
    check("BITFIELD f GET u8 #-1", BAD_OFFSET);
    check("BITFIELD f GET u8 #536870912", BAD_OFFSET);
    check("BITFIELD f SET u8 0 x", "-ERR value is not an integer or out of range");
    check("BITFIELD f OVERFLOW x", "-ERR Invalid OVERFLOW type specified");
    check("BITFIELD f SET u8 0", SYNTAX_ERROR);
    check("BITFIELD f GET u8", SYNTAX_ERROR);
    check("BITFIELD_RO f SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand");
    check("LPUSH l x", ":1", "LPUSH l x");
    check("BITFIELD_RO l INCRBY u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand");
    check("BITFIELD l GET u8 0", WRONG_TYPE);
    check("BITFIELD l SET u8 0 1", WRONG_TYPE);
  }

  @Test
  void lcs() {
    check("MSET a ohmytext b mynewtext", "+OK", "SET a ohmytext", "SET b mynewtext");
    check("LCS a b", "$6 mytext");
    check("LCS a b LEN", ":6");
    check("LCS a none", "$0 ");
    check("LCS a b IDX", "*4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6");
    check(
        "LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN",
        "*4 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6");
    check("LCS a b LEN IDX", "-ERR If you want both the length and indexes, please just use IDX.");
    check("LCS a b MINMATCHLEN", SYNTAX_ERROR);
    check("LCS a b MINMATCHLEN x", "-ERR value is not an integer or out of range");
    check("LPUSH l x", ":1", "LPUSH l x");
    check("LCS a l BAD", "-ERR The specified keys must contain string values");
  }

  @Test
  void lcsIsRefusedWhatRedisHasNoMemoryFor() {
    check("SETRANGE a 100000 x", ":100001", "SETRANGE a 100000 x");
    check(
        "LCS a a LEN",
        "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  }
}
