package io.slotferry.engine.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FunctionsTest {
  private static final String LIBRARY =
      """
      #!lua name=mylib
      local function double(n) return n * 2 end
      redis.register_function('set', function(keys, args)
        return redis.call('set', keys[1], double(args[1]))
      end)
      redis.register_function{
        function_name = 'get',
        callback = function(keys) return redis.call('get', keys[1]) end,
        flags = {'no-writes'},
        description = 'reads',
      }
      redis.register_function('fail', function() return redis.call('nosuch') end)
      redis.register_function('keys', function() return KEYS end)
      """;

  private final EngineFixture engine = new EngineFixture();

  private void use(String... libraries) {
    engine
        .engine
        .scripts()
        .useLibraries(
            List.of(libraries).stream()
                .map(code -> code.getBytes(StandardCharsets.ISO_8859_1))
                .toList());
  }

  private String check(String code) {
    engine.call.command = Command.CHECK_LIBRARY;
    ReplyWriter reply = new ReplyWriter();
    engine.engine.execute(engine.call, Request.of("!function", "CHECK", code), reply, 0);
    return new String(reply.toByteArray(), StandardCharsets.ISO_8859_1).trim().replace("\r\n", " ");
  }

  @Test
  void callsTheFunctionsOfItsLibraries() {
    use(LIBRARY);
    assertThat(engine.reply("FCALL", "set", "1", "k", "21")).isEqualTo("+OK");
    assertThat(engine.effects()).containsExactly("set k 42");
    assertThat(engine.reply("FCALL_RO", "get", "1", "k")).isEqualTo("$2 42");
    assertThat(engine.reply("FCALL_RO", "GET", "1", "k")).isEqualTo("$2 42");
    assertThat(engine.reply("FCALL_RO", "set", "1", "k", "1"))
        .isEqualTo("-ERR Can not execute a script with write flag using *_ro command.");
    assertThat(engine.reply("FCALL", "nosuch", "0")).isEqualTo("-ERR Function not found");
    assertThat(engine.reply("FCALL", "get", "x")).isEqualTo("-ERR Bad number of keys provided");
    assertThat(engine.reply("FCALL", "fail", "0"))
        .isEqualTo(
            "-ERR Unknown Redis command called from script script: fail, on @user_function:12.");
    assertThat(engine.reply("FCALL", "keys", "0"))
        .startsWith(
            "-ERR user_function:13: Script attempted to access nonexistent global variable 'KEYS'"
                + " script: keys, on @user_function:13.");
  }

  @Test
  void forgetsWhatIsNoLongerThere() {
    use(LIBRARY);
    assertThat(engine.reply("FCALL", "get", "1", "k")).isEqualTo("$-1");
    use();
    assertThat(engine.reply("FCALL", "get", "1", "k")).isEqualTo("-ERR Function not found");
  }

  @Test
  void tellsWhatALibraryHas() {
    assertThat(check(LIBRARY))
        .isEqualTo(
            "*5 $5 mylib *2 $3 set $0  *3 $3 get $5 reads $9 no-writes *2 $4 fail $0  *2 $4 keys"
                + " $0");
  }

  @Test
  void refusesALibraryWithRedisWords() {
    assertThat(check("return 1")).isEqualTo("-ERR Missing library metadata");
    assertThat(check("#!lua")).isEqualTo("-ERR Invalid library metadata");
    assertThat(check("#!lua foo=bar\n")).isEqualTo("-ERR Invalid metadata value given: foo=bar");
    assertThat(check("#!lua\n")).isEqualTo("-ERR Library name was not given");
    assertThat(check("#!js name=x\n")).isEqualTo("-ERR Engine 'js' not found");
    assertThat(check("#!lua name=bad-name\n"))
        .startsWith("-ERR Library names can only contain letters, numbers, or underscores(_)");
    assertThat(check("#!lua name=x\nlocal a = 1")).isEqualTo("-ERR No functions registered");
    assertThat(check("#!lua name=x\nx = 1"))
        .isEqualTo(
            "-ERR Error registering functions: ERR user_function:2: Attempt to modify a readonly"
                + " table");
    assertThat(check("#!lua name=x\nredis.call('ping')"))
        .isEqualTo(
            "-ERR Error registering functions: ERR user_function:2: Script attempted to access"
                + " nonexistent global variable 'call'");
    assertThat(check("#!lua name=x\nmath.random()")).contains("nonexistent global variable 'math'");
    assertThat(check("#!lua name=x\nreturn ("))
        .startsWith("-ERR Error compiling function: user_function:2: ");
    assertThat(check("#!lua name=x\nwhile true do end"))
        .isEqualTo("-ERR Error registering functions: ERR FUNCTION LOAD timeout");
    assertThat(check("#!lua name=x\nredis.register_function('f')"))
        .contains("is only applicable to Lua table");
  }

  @Test
  void dumpsAndReads() {
    engine.call.command = Command.CHECK_LIBRARY;
    byte[] code = LIBRARY.getBytes(StandardCharsets.ISO_8859_1);
    byte[] name = {'!', 'f', 'u', 'n', 'c', 't', 'i', 'o', 'n'};
    byte[] dump = bulk(engine.execute(Request.of(name, new byte[] {'D', 'U', 'M', 'P'}, code)));
    byte[] read = {'R', 'E', 'A', 'D'};
    assertThat(
            new String(engine.execute(Request.of(name, read, dump)), StandardCharsets.ISO_8859_1))
        .startsWith("*1\r\n*2\r\n$" + code.length + "\r\n#!lua name=mylib")
        .contains("$5\r\nmylib\r\n");
    dump[3] ^= 1;
    assertThat(
            new String(engine.execute(Request.of(name, read, dump)), StandardCharsets.ISO_8859_1))
        .isEqualTo("-ERR DUMP payload version or checksum are wrong\r\n");
  }

  private static byte[] bulk(byte[] reply) {
    Reply.BulkString bulk = (Reply.BulkString) new ReplyReader(reply, 0, reply.length).read();
    return bulk.bytes();
  }

  @Test
  void registersOnlyWhileLoading() {
    use(
        "#!lua name=x\n"
            + "redis.register_function('f', function() redis.register_function('g', function() end) end)");
    assertThat(engine.reply("FCALL", "f", "0"))
        .contains("attempt to call field 'register_function' (a nil value) script: f");
    use(
        "#!lua name=x\nlocal register = redis.register_function\n"
            + "register('f', function() register('g', function() end) end)");
    assertThat(engine.reply("FCALL", "f", "0"))
        .startsWith(
            "-ERR redis.register_function can only be called on FUNCTION LOAD command script: f");
  }
}
