package io.slotferry.engine.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts that run for long give the thread back, and go on or are ended. */
class ScriptPauseTest {
  private static final String COUNT =
      "local function count(n) local x = 0 for i = 1, n do x = x + 1 end return x end ";
  private static final int MANY = 60_000_000;

  private final EngineFixture engine = new EngineFixture();
  private int pauses;

  @BeforeEach
  void mayPause() {
    engine.engine.scripts().mayPause();
  }

  /** The reply at the end, however often it pauses. */
  private String run(String script) {
    begin(script);
    ScriptCommands scripts = engine.engine.scripts();
    while (scripts.isPaused()) {
      pauses++;
      ReplyWriter reply = scripts.proceed();
      if (reply != null) {
        return text(reply);
      }
    }
    throw new AssertionError("it did not pause");
  }

  private void begin(String script) {
    engine.replyBytes(Request.of("EVAL", COUNT + script, "1", "k", "argument"));
  }

  private String text(ReplyWriter reply) {
    return new String(engine.withoutReport(reply.toByteArray()), StandardCharsets.ISO_8859_1)
        .trim();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return count(%d)",
        "local ok, n = pcall(count, %d) return n",
        "local ok, n = pcall(function() local o, m = pcall(count, %d) return m end) return n",
        "local co = coroutine.wrap(function() coroutine.yield(1) return count(%d) end)"
            + " co() return co()",
        "local co = coroutine.create(function(a) local ok, n = pcall(count, a) return n end)"
            + " local ok, n = coroutine.resume(co, %d) return n",
        "local ok, n = pcall(coroutine.wrap(count), %d) return n",
        "local ok, n = xpcall(function() return count(%d) end, tostring) return n",
      })
  void goesOnWhereItWas(String script) {
    assertThat(run(script.formatted(MANY))).isEqualTo(":" + MANY);
    assertThat(pauses).isPositive();
    assertThat(engine.reply("EVAL", "return KEYS[1]", "1", "k")).isEqualTo("$1 k");
  }

  @Test
  void whatItWritesIsOneGroupInTheEnd() {
    String script =
        "redis.call('set', KEYS[1], 1) count("
            + MANY
            + ") redis.call('incr', KEYS[1]) return redis.call('get', KEYS[1]) .. ARGV[1]";
    assertThat(run(script)).isEqualTo("$9\r\n2argument");
    assertThat(engine.effects()).containsExactly("set k 1", "incr k");
  }

  @Test
  void doesNotStopWhereAFunctionOfCWaits() {
    assertThat(
            run(
                "count(%d) local s = ('ab'):gsub('.', function(c) count(%d) return c .. c end) return s"
                    .formatted(MANY, MANY / 4)))
        .isEqualTo("$4\r\naabb");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(redis.call, 'ping') end",
        "local f = function() while true do redis.call('ping') end end while true do pcall(f) end",
        "while true do pcall(coroutine.wrap(function() while true do end end)) end",
        "xpcall(function() while true do end end, function() while true do end end)",
      })
  void isEndedFromOutside(String script) {
    begin(script);
    ScriptCommands scripts = engine.engine.scripts();
    assertThat(scripts.isPaused()).isTrue();
    assertThat(scripts.proceed()).isNull();
    assertThat(scripts.killRefusal(true))
        .isEqualTo(
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN"
                + " NOSAVE.");
    assertThat(scripts.killRefusal(false)).isNull();
    assertThat(text(scripts.kill()))
        .startsWith("-ERR Script killed by user with SCRIPT KILL... script: ")
        .endsWith(", on @user_script:1.");
    assertThat(scripts.isPaused()).isFalse();
    assertThat(engine.reply("EVAL", "return 1", "0")).isEqualTo(":1");
  }

  @Test
  void isNotEndedOnceItWrote() {
    begin("redis.call('set', 'k', 'v') while true do end");
    assertThat(engine.engine.scripts().killRefusal(false)).startsWith("UNKILLABLE ");
  }

  @Test
  void nothingIsPausedOtherwise() {
    assertThat(engine.engine.scripts().killRefusal(false))
        .isEqualTo("NOTBUSY No scripts in execution right now.");
  }
}
