package io.slotferry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a command does to several keys, a log that is cut has all of, or none. */
class EffectGroupsTest implements EffectSink {
  private final Engine engine =
      new Engine((keyspace, buffer, start, length) -> 0, this, new Random(1), () -> 0);
  private final List<String> told = new ArrayList<>();

  EffectGroupsTest() {
    engine.store().create(0);
  }

  private List<String> effectsOf(String line) {
    Request request = Request.of(line.split(" "));
    ShardCall call = new ShardCall();
    call.command = Command.valueOf(request.text(0).toUpperCase(Locale.ROOT));
    told.clear();
    engine.execute(call, request, new ReplyWriter(), 0);
    return told;
  }

  @Override
  public void effect(int keyspace, int partition, Request effect) {
    told.add(effect.text(0).toLowerCase(Locale.ROOT));
  }

  @Override
  public void beginGroup() {
    told.add("[");
  }

  @Override
  public void endGroup() {
    told.add("]");
  }

  @Test
  void oneKeyNeedsNoGroup() {
    assertThat(effectsOf("SET k v")).containsExactly("set");
    assertThat(effectsOf("RPUSH l a b c")).containsExactly("rpush");
  }

  @Test
  void severalKeysChangeTogether() {
    assertThat(effectsOf("MSET a 1 b 2")).startsWith("[").endsWith("]").hasSize(4);
    effectsOf("RPUSH l a b c");
    assertThat(effectsOf("LMOVE l other LEFT LEFT")).startsWith("[").endsWith("]").hasSize(4);
    assertThat(effectsOf("RENAME other third")).startsWith("[").endsWith("]").hasSize(4);
    assertThat(effectsOf("DEL l third")).startsWith("[").endsWith("]").hasSize(4);
  }

  @Test
  void aScriptIsOneGroup() {
    assertThat(effectsOf("EVAL redis.call('mset','a',1,'b',2) 0"))
        .startsWith("[")
        .endsWith("]")
        .filteredOn("["::equals)
        .hasSize(1);
  }
}
