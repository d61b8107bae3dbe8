package io.slotferry.protocol.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AclUserTest {
  private AclUser user = new AclUser("ada");

  private @Nullable String set(String... modifiers) {
    AclUser changed = user.copy();
    String error = changed.change(List.of(modifiers), false);
    if (error == null) {
      user = changed;
    }
    return error;
  }

  /** "ok", or what is denied: "command", "key NAME", "channel NAME". */
  private String run(String... arguments) {
    CommandInfo info = CommandInfos.find(arguments[0]);
    boolean isContainer = info != null && !info.subcommands().isEmpty();
    CommandInfo called = isContainer ? CommandInfos.find(arguments[0] + '|' + arguments[1]) : info;
    Denial denial = user.denial(called, Request.of(arguments));
    if (denial == null) {
      return "ok";
    }
    return switch (denial.reason()) {
      case KEY -> "key " + arguments[denial.argument()];
      case CHANNEL -> "channel " + arguments[denial.argument()];
      case COMMAND, AUTH -> "command";
    };
  }

  @Test
  void aNewUserMayDoNothing() {
    assertThat(user.rules()).isEqualTo("off sanitize-payload resetchannels -@all");
    assertThat(user.accepts(new byte[0])).isFalse();
    assertThat(run("get", "k")).isEqualTo("command");
  }

  @Test
  void commandsCategoriesAndSubcommands() {
    set("allkeys", "+@read", "-mget", "+config|get");
    assertThat(run("get", "k")).isEqualTo("ok");
    assertThat(run("mget", "k")).isEqualTo("command");
    assertThat(run("set", "k", "v")).isEqualTo("command");
    assertThat(run("config", "get", "x")).isEqualTo("ok");
    assertThat(run("config", "set", "x", "y")).isEqualTo("command");
    assertThat(user.selectors().getFirst().commands()).isEqualTo("-@all +@read -mget +config|get");
  }

  @Test
  void aRuleTakesThePlaceOfOlderOnesAboutTheSame() {
    set("+@all", "-client", "+client|id", "+client|setname", "-client|id");
    assertThat(user.selectors().getFirst().commands())
        .isEqualTo("+@all -client +client|setname -client|id");
    set("+client");
    assertThat(user.selectors().getFirst().commands()).isEqualTo("+@all +client");
    set("-@all");
    assertThat(user.selectors().getFirst().commands()).isEqualTo("-@all");
  }

  @Test
  void firstArguments() {
    set("+select|0");
    assertThat(run("select", "0")).isEqualTo("ok");
    assertThat(run("select", "1")).isEqualTo("command");
    assertThat(set("+config|get|dir")).contains("first-arg of a subcommand is not supported");
    assertThat(set("+config|nope")).contains("Unknown command or category name in ACL");
    assertThat(set("+get|a|b")).contains("Unknown command or category name in ACL");
    assertThat(set("+get|")).contains("Syntax error");
  }

  @Test
  void keysToReadAndToWrite() {
    set("+@all", "%R~read*", "%W~write*", "~both*");
    assertThat(run("get", "read1")).isEqualTo("ok");
    assertThat(run("get", "write1")).isEqualTo("key write1");
    assertThat(run("set", "write1", "v")).isEqualTo("ok");
    assertThat(run("set", "write1", "v", "get")).isEqualTo("key write1");
    assertThat(run("set", "read1", "v")).isEqualTo("key read1");
    assertThat(run("copy", "read1", "write1")).isEqualTo("ok");
    assertThat(run("copy", "write1", "read1")).isEqualTo("key write1");
    assertThat(run("exists", "read1", "write1", "other")).isEqualTo("key other");
    assertThat(run("mget", "both1", "read1", "other")).isEqualTo("key other");
    assertThat(user.selectors().getFirst().keys()).isEqualTo("%R~read* %W~write* ~both*");
    set("%W~read*");
    assertThat(user.selectors().getFirst().keys()).isEqualTo("~read* %W~write* ~both*");
  }

  @Test
  void oneSelectorHasToAllowAllOfACommand() {
    set("on", "(%R~a* +get +copy)", "(%W~b* +@all)");
    assertThat(run("get", "a1")).isEqualTo("ok");
    assertThat(run("set", "b1", "v")).isEqualTo("ok");
    assertThat(run("copy", "a1", "b1")).startsWith("key ");
    assertThat(run("ping")).isEqualTo("ok");
    assertThat(user.rules())
        .isEqualTo(
            "on sanitize-payload resetchannels -@all (%R~a* resetchannels -@all +copy +get)"
                    .replace("+copy +get", "+get +copy")
                + " (%W~b* resetchannels +@all)");
    set("clearselectors");
    assertThat(user.selectors()).hasSize(1);
  }

  @Test
  void rulesComeBackFromTheirText() {
    set("on", ">secret", "~k*", "&c1", "+@all", "-flushall", "( +get", "~x )", "(+set)");
    AclUser again = AclUser.of("ada", user.rules());
    assertThat(again.rules()).isEqualTo(user.rules());
    assertThat(again.accepts("secret".getBytes(ISO_8859_1))).isTrue();
    assertThat(again.accepts("other".getBytes(ISO_8859_1))).isFalse();
  }

  @Test
  void passwords() {
    set("on", ">one", ">two");
    assertThat(user.passwordHashes()).hasSize(2).allMatch(hash -> hash.matches("[0-9a-f]{64}"));
    assertThat(set("<three")).contains("does not exist");
    assertThat(set("#123")).contains("exactly 64 characters");
    set("<one");
    assertThat(user.accepts("one".getBytes(ISO_8859_1))).isFalse();
    set("nopass");
    assertThat(user.accepts("any".getBytes(ISO_8859_1))).isTrue();
    set("off");
    assertThat(user.accepts("any".getBytes(ISO_8859_1))).isFalse();
  }

  @Test
  void mistakesChangeNothing() {
    assertThat(set("on", "nonsense"))
        .isEqualTo("Error in ACL SETUSER modifier 'nonsense': Syntax error");
    assertThat(set("+nope"))
        .isEqualTo(
            "Error in ACL SETUSER modifier '+nope': Unknown command or category name in ACL");
    assertThat(set("~*", "~a")).contains("Adding a pattern after the * pattern");
    assertThat(set("&*", "&a")).contains("'allchannels' flag");
    assertThat(set("(+get", "~x"))
        .isEqualTo("Unmatched parenthesis in acl selector starting at '(+get'.");
    assertThat(set("%X~a")).contains("Syntax error");
    assertThat(user.isEnabled()).isFalse();
  }

  @Test
  void everythingIsKnownAsEverything() {
    set("on", "~*", "&*", "+@all");
    assertThat(user.allowsAll()).isTrue();
    set("-debug|nope", "-flushall");
    set("-flushall");
    assertThat(user.allowsAll()).isFalse();
  }

  @Test
  void listensToTheChannelsOfAnySelector() {
    set("&a", "&b*", "(&c)");
    assertThat(user.allowsChannel("a", false)).isTrue();
    assertThat(user.allowsChannel("A", false)).isFalse();
    assertThat(user.allowsChannel("b1", false)).isTrue();
    assertThat(user.allowsChannel("b*", true)).isTrue();
    assertThat(user.allowsChannel("b1*", true)).isFalse();
    assertThat(user.allowsChannel("c", false)).isTrue();
    set("allchannels");
    assertThat(user.allowsChannel("x*", true)).isTrue();
  }

  @Test
  void shardChannelsAreChannelsAndNoKeys() {
    set("+@all", "&a");
    assertThat(run("spublish", "a", "m")).isEqualTo("ok");
    assertThat(run("ssubscribe", "b")).isEqualTo("channel b");
    assertThat(run("sunsubscribe", "b")).isEqualTo("ok");
  }
}
