package io.slotferry.engine.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.protocol.ScriptName;
import io.slotferry.protocol.access.AclUser;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ScriptCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  private String eval(String script, String... keysAndArguments) {
    String[] command = new String[keysAndArguments.length + 3];
    command[0] = "EVAL";
    command[1] = script;
    command[2] = Integer.toString(keysAndArguments.length);
    System.arraycopy(keysAndArguments, 0, command, 3, keysAndArguments.length);
    return engine.reply(command);
  }

  private static String sha(String script) {
    byte[] bytes = script.getBytes(StandardCharsets.ISO_8859_1);
    return ScriptName.of(bytes, 0, bytes.length);
  }

  private static String error(String message, String script, int line) {
    return "-" + message + " script: " + sha(script) + ", on @user_script:" + line + ".";
  }

  @Test
  void runsAScriptOnItsKeys() {
    assertThat(eval("return redis.call('set', KEYS[1], 'v')", "k")).isEqualTo("+OK");
    assertThat(eval("return redis.call('get', KEYS[1])", "k")).isEqualTo("$1 v");
    assertThat(engine.effects()).containsExactly("set k v");
  }

  @Test
  void whereNothingMayBeWrittenScriptsMayStillRead() {
    String refusal = "NOREPLICAS Not enough good replicas to write.";
    engine.engine.scripts().refuseWrites(call -> call.sync ? refusal : null);
    engine.call.sync = true;
    assertThat(eval("return redis.call('exists', KEYS[1])", "k")).isEqualTo(":0");
    assertThat(eval("#!lua flags=no-writes\nreturn 1")).isEqualTo(":1");
    assertThat(eval("#!lua\nreturn 1")).isEqualTo('-' + refusal);
    assertThat(eval("return redis.call('set', KEYS[1], 'v')", "k")).startsWith('-' + refusal);
    assertThat(eval("return redis.pcall('set', KEYS[1], 'v').err", "k")).endsWith(refusal);
    assertThat(engine.effects()).isEmpty();
    engine.call.sync = false;
    assertThat(eval("#!lua\nreturn redis.call('set', KEYS[1], 'v')", "k")).isEqualTo("+OK");
  }

  @Test
  void whatAScriptSortsOfASetHasAnOrder() {
    engine.reply("SADD", "s", "c", "a", "d", "b");
    assertThat(eval("return redis.call('sort', KEYS[1], 'by', 'nosort')", "s"))
        .isEqualTo("*4 $1 a $1 b $1 c $1 d");
    assertThat(eval("return redis.call('sort', KEYS[1], 'by', 'nosort', 'desc')", "s"))
        .isEqualTo("*4 $1 d $1 c $1 b $1 a");
  }

  @Test
  void reportsWhatItsCommandsDid() {
    engine.call.monitored = true;
    eval(
        "redis.call('select', 1); redis.pcall('incr', KEYS[1]); redis.pcall('lpop', KEYS[1]);"
            + " redis.pcall('nosuch'); redis.pcall('get'); redis.pcall('get', KEYS[1]);"
            + " redis.call('xgroup', 'help'); return redis.call('publish', 'c', 'm')",
        "k");
    assertThat(engine.reported())
        .containsExactly(
            "errors ERR=2",
            "errors WRONGTYPE=1",
            "get calls=1 failed=0 rejected=1",
            "incr calls=1 failed=0 rejected=0",
            "lpop calls=1 failed=1 rejected=0",
            "monitor 0 select 1",
            "monitor 1 get k",
            "monitor 1 incr k",
            "monitor 1 lpop k",
            "monitor 1 publish c",
            "monitor 1 xgroup help",
            "publish c",
            "publish calls=1 failed=0 rejected=0",
            "select calls=1 failed=0 rejected=0",
            "xgroup|help calls=1 failed=0 rejected=0");
    engine.call.monitored = false;
    engine.call.user = AclUser.of("ada", "on nopass +@all -set ~a* &*");
    eval("redis.pcall('set', KEYS[1], 1); redis.acl_check_cmd('set', 'a', 'b')", "a");
    eval("redis.pcall('get', KEYS[1])", "b");
    assertThat(engine.reported())
        .containsExactly(
            "denied COMMAND set",
            "denied KEY b",
            "errors ERR=1",
            "errors ERR=1",
            "get calls=0 failed=0 rejected=1",
            "set calls=0 failed=0 rejected=1");
  }

  @Test
  void tellsThatItsReportHadNoRoomForAllCommands() {
    engine.call.monitored = true;
    eval(
        "for i = 1, 20 do redis.call('set', KEYS[1], string.rep('x', 1000000)) end"
            + " redis.call('get', KEYS[1])",
        "k");
    assertThat(engine.reported())
        .contains("monitor 0 get k", "set calls=20 failed=0 rejected=0", "unseen");
  }

  @Test
  void convertsResults() {
    assertThat(eval("return 100.9")).isEqualTo(":100");
    assertThat(eval("return {1, 'a', {true, false}, nil, 5}")).isEqualTo("*3 :1 $1 a *2 :1 $-1");
    assertThat(eval("return {ok = 'fine'}")).isEqualTo("+fine");
    assertThat(eval("return {err = 'ERR my error'}")).isEqualTo("-ERR my error");
    assertThat(eval("return redis.error_reply('MY ERR')")).isEqualTo("-MY ERR");
    assertThat(eval("return")).isEqualTo("$-1");
  }

  @Test
  void saysWhereAnErrorWas() {
    String call = "return redis.call('nosuch')";
    assertThat(eval(call))
        .isEqualTo(error("ERR Unknown Redis command called from script", call, 1));
    String own = "\nlocal x = 1\nerror('broken')";
    assertThat(eval(own)).isEqualTo(error("ERR user_script:3: broken", own, 3));
    String global = "return foo";
    assertThat(eval(global))
        .isEqualTo(
            error(
                "ERR user_script:1: Script attempted to access nonexistent global variable 'foo'",
                global,
                1));
    String write = "KEYS = nil";
    assertThat(eval(write))
        .isEqualTo(error("ERR user_script:1: Attempt to modify a readonly table", write, 1));
    assertThat(eval("return {"))
        .startsWith("-ERR Error compiling script (new function): user_script:1: ");
  }

  @Test
  void publishesAheadOfItsReply() {
    assertThat(eval("return redis.call('publish', 'c', 'm')")).isEqualTo(":0");
    assertThat(engine.reported()).contains("publish c");
    assertThat(eval("redis.call('spublish', 's', 'm') return redis.call('nosuch')"))
        .startsWith("-ERR Unknown Redis command");
    assertThat(engine.reported()).contains("spublish s");
    assertThat(eval("return 1")).isEqualTo(":1");
    assertThat(eval("#!lua flags=no-writes\nreturn redis.call('publish', 'c', 'm')"))
        .startsWith("-ERR Write commands are not allowed from read-only scripts.");
  }

  @Test
  void doesOnlyWhatItsUserMay() {
    engine.call.user = AclUser.of("ada", "on nopass ~x* %R~r +eval +set +get +sort");
    assertThat(eval("return redis.call('set', 'x', 'v')")).isEqualTo("+OK");
    assertThat(eval("return redis.call('hset', 'x', 'f', 'v')"))
        .startsWith(
            "-ERR ACL failure in script: User ada has no permissions to run the 'hset' command");
    assertThat(eval("return redis.pcall('set', 'r', 'v')['err']"))
        .isEqualTo("$57 ERR ACL failure in script: No permissions to access a key");
    assertThat(eval("return redis.call('get', 'r')")).isEqualTo("$-1");
    assertThat(eval("return redis.call('sort', 'x', 'get', '*')"))
        .startsWith("-ERR ACL failure in script: BY or GET option of SORT denied");
    assertThat(eval("return redis.acl_check_cmd('set', 'x1', 'v')")).isEqualTo(":1");
    assertThat(eval("return redis.acl_check_cmd('set', 'y', 'v')")).isEqualTo("$-1");
    assertThat(eval("return redis.acl_check_cmd('set')")).isEqualTo("$-1");
    assertThat(eval("return redis.acl_check_cmd('del', 'x')")).isEqualTo("$-1");
    engine.call.user = null;
    assertThat(eval("return redis.call('set', 'y', 'v')")).isEqualTo("+OK");
    assertThat(eval("return redis.acl_check_cmd('del', 'x')")).isEqualTo(":1");
  }

  @Test
  void nothingInAScriptWaits() {
    assertThat(eval("return redis.call('wait', 1, 0)")).isEqualTo(":0");
    engine.engine.scripts().answerWait(() -> 2);
    assertThat(eval("return redis.call('wait', 1, 0)")).isEqualTo(":2");
    assertThat(eval("return redis.pcall('xread', 'BLOCK', 0, 'STREAMS', KEYS[1], '$').err", "s"))
        .isEqualTo("$63 ERR xread command is not allowed with BLOCK option from scripts");
  }

  @Test
  void debugIsForScriptsOnlyIfAllowed() {
    String script = "return redis.pcall('debug', 'stringmatch-len', 'a*', 'ab')";
    assertThat(eval(script)).isEqualTo("-ERR This Redis command is not allowed from script");
    engine.reply("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
    assertThat(eval(script)).isEqualTo(":1");
    assertThat(eval("redis.setresp(3); return redis.call('debug', 'protocol', 'attrib')"))
        .isEqualTo("$39 Some real reply following the attribute");
    assertThat(eval("return redis.call('debug', 'sleep', '0.01')")).isEqualTo("+OK");
    assertThat(eval("return redis.pcall('debug', 'sleep', 'x')"))
        .startsWith("-ERR unknown subcommand or wrong number of arguments for 'sleep'");
    assertThat(eval("return redis.pcall('eval', 'return 1', 0)"))
        .isEqualTo("-ERR This Redis command is not allowed from script");
  }

  @Test
  void readsTheFirstLineAsAShellDoes() {
    assertThat(eval("#!lua flags=\nreturn 1")).isEqualTo(":1");
    assertThat(eval("#!lua 'flags=no-writes'\nreturn 1")).isEqualTo(":1");
    assertThat(eval("#!lua \"flags\nreturn 1")).isEqualTo("-ERR Invalid script shebang");
    assertThat(eval("#!lua flags=a,,b\nreturn 1"))
        .isEqualTo("-ERR Unexpected flag in script shebang: a");
  }

  @Test
  void catchesErrors() {
    assertThat(eval("return select(2, pcall(redis.call, 'nosuch'))"))
        .isEqualTo("$44 ERR Unknown Redis command called from script");
    assertThat(eval("return redis.pcall('nosuch').err"))
        .isEqualTo("$44 ERR Unknown Redis command called from script");
    assertThat(eval("return {pcall(function(...) return ... end, 1, 2, 3)}"))
        .isEqualTo("*4 :1 :1 :2 :3");
  }
}
