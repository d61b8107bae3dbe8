package io.slotferry.protocol.command;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.Request;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandInfosTest {
  /** Flags of the rows that the flags told to clients have to agree with. */
  private static final Map<Integer, String> FLAGS =
      Map.of(
          CommandFlags.WRITE,
          "write",
          CommandFlags.READONLY,
          "readonly",
          CommandFlags.DENYOOM,
          "denyoom",
          CommandFlags.NO_AUTH,
          "no_auth");

  private static List<String> keys(String... arguments) {
    CommandInfo info = CommandInfos.find(arguments[0]);
    KeyReferences keys = KeyReferences.of(info, Request.of(arguments));
    return IntStream.range(0, keys.count())
        .mapToObj(i ->
            arguments[keys.argument(i)]
                + (keys.reads(i) ? " r" : "")
                + (keys.writes(i) ? " w" : ""))
        .collect(toList());
  }

  @Test
  void everyCommandHasItsLineAndItsFlags() {
    for (Command command : Command.ofClients()) {
      CommandInfo info = CommandInfos.of(command);
      assertThat(info.name()).isEqualTo(command.lowerName());
      if (info.subcommands().isEmpty()) {
        assertThat(info.arity()).as(info.name()).isEqualTo(command.arity());
        FLAGS.forEach((bit, name) ->
            assertThat(info.has(name)).as(info.name() + ' ' + name).isEqualTo(command.is(bit)));
      }
      assertThat(info.summary()).as(info.name()).isNotEmpty();
    }
  }

  @Test
  void idsTellAllApart() {
    boolean[] seen = new boolean[CommandInfos.count()];
    for (CommandInfo info : CommandInfos.all()) {
      assertThat(seen[info.id()]).as(info.name()).isFalse();
      seen[info.id()] = true;
    }
  }

  @Test
  void aRequestCallsASubcommand() {
    assertThat(CommandInfos.called(Command.CONFIG, Request.of("config", "GeT", "*")).name())
        .isEqualTo("config|get");
    assertThat(CommandInfos.called(Command.CONFIG, Request.of("config", "nope")).name())
        .isEqualTo("config");
    assertThat(CommandInfos.called(Command.GET, Request.of("get", "help")).name()).isEqualTo("get");
  }

  @Test
  void keysAreFoundWhereverTheyStand() {
    assertThat(keys("get", "a")).containsExactly("a r");
    assertThat(keys("mset", "a", "1", "b", "2")).containsExactly("a w", "b w");
    assertThat(keys("exists", "a", "b")).containsExactly("a", "b");
    assertThat(keys("zunionstore", "d", "2", "a", "b")).containsExactly("d w", "a r", "b r");
    assertThat(keys("sintercard", "2", "a", "b", "limit", "1")).containsExactly("a r", "b r");
    assertThat(keys("sintercard", "3", "a", "b")).isEmpty();
    assertThat(keys("ping")).isEmpty();
  }

  @Test
  void optionsSayWhatHappensToAKey() {
    assertThat(keys("set", "get", "1")).containsExactly("get w");
    assertThat(keys("set", "a", "1", "ex", "3", "get")).containsExactly("a r w");
  }
}
