package io.slotferry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.KeyEvents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a {@link KeyObserver} is told, beside what the differential test compares. */
class KeyNoticesTest {
  private final EngineFixture engine = new EngineFixture();
  private final List<String> told = new ArrayList<>();

  private List<String> told(String... command) {
    told.clear();
    engine.reply(command);
    return List.copyOf(told);
  }

  private void observe(int events) {
    engine.engine.observe(events, new Recorder());
  }

  @Test
  void nothingIsToldUnasked() {
    observe(0);
    assertThat(told("SET", "k", "v")).isEmpty();
    observe(KeyEvents.parse("Es"));
    assertThat(told("SET", "k", "v")).isEmpty();
    assertThat(told("SADD", "s", "m")).containsExactly("sadd s");
  }

  @Test
  void everyChangeIsToldOnce() {
    observe(KeyEvents.MODIFIED);
    assertThat(told("SET", "k", "v")).containsExactly("modified k");
    assertThat(told("GET", "k")).isEmpty();
    assertThat(told("RENAME", "k", "l")).containsExactly("modified l", "modified k");
    assertThat(told("EXPIRE", "l", "10")).containsExactly("modified l");
    assertThat(told("FLUSHALL")).containsExactly("flushed");
  }

  @Test
  void newKeysAreNewBeforeTheyAreAnythingElse() {
    observe(KeyEvents.parse("EA") | KeyEvents.NEW);
    assertThat(told("SET", "k", "v")).containsExactly("new k", "set k");
    assertThat(told("SET", "k", "w")).containsExactly("set k");
    assertThat(told("LPUSH", "l", "e")).containsExactly("new l", "lpush l");
    assertThat(told("COPY", "k", "c")).containsExactly("new c", "copy_to c");
  }

  @Test
  void keysExpireWhenMetAndInTheCycle() {
    observe(KeyEvents.parse("Ex") | KeyEvents.MODIFIED);
    engine.reply("SET", "met", "v", "PX", "10");
    engine.reply("SET", "found", "v", "PX", "10");
    engine.nowMillis += 20;
    assertThat(told("GET", "met")).containsExactly("expired met", "modified met");
    told.clear();
    engine.engine.expireCycle(engine.nowMillis, 100);
    assertThat(told).containsExactly("expired found", "modified found");
  }

  @Test
  void aPoppedSetIsToldOnceHoweverManyEffectsItTakes() {
    observe(KeyEvents.parse("EA"));
    for (int i = 0; i < 3000; i++) {
      engine.reply("SADD", "s", "m" + i);
    }
    assertThat(told("SPOP", "s", "2500")).containsExactly("spop s");
    assertThat(told("SPOP", "s", "500")).containsExactly("spop s", "del s");
  }

  @Test
  void readsOfKeysThatAreNotThereAreMisses() {
    observe(KeyEvents.parse("Em"));
    assertThat(told("GET", "k")).containsExactly("keymiss k");
    assertThat(told("MGET", "a", "b")).containsExactly("keymiss a", "keymiss b");
    assertThat(told("GETDEL", "k")).containsExactly("keymiss k");
    assertThat(told("SET", "k", "v", "GET")).containsExactly("keymiss k");
    assertThat(told("SET", "l", "v")).isEmpty();
    assertThat(told("SINTERSTORE", "d", "s")).containsExactly("keymiss s");
    assertThat(told("DEL", "none")).isEmpty();
  }

  @Test
  void streamsTellWhatCommandsDoBesideTheirOwnEvent() {
    observe(KeyEvents.parse("EA") | KeyEvents.NEW);
    assertThat(told("XADD", "s", "1-1", "f", "v")).containsExactly("new s", "xadd s");
    assertThat(told("XADD", "s", "MAXLEN", "1", "2-1", "f", "v"))
        .containsExactly("xadd s", "xtrim s");
    assertThat(told("XADD", "s", "MAXLEN", "5", "3-1", "f", "v")).containsExactly("xadd s");
    assertThat(told("XGROUP", "CREATE", "s", "g", "0")).containsExactly("xgroup-create s");
    assertThat(told("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">"))
        .containsExactly("xgroup-createconsumer s");
    assertThat(told("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", "0")).isEmpty();
    assertThat(told("XCLAIM", "s", "g", "d", "0", "2-1"))
        .containsExactly("xgroup-createconsumer s");
    assertThat(told("XAUTOCLAIM", "s", "g", "e", "0", "-"))
        .containsExactly("xgroup-createconsumer s");
    assertThat(told("XGROUP", "CREATECONSUMER", "s", "g", "f"))
        .containsExactly("xgroup-createconsumer s");
  }

  @Test
  void aBitFieldThatOnlyGrowsIsNotTold() {
    observe(KeyEvents.parse("EA"));
    assertThat(told("BITFIELD", "b", "OVERFLOW", "FAIL", "INCRBY", "u2", "100", "9")).isEmpty();
    assertThat(engine.reply("STRLEN", "b")).isEqualTo(":13");
    assertThat(told("BITFIELD", "b", "SET", "u2", "100", "0")).isEmpty();
    assertThat(told("BITFIELD", "b", "SET", "u2", "200", "0")).containsExactly("setbit b");
    assertThat(told("BITFIELD", "b", "SET", "u2", "0", "1")).containsExactly("setbit b");
  }

  @Test
  void lettersStandForClasses() {
    assertThat(KeyEvents.parse("KEA")).isEqualTo(KeyEvents.parse("xeKE$lshzgtd"));
    assertThat(KeyEvents.parse("A") & (KeyEvents.MISS | KeyEvents.NEW | KeyEvents.KEYSPACE))
        .isZero();
    assertThat(KeyEvents.parse("mn")).isEqualTo(KeyEvents.MISS | KeyEvents.NEW);
    assertThat(KeyEvents.parse("")).isZero();
  }

  @Test
  void everyRowOfTheTableIsAWrite() {
    for (Command command : Command.values()) {
      if (KeyEventNames.of(command) != null) {
        assertThat(command.isWrite()).as("%s", command).isTrue();
      }
    }
  }

  private final class Recorder implements KeyObserver {
    @Override
    public void event(
        int eventClass, int keyspace, byte[] name, byte[] key, int start, int length) {
      told.add(new String(name, StandardCharsets.US_ASCII) + ' ' + text(key, start, length));
    }

    @Override
    public void modified(byte[] key, int start, int length) {
      told.add("modified " + text(key, start, length));
    }

    @Override
    public void flushed() {
      told.add("flushed");
    }

    private static String text(byte[] key, int start, int length) {
      return new String(key, start, length, StandardCharsets.ISO_8859_1);
    }
  }
}
