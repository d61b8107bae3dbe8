package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.store.PartitionState;
import org.junit.jupiter.api.Test;

class SortTest {
  private final EngineFixture engine = new EngineFixture();

  private String reply(String line) {
    return engine.reply(line.split(" "));
  }

  @Test
  void withoutAnOrderAListAndASortedSetKeepTheirOwn() {
    reply("RPUSH l 3 1 2");
    reply("ZADD z 3 a 1 b 2 c");
    assertThat(reply("SORT l BY nosort")).isEqualTo("*3 $1 3 $1 1 $1 2");
    assertThat(reply("SORT l BY nosort DESC LIMIT 1 1")).isEqualTo("*1 $1 1");
    assertThat(reply("SORT z BY nosort DESC")).isEqualTo("*3 $1 a $1 c $1 b");
    assertThat(reply("SORT l BY nosort LIMIT 3 5")).isEqualTo("*0");
  }

  @Test
  void looksUpKeysAndFields() {
    reply("RPUSH l 1 2 3");
    reply("MSET w_1 30 w_2 10 w_3 20 o_1 x");
    reply("HSET h:2:r f two");
    assertThat(reply("SORT l BY w_*")).isEqualTo("*3 $1 2 $1 3 $1 1");
    assertThat(reply("SORT l BY w_* DESC GET # GET o_* GET h:*:r->f LIMIT 0 2"))
        .isEqualTo("*6 $1 1 $1 x $-1 $1 3 $-1 $-1");
    assertThat(reply("SORT l GET h:*:r->f GET h:*:r-> GET nothing")).startsWith("*9 $-1 $-1 $-1");
    assertThat(reply("SORT l BY o_*"))
        .isEqualTo("-ERR One or more scores can't be converted into double");
  }

  @Test
  void storesAListWithItsWholeStateAsEffect() {
    reply("SADD s b a 9");
    engine.effects();
    assertThat(reply("SORT s BY nosort STORE d")).isEqualTo(":3");
    assertThat(engine.effects()).hasSize(1).first().asString().startsWith("!put d -1 1 ");
    assertThat(reply("LRANGE d 0 -1")).isEqualTo("*3 $1 9 $1 a $1 b");
    assertThat(reply("SORT none STORE d")).isEqualTo(":0");
    assertThat(engine.effects()).containsExactly("!del d");
    assertThat(reply("SORT_RO s STORE d")).isEqualTo("-ERR syntax error");
  }

  @Test
  void aPatternThatLeadsToAPartitionElsewhereIsRefused() {
    reply("RPUSH l 1");
    byte[] key = {'w', '1'};
    int partition = EngineFixture.partitionOf(0, key, 0, 2);
    engine.engine.store().create(partition).become(PartitionState.INCOMING);
    assertThat(reply("SORT l BY w*")).startsWith("-TRYAGAIN");
  }

  @Test
  void popsOfTheFirstKeyAreEffectsOnIt() {
    reply("RPUSH l 1 2 3");
    reply("ZADD z 1 a 2 b");
    engine.effects();
    assertThat(reply("LMPOP 2 none l RIGHT COUNT 2")).isEqualTo("*2 $1 l *2 $1 3 $1 2");
    assertThat(reply("ZMPOP 1 z MAX COUNT 9")).isEqualTo("*2 $1 z *2 *2 $1 b $1 2 *2 $1 a $1 1");
    assertThat(engine.effects()).containsExactly("RPOP l 2", "ZPOPMAX z 2");
    assertThat(reply("EXISTS z")).isEqualTo(":0");
    assertThat(reply("LMPOP 1 none LEFT")).isEqualTo("*-1");
  }

  @Test
  void memory() {
    reply("SET a 1");
    assertThat(reply("MEMORY USAGE none")).isEqualTo("$-1");
    long small = Long.parseLong(reply("MEMORY USAGE a").substring(1));
    reply("SET a " + "x".repeat(1000));
    assertThat(Long.parseLong(reply("MEMORY USAGE a SAMPLES 0").substring(1)))
        .isBetween(small + 990, small + 1060);
    assertThat(reply("MEMORY USAGE a SAMPLES -1")).isEqualTo("-ERR syntax error");
    assertThat(reply("MEMORY STATS")).startsWith("*16 $14 peak.allocated :");
    assertThat(reply("MEMORY PURGE")).isEqualTo("+OK");
    assertThat(reply("MEMORY FOO")).isEqualTo("-ERR unknown subcommand 'FOO'. Try MEMORY HELP.");
    assertThat(reply("MEMORY PURGE x"))
        .isEqualTo("-ERR wrong number of arguments for 'memory|purge' command");
  }
}
