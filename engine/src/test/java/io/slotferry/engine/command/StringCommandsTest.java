package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StringCommandsTest {
  private static final String WRONG_FLOAT = "-ERR value is not a valid float";
  private static final String NOT_AN_INTEGER = "-ERR value is not an integer or out of range";
  private static final String SYNTAX_ERROR = "-ERR syntax error";
  private static final String TOO_LONG =
      "-ERR string exceeds maximum allowed size (proto-max-bulk-len)";

  private final EngineFixture engine = new EngineFixture();

  private String reply(String line) {
    return engine.reply(line.split(" ", -1));
  }

  private void check(String line, String reply, String... effects) {
    assertThat(reply(line)).as(line).isEqualTo(reply);
    assertThat(engine.effects()).as(line).containsExactly(effects);
  }

  private long in(long millis) {
    return engine.nowMillis + millis;
  }

  @Test
  void setAndGet() {
    check("GET k", "$-1");
    check("SET k hello", "+OK", "SET k hello");
    check("GET k", "$5 hello");
    check("SET k other", "+OK", "SET k other");
    check("GET k", "$5 other");
    check("SET k ", "+OK", "SET k ");
    check("GET k", "$0 ");
    check("SET k", "-ERR wrong number of arguments for 'set' command");
    check("GET k k", "-ERR wrong number of arguments for 'get' command");
  }

  @Test
  void setWithConditions() {
    check("SET k v XX", "$-1");
    check("SET k v nx", "+OK", "SET k v nx");
    check("SET k w NX", "$-1");
    check("SET k w XX", "+OK", "SET k w XX");
    check("SET k x GET", "$1 w", "SET k x GET");
    check("SET k y NX GET", "$1 x");
    check("SET new y NX GET", "$-1", "SET new y NX GET");
    check("SET other y XX GET", "$-1");
    check("GET other", "$-1");
    check("SET k y NX XX", SYNTAX_ERROR);
    check("SET k y BAD", SYNTAX_ERROR);
  }

  @Test
  void setWithExpiry() {
    check("SET k v EX 10", "+OK", "SET k v PXAT " + in(10_000));
    check("PTTL k", ":10000");
    check("SET k v PX 15", "+OK", "SET k v PXAT " + in(15));
    check("SET k w KEEPTTL", "+OK", "SET k w KEEPTTL");
    check("PTTL k", ":15");
    check("SET k v", "+OK", "SET k v");
    check("PTTL k", ":-1");
    check("SET k v PXAT " + in(7), "+OK", "SET k v PXAT " + in(7));
    check("SET k v EXAT " + in(5000) / 1000, "+OK", "SET k v PXAT " + in(5000));
    check("SET k v EX 0", "-ERR invalid expire time in 'set' command");
    check("SET k v PX -1", "-ERR invalid expire time in 'set' command");
    check("SET k v EX 9223372036854775807", "-ERR invalid expire time in 'set' command");
    check("SET k v PX 9223372036854775807", "-ERR invalid expire time in 'set' command");
    check("SET k v EX ten", NOT_AN_INTEGER);
    check("SET k v EX", SYNTAX_ERROR);
    check("SET k v EX 10 PX 10", SYNTAX_ERROR);
    check("SET k v EX 10 KEEPTTL", SYNTAX_ERROR);
    check("SET k v PERSIST", SYNTAX_ERROR);
    check("SET k v PXAT 1", "+OK", "!del k");
    check("SET k v PXAT 1", "+OK");
    check("GET k", "$-1");
  }

  @Test
  void anExpiredKeyIsGoneWithAnEffect() {
    check("SET k v PX 5", "+OK", "SET k v PXAT " + in(5));
    engine.nowMillis += 4;
    check("GET k", "$1 v");
    engine.nowMillis += 1;
    check("GET k", "$-1", "!del k");
    check("GET k", "$-1");
  }

  @Test
  void setnxSetexPsetex() {
    check("SETNX k v", ":1", "SETNX k v");
    check("SETNX k w", ":0");
    check("SETEX k 10 v", "+OK", "SET k v PXAT " + in(10_000));
    check("PSETEX k 10 v", "+OK", "SET k v PXAT " + in(10));
    check("SETEX k 0 v", "-ERR invalid expire time in 'setex' command");
    check("PSETEX k -5 v", "-ERR invalid expire time in 'psetex' command");
    check("SETEX k x v", NOT_AN_INTEGER);
  }

  @Test
  void getsetGetdelGetex() {
    check("GETSET k v", "$-1", "SET k v");
    check("GETSET k other", "$1 v", "SET k other");
    check("GETEX k", "$5 other");
    check("GETEX k EX 10", "$5 other", "PEXPIREAT k " + in(10_000));
    check("GETEX k PERSIST", "$5 other", "PERSIST k");
    check("GETEX k PERSIST", "$5 other");
    check("GETEX k PX 0", "-ERR invalid expire time in 'getex' command");
    check("GETEX k EX 1 PERSIST", SYNTAX_ERROR);
    check("GETEX k KEEPTTL", SYNTAX_ERROR);
    check("GETEX none EX 10", "$-1");
    check("GETEX k PXAT 1", "$5 other", "!del k");
    check("GETDEL k", "$-1");
    check("SET k v", "+OK", "SET k v");
    check("GETDEL k", "$1 v", "!del k");
    check("EXISTS k", ":0");
  }

  @Test
  void severalKeys() {
    check("MSET a 1 b 2 a 3", "+OK", "SET a 1", "SET b 2", "SET a 3");
    check("MGET a b c", "*3 $1 3 $1 2 $-1");
    check("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command");
    check("MSETNX c 1 a 2", ":0");
    check("MSETNX c 1 d 2", ":1", "SET c 1", "SET d 2");
    check("MSETNX c 1 d", "-ERR wrong number of arguments for 'msetnx' command");
    check("MGET c d", "*2 $1 1 $1 2");
  }

  @Test
  void appendAndStrlen() {
    check("STRLEN k", ":0");
    check("APPEND k ab", ":2", "APPEND k ab");
    check("APPEND k cde", ":5", "APPEND k cde");
    check("APPEND k ", ":5");
    check("GET k", "$5 abcde");
    check("STRLEN k", ":5");
    check("PEXPIRE k 10", ":1", "PEXPIREAT k " + in(10));
    check("APPEND k f", ":6", "APPEND k f");
    check("PTTL k", ":10");
  }

  @Test
  void ranges() {
    check("SET k Hello", "+OK", "SET k Hello");
    check("GETRANGE k 0 -1", "$5 Hello");
    check("GETRANGE k 1 3", "$3 ell");
    check("GETRANGE k -3 -2", "$2 ll");
    check("GETRANGE k 3 1", "$0 ");
    check("GETRANGE k -2 -3", "$0 ");
    check("GETRANGE k 4 100", "$1 o");
    check("GETRANGE k -100 0", "$1 H");
    check("GETRANGE k 5 9", "$0 ");
    check("GETRANGE k 9223372036854775807 9223372036854775807", "$0 ");
    check("GETRANGE k -9223372036854775808 -9223372036854775808", "$1 H");
    check("GETRANGE none 0 -1", "$0 ");
    check("GETRANGE k a 1", NOT_AN_INTEGER);
    check("SUBSTR k 0 1", "$2 He");
  }

  @Test
  void setrange() {
    check("SETRANGE k 0 ", ":0");
    check("EXISTS k", ":0");
    check("SETRANGE k 2 ab", ":4", "SETRANGE k 2 ab");
    check("GET k", "$4 \0\0ab");
    check("SETRANGE k 0 x", ":4", "SETRANGE k 0 x");
    check("GET k", "$4 x\0ab");
    check("SETRANGE k 9 ", ":4");
    check("SETRANGE k -1 x", "-ERR offset is out of range");
    check("SETRANGE k 536870911 xx", TOO_LONG);
    check("SETRANGE k 9223372036854775807 x", TOO_LONG);
    check("SETRANGE k 9 x", ":10", "SETRANGE k 9 x");
  }

  @Test
  void counting() {
    check("INCR n", ":1", "INCR n");
    check("INCRBY n 9", ":10", "INCRBY n 9");
    check("DECR n", ":9", "DECR n");
    check("DECRBY n -1", ":10", "DECRBY n -1");
    check("GET n", "$2 10");
    check("DECRBY n -9223372036854775808", "-ERR decrement would overflow");
    check("INCRBY n 1.5", NOT_AN_INTEGER);
    check("INCRBY n 9223372036854775807", "-ERR increment or decrement would overflow");
    check("SET s 007", "+OK", "SET s 007");
    check("INCR s", NOT_AN_INTEGER);
    check("PEXPIRE n 50", ":1", "PEXPIREAT n " + in(50));
    check("INCR n", ":11", "INCR n");
    check("PTTL n", ":50");
  }

  @Test
  void incrbyfloat() {
    check("INCRBYFLOAT f 10.5", "$4 10.5", "SET f 10.5 KEEPTTL");
    check("INCRBYFLOAT f 0.1", "$4 10.6", "SET f 10.6 KEEPTTL");
    check("INCRBYFLOAT f -10.6", "$1 0", "SET f 0 KEEPTTL");
    check("INCRBYFLOAT f 5.0e3", "$4 5000", "SET f 5000 KEEPTTL");
    check("INCRBYFLOAT f 1e-18", "$4 5000", "SET f 5000 KEEPTTL");
    check("INCRBYFLOAT f inf", "-ERR increment would produce NaN or Infinity");
    check("INCRBYFLOAT f nan", WRONG_FLOAT);
    check("INCRBYFLOAT f 1x", WRONG_FLOAT);
    check("SET s abc", "+OK", "SET s abc");
    check("INCRBYFLOAT s 1", WRONG_FLOAT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999999999", "-1e999999999", "1e99999999999", "1e5000"})
  void aShortTextCannotAskForAGiantNumber(String increment) {
    check("INCRBYFLOAT f " + increment, WRONG_FLOAT);
  }

  @Test
  void aTinyIncrementIsNothing() {
    check("INCRBYFLOAT f 1e-999999999", "$1 0", "SET f 0 KEEPTTL");
  }
}
