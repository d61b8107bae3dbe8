package io.slotferry.protocol.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandTableTest {

  private static @Nullable Command lookup(String name) {
    byte[] bytes = ("<" + name + ">").getBytes(ISO_8859_1);
    return CommandTable.lookup(bytes, 1, name.length());
  }

  @Test
  void findsEveryRowInAnyCase() {
    for (Command command : Command.ofClients()) {
      String name = command.lowerName();
      assertThat(lookup(name)).isEqualTo(command);
      assertThat(lookup(name.toUpperCase(Locale.ROOT))).isEqualTo(command);
      assertThat(lookup(name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)))
          .isEqualTo(command);
    }
  }

  @Test
  void clientsDoNotFindWhatGatewaysSay() {
    for (Command command : Command.values()) {
      byte[] name = command.lowerName().getBytes(ISO_8859_1);
      assertThat(lookup(command.lowerName())).isEqualTo(command.isInternal() ? null : command);
      assertThat(CommandTable.lookupOfShard(name, 0, name.length)).isEqualTo(command);
    }
    assertThat(CommandTable.lookupOfShard(new byte[] {'!'}, 0, 1)).isNull();
    assertThat(CommandTable.lookupOfShard(new byte[0], 0, 0)).isNull();
  }

  @Test
  void findsNothingElse() {
    for (Command command : Command.ofClients()) {
      String name = command.lowerName();
      assertThat(lookup(name + "\0")).isNull();
      assertThat(lookup("." + name)).isNull();
      // The same letters with the eighth bit set.
      byte[] folded = name.getBytes(ISO_8859_1);
      folded[0] ^= (byte) 0x80;
      assertThat(lookup(new String(folded, ISO_8859_1))).isNull();
    }
    assertThat(lookup("")).isNull();
    assertThat(lookup("x".repeat(1000))).isNull();
    assertThat(lookup("READONLY_MODE")).isNull();
  }
}
