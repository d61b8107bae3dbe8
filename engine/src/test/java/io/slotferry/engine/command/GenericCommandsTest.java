package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.store.AccessClock;
import io.slotferry.engine.store.PartitionState;
import org.junit.jupiter.api.Test;

class GenericCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  private void check(String line, String reply, String... effects) {
    assertThat(engine.reply(line.split(" ", -1))).as(line).isEqualTo(reply);
    assertThat(engine.effects()).as(line).containsExactly(effects);
  }

  private void given(String line) {
    assertThat(engine.reply(line.split(" ", -1))).isEqualTo("+OK");
    engine.effects();
  }

  @Test
  void delExistsTouchType() {
    given("MSET a 1 b 2 c 3");
    check("EXISTS a b none a", ":3");
    check("TOUCH a none", ":1");
    check("TYPE a", "+string");
    check("TYPE none", "+none");
    check("DEL a none a", ":1", "!del a");
    check("UNLINK b c", ":2", "!del b", "!del c");
    check("DBSIZE", ":0");
  }

  @Test
  void rename() {
    given("SET a value PX 500");
    given("SET b other");
    long expiryMillis = engine.nowMillis + 500;
    check("RENAME none b", "-ERR no such key");
    check("RENAME a a", "+OK");
    check("RENAME a b", "+OK", "!put b " + expiryMillis + " 0 \5value", "!del a");
    check("GET b", "$5 value");
    check("PTTL b", ":500");
    check("EXISTS a", ":0");
    given("SET c x");
    check("RENAMENX b c", ":0");
    check("RENAMENX b b", ":0");
    check("RENAMENX none c", "-ERR no such key");
    check("RENAMENX c d", ":1", "!put d -1 0 \1x", "!del c");
  }

  @Test
  void copy() {
    given("SET a value PX 500");
    long expiryMillis = engine.nowMillis + 500;
    check("COPY none b", ":0");
    check("COPY a b", ":1", "!put b " + expiryMillis + " 0 \5value");
    given("SET a new");
    check("COPY a b", ":0");
    check("COPY a b REPLACE", ":1", "!put b -1 0 \3new");
    check("GET b", "$3 new");
    check("COPY a a", "-ERR source and destination objects are the same");
    check("COPY a b FOO", "-ERR syntax error");
    check("COPY a b DB", "-ERR syntax error");
  }

  @Test
  void copyToAnotherKeyspace() {
    given("SET a value");
    check("COPY a a DB 3", ":1", "!put a -1 0 \5value");
    check("COPY a a DB 3", ":0");
    check("COPY a a DB 0", "-ERR source and destination objects are the same");
    check("COPY a a DB 16", "-ERR DB index is out of range");
    check("COPY a a DB -1", "-ERR DB index is out of range");
    check("COPY a a DB x", "-ERR value is not an integer or out of range");
    engine.call.keyspace = 3;
    check("GET a", "$5 value");
    engine.call.keyspace = 2;
    check("GET a", "$-1");
  }

  @Test
  void aCopyToAPartitionThatIsNotOwnedIsRefused() {
    given("SET {a}1 value");
    byte[] key = {'z'};
    int partition = EngineFixture.partitionOf(1, key, 0, 1);
    engine.engine.store().create(partition).become(PartitionState.INCOMING);
    check("COPY {a}1 z DB 1", "-TRYAGAIN Multiple keys request during rehashing of slot");
    engine.engine.store().drop(partition);
    check("COPY {a}1 z DB 1", "-CROSSSLOT Keys in request don't hash to the same slot");
  }

  @Test
  void move() {
    given("SET a value PX 500");
    given("SET b 1");
    long expiryMillis = engine.nowMillis + 500;
    check("MOVE none 3", ":0");
    check("MOVE a 3", ":1", "!put a " + expiryMillis + " 0 \5value", "!del a");
    check("EXISTS a", ":0");
    given("SET a other");
    check("MOVE a 3", ":0");
    check("MOVE a 0", "-ERR source and destination objects are the same");
    check("MOVE none 16", "-ERR DB index is out of range");
    check("MOVE none -1", "-ERR DB index is out of range");
    check("MOVE none x", "-ERR value is not an integer or out of range");
    engine.call.keyspace = 3;
    check("GET a", "$5 value");
    check("PTTL a", ":500");
  }

  @Test
  void object() {
    given("MSET int 12 short abc long " + "x".repeat(50));
    check("OBJECT ENCODING int", "$3 int");
    check("OBJECT ENCODING short", "$6 embstr");
    check("OBJECT encoding long", "$3 raw");
    check("OBJECT ENCODING none", "$-1");
    check("OBJECT REFCOUNT int", ":2147483647");
    check("OBJECT REFCOUNT short", ":1");
    check("OBJECT IDLETIME int", ":0");
    check("OBJECT FREQ none", "$-1");
    assertThat(engine.reply("OBJECT", "FREQ", "int"))
        .startsWith("-ERR An LFU maxmemory policy is not selected");
    assertThat(engine.reply("OBJECT", "HELP")).startsWith("*15 +OBJECT <subcommand>");
    check("OBJECT FOO", "-ERR unknown subcommand 'FOO'. Try OBJECT HELP.");
    check("OBJECT ENCODING", "-ERR wrong number of arguments for 'object|encoding' command");
  }

  @Test
  void smallIntegersCountAsShared() {
    given("MSET zero 0 last 9999 above 10000 below -1 padded 01");
    check("OBJECT REFCOUNT zero", ":2147483647");
    check("OBJECT REFCOUNT last", ":2147483647");
    check("OBJECT REFCOUNT above", ":1");
    check("OBJECT REFCOUNT below", ":1");
    check("OBJECT REFCOUNT padded", ":1");
  }

  @Test
  void idleTimeIsThatOfTheTableOrOfTheKey() {
    given("MSET a 1 b 2");
    engine.nowMillis += 3500;
    check("TYPE a", "+string");
    check("EXISTS a", ":1");
    check("TTL a", ":-1");
    check("OBJECT IDLETIME a", ":3");
    check("TOUCH a", ":1");
    check("OBJECT IDLETIME a", ":0");
    engine.engine.keepUses(AccessClock.Kind.RECENCY);
    check("GET a", "$1 1");
    engine.nowMillis += 10_000;
    check("GET b", "$1 2");
    check("OBJECT IDLETIME a", ":10");
    check("OBJECT IDLETIME b", ":0");
    assertThat(engine.reply("OBJECT", "FREQ", "a"))
        .startsWith("-ERR An LFU maxmemory policy is not");
  }

  @Test
  void frequencyGrowsWithUseAndDecaysWithTime() {
    engine.engine.keepUses(AccessClock.Kind.FREQUENCY);
    given("SET a 1");
    check("OBJECT FREQ a", ":5");
    for (int i = 0; i < 1000; i++) {
      engine.reply("GET", "a");
    }
    int frequency = Integer.parseInt(engine.reply("OBJECT", "FREQ", "a").substring(1));
    assertThat(frequency).isBetween(10, 60);
    engine.nowMillis += 3 * 60_000;
    check("OBJECT FREQ a", ":" + (frequency - 3));
    assertThat(engine.reply("OBJECT", "IDLETIME", "a"))
        .startsWith("-ERR An LFU maxmemory policy is s");
    String dump = engine.reply("DUMP", "a");
    String payload = dump.substring(dump.indexOf(' ') + 1);
    engine.reply("RESTORE", "a", "0", payload, "REPLACE", "FREQ", "100");
    engine.effects();
    check("OBJECT FREQ a", ":100");
    engine.engine.keepUses(AccessClock.Kind.RECENCY);
    engine.reply("RESTORE", "a", "0", payload, "REPLACE", "IDLETIME", "500");
    engine.effects();
    check("OBJECT IDLETIME a", ":500");
  }
}
