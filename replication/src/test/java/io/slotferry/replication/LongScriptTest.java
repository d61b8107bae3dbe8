package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import io.slotferry.protocol.shard.ShardExecutor.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LongScriptTest {
  private static final long BUSY_MILLIS = LongScript.BUSY_MILLIS_DEFAULT;
  private static final long SLICE_MILLIS = 80;
  private static final String BUSY =
      "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";

  private final Engine engine =
      new Engine(
          (keyspace, key, start, length) -> 0,
          (keyspace, partition, effect) -> {},
          new Random(1),
          () -> 0);
  private final HeldCalls held = new HeldCalls();
  private final LongScript script =
      new LongScript(
          engine.scripts(), held, (call, reply, later) -> later.replied(call.ticket, reply));
  private final List<String> later = new ArrayList<>();

  private final LaterReply target =
      new LaterReply() {
        @Override
        public void replied(long ticket, ReplyWriter reply) {
          later.add(ticket + " " + text(reply));
        }

        @Override
        public void notHere(long ticket) {
          later.add(ticket + " not here");
        }

        @Override
        public void uncertain(long ticket) {
          later.add(ticket + " uncertain");
        }
      };

  private static String text(ReplyWriter reply) {
    return new String(reply.toByteArray(), StandardCharsets.ISO_8859_1).trim().replace("\r\n", " ");
  }

  private static ShardCall call(Command command, long ticket) {
    ShardCall call = new ShardCall();
    call.command = command;
    call.ticket = ticket;
    return call;
  }

  @BeforeEach
  void mayPause() {
    engine.store().create(0);
    engine.scripts().mayPause();
  }

  private void begin(String code) {
    ShardCall eval = call(Command.EVAL, 1);
    engine.execute(eval, Request.of("EVAL", code, "0"), new ReplyWriter(), 0);
    assertThat(engine.scripts().isPaused()).isTrue();
    assertThat(script.begin(eval, target, 0, SLICE_MILLIS)).isEqualTo(Outcome.LATER);
  }

  private String get(long ticket, Outcome expected) {
    ReplyWriter reply = new ReplyWriter();
    Request request = Request.of("GET", "k");
    assertThat(script.execute(call(Command.GET, ticket), request, reply, target))
        .isEqualTo(expected);
    return text(reply);
  }

  @Test
  void othersAreHeldUntilItIsOverdueAndThenToldSo() {
    begin("while true do end");
    get(2, Outcome.LATER);
    script.tick(BUSY_MILLIS - 1);
    assertThat(later).isEmpty();
    script.tick(BUSY_MILLIS);
    assertThat(script.isOverdue()).isTrue();
    assertThat(later).containsExactly("2 " + BUSY);
    assertThat(get(3, Outcome.REPLIED)).isEqualTo(BUSY);
  }

  @Test
  void itIsOverdueOnceItsFirstSliceHasTakenTooLong() {
    script.busyAfter(SLICE_MILLIS);
    begin("while true do end");
    assertThat(get(2, Outcome.REPLIED)).isEqualTo(BUSY);
  }

  @Test
  void isKilled() {
    begin("while true do end");
    ReplyWriter reply = new ReplyWriter();
    Request kill = Request.of("!script", "KILL", "SCRIPT");
    script.execute(call(Command.FIND_SCRIPTS, 2), kill, reply, target);
    assertThat(text(reply)).isEqualTo("*1 +OK");
    assertThat(script.isRunning()).isFalse();
    assertThat(later).hasSize(1);
    assertThat(later.getFirst()).startsWith("1 -ERR Script killed by user with SCRIPT KILL...");
  }

  @Test
  void isNotKilledOnceItWrote() {
    begin("redis.call('set', 'k', 'v') while true do end");
    ReplyWriter reply = new ReplyWriter();
    Request kill = Request.of("!script", "KILL", "SCRIPT");
    script.execute(call(Command.FIND_SCRIPTS, 2), kill, reply, target);
    assertThat(text(reply)).startsWith("*1 -UNKILLABLE ");
    assertThat(script.isRunning()).isTrue();
    script.abandon();
    assertThat(later).containsExactly("1 uncertain");
  }

  @Test
  void answersWhenItEnds() {
    begin("local n = 0 for i = 1, 60000000 do n = n + 1 end return n");
    while (script.isRunning()) {
      script.tick(0);
    }
    assertThat(later).containsExactly("1 :60000000");
  }
}
