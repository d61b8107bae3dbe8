package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpiryCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  private void check(String line, String reply, String... effects) {
    assertThat(engine.reply(line.split(" ", -1))).as(line).isEqualTo(reply);
    assertThat(engine.effects()).as(line).containsExactly(effects);
  }

  private long in(long millis) {
    return engine.nowMillis + millis;
  }

  @BeforeEach
  void aKey() {
    check("SET k v", "+OK", "SET k v");
  }

  @Test
  void theFourWaysToSayATime() {
    check("EXPIRE k 10", ":1", "PEXPIREAT k " + in(10_000));
    check("PEXPIRE k 1500", ":1", "PEXPIREAT k " + in(1500));
    check("EXPIREAT k " + in(3000) / 1000, ":1", "PEXPIREAT k " + in(3000));
    check("PEXPIREAT k " + in(1600), ":1", "PEXPIREAT k " + in(1600));
    check("TTL k", ":2");
    check("PTTL k", ":1600");
    check("EXPIRETIME k", ":" + (in(1600) + 500) / 1000);
    check("PEXPIRETIME k", ":" + in(1600));
    check("GET k", "$1 v");
    check("PEXPIREAT k 9223372036854775807", ":1", "PEXPIREAT k 9223372036854775807");
    check("EXPIRETIME k", ":9223372036854776");
  }

  @Test
  void withoutAKeyOrATime() {
    check("EXPIRE none 10", ":0");
    check("TTL none", ":-2");
    check("PEXPIRETIME none", ":-2");
    check("TTL k", ":-1");
    check("EXPIRETIME k", ":-1");
    check("PERSIST none", ":0");
    check("PERSIST k", ":0");
  }

  @Test
  void persist() {
    check("EXPIRE k 10", ":1", "PEXPIREAT k " + in(10_000));
    check("PERSIST k", ":1", "PERSIST k");
    check("TTL k", ":-1");
  }

  @Test
  void aTimeThatIsPastRemovesTheKey() {
    check("EXPIRE k -1", ":1", "!del k");
    check("EXISTS k", ":0");
    aKey();
    check("PEXPIREAT k " + in(0), ":1", "!del k");
  }

  @Test
  void conditions() {
    check("PEXPIRE k 100 XX", ":0");
    check("PEXPIRE k 100 GT", ":0");
    check("PEXPIRE k 100 NX", ":1", "PEXPIREAT k " + in(100));
    check("PEXPIRE k 200 NX", ":0");
    check("PEXPIRE k 50 GT", ":0");
    check("PEXPIRE k 200 GT", ":1", "PEXPIREAT k " + in(200));
    check("PEXPIRE k 300 LT", ":0");
    check("PEXPIRE k 150 XX LT", ":1", "PEXPIREAT k " + in(150));
    check("PERSIST k", ":1", "PERSIST k");
    check("PEXPIRE k 300 LT", ":1", "PEXPIREAT k " + in(300));
  }

  @Test
  void errors() {
    String notCompatible = " options at the same time are not compatible";
    check("EXPIRE k 1 NX XX", "-ERR NX and XX, GT or LT" + notCompatible);
    check("EXPIRE k 1 GT LT", "-ERR GT and LT" + notCompatible);
    check("EXPIRE k 1 ab", "-ERR Unsupported option ab");
    check("EXPIRE k x", "-ERR value is not an integer or out of range");
    check("EXPIRE k 9223372036854775807", "-ERR invalid expire time in 'expire' command");
    check("PEXPIRE k 9223372036854775807", "-ERR invalid expire time in 'pexpire' command");
    check("EXPIREAT k -9223372036854775808", "-ERR invalid expire time in 'expireat' command");
    check("EXPIRE k", "-ERR wrong number of arguments for 'expire' command");
  }
}
