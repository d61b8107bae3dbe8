package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Large strings are stored in, and read from, the array in which they came. */
class LargeStringsTest {
  private static final int LARGE = Request.LARGE_BYTES;

  private final EngineFixture server = new EngineFixture();

  private static Request set(int length, char fill) {
    byte[] value = new byte[length];
    Arrays.fill(value, (byte) fill);
    return Request.of("SET".getBytes(StandardCharsets.US_ASCII), new byte[] {'k'}, value);
  }

  /** The arrays that GET gives out by reference. */
  private List<byte[]> shared() {
    List<byte[]> shared = new ArrayList<>();
    ReplyWriter reply = ReplyWriter.sharing();
    Request get = Request.of("GET", "k");
    server.call.command = Command.GET;
    server.call.partition = EngineFixture.partitionOf(0, get.buffer(), get.start(1), 1);
    server.engine.execute(server.call, get, reply, server.nowMillis);
    reply.pieces((source, offset, length, lasting) -> {
      if (lasting) {
        shared.add(source);
      }
    });
    return shared;
  }

  @Test
  void anOfferedArrayBecomesTheValue() {
    Request set = set(LARGE, 'a');
    set.offerBuffer();
    server.replyBytes(set);
    assertThat(set.isBufferKept()).isTrue();
    assertThat(shared()).hasSize(1);
    assertThat(shared().getFirst()).isSameAs(set.buffer());
    assertThat(server.reply("STRLEN", "k")).isEqualTo(":" + LARGE);
    assertThat(server.reply("TYPE", "k")).isEqualTo("+string");
    assertThat(server.reply("GETRANGE", "k", "-2", "-1")).isEqualTo("$2 aa");
    assertThat(server.reply("EXPIRE", "k", "100")).isEqualTo(":1");
    assertThat(server.reply("TTL", "k")).isEqualTo(":100");
    assertThat(server.reply("APPEND", "k", "bc")).isEqualTo(":" + (LARGE + 2));
    assertThat(server.reply("GETRANGE", "k", "-3", "-1")).isEqualTo("$3 abc");
    assertThat(server.reply("TTL", "k")).isEqualTo(":100");
    assertThat(server.reply("DEL", "k")).isEqualTo(":1");
  }

  @Test
  void anArrayThatWasNotOfferedIsCopied() {
    Request set = set(LARGE, 'a');
    server.replyBytes(set);
    assertThat(shared()).hasSize(1);
    assertThat(shared().getFirst()).isNotSameAs(set.buffer());
  }

  @Test
  void aCopyOfTheKeySharesTheArrayAndACutOneDoesNot() {
    server.replyBytes(set(LARGE, 'a'));
    byte[] given = shared().getFirst();
    server.reply("RENAME", "k", "other");
    server.reply("RENAME", "other", "k");
    assertThat(shared()).containsExactly(given);
    server.reply("SETRANGE", "k", "0", "b");
    assertThat(shared()).isEmpty();
    assertThat(server.reply("GETRANGE", "k", "0", "1")).isEqualTo("$2 ba");
  }

  @Test
  void aValueThatMayBeOnItsWayIsNotChangedInPlace() {
    for (boolean offered : new boolean[] {true, false}) {
      Request first = set(LARGE, 'a');
      if (offered) {
        first.offerBuffer();
      }
      server.replyBytes(first);
      byte[] given = shared().getFirst();
      byte[] before = given.clone();
      server.replyBytes(set(LARGE, 'b'));
      server.reply("SETBIT", "k", "0", "1");
      server.reply("BITFIELD", "k", "SET", "u8", "8", "98");
      assertThat(server.reply("STRLEN", "k")).isEqualTo(":" + LARGE);
      server.reply("SETRANGE", "k", "5", "c");
      server.reply("APPEND", "k", "d");
      server.reply("PEXPIRE", "k", "1000");
      assertThat(given).isEqualTo(before);
      assertThat(server.reply("GETRANGE", "k", "4", "6")).isEqualTo("$3 bcb");
    }
  }

  @Test
  void smallValuesAreOverwrittenInPlaceAndCopiedOut() {
    server.replyBytes(set(LARGE - 1, 'a'));
    assertThat(shared()).isEmpty();
  }
}
