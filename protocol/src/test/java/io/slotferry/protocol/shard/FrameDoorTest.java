package io.slotferry.protocol.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.CommandFrameWriter;
import io.slotferry.protocol.frame.ReplyFrameReader;
import io.slotferry.protocol.frame.ReplyOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameDoorTest {
  private final Copy copy = new Copy();
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final List<String> answers = new ArrayList<>();
  private final FrameDoor door = new FrameDoor(copy, loop::add, this::answered);
  private long nextTicket;

  @Test
  void nothingOvertakesWhatWasRefused() {
    copy.refuses = true;
    serve(0, "a");
    copy.refuses = false;
    // On its way when the first was refused: it must not be executed before that one comes again.
    serve(0, "b");
    assertThat(copy.executed).isEmpty();
    assertThat(answers).containsExactly("0 NOT_HERE", "1 NOT_HERE");
    serve(1, "c");
    assertThat(copy.executed).isEmpty();
    serve(3, "a", "b", "c");
    assertThat(copy.executed).containsExactly("a", "b", "c");
  }

  @Test
  void nothingOvertakesWhatWasRefusedLater() {
    copy.keeps = true;
    serve(0, "a");
    copy.keeps = false;
    door.notHere(0);
    serve(0, "b");
    loop.remove().run();
    assertThat(copy.executed).isEmpty();
    assertThat(answers).containsExactlyInAnyOrder("0 NOT_HERE", "1 NOT_HERE");
    serve(2, "a", "b");
    assertThat(copy.executed).containsExactly("a", "b");
  }

  @Test
  void anEndedEpochIsRefused() {
    copy.epoch = 2;
    serve(0, "a");
    assertThat(answers).containsExactly("0 NOT_HERE");
    assertThat(copy.executed).isEmpty();
  }

  private void serve(long refusalsSeen, String... keys) {
    CommandFrameWriter frame = new CommandFrameWriter();
    frame.begin(1, 1, 1, refusalsSeen, nextTicket);
    for (String key : keys) {
      byte[] bytes = ("GET" + key).getBytes(StandardCharsets.US_ASCII);
      Request request = new Request();
      request.reset(bytes);
      request.add(0, 3);
      request.add(3, bytes.length - 3);
      ShardCall call = new ShardCall();
      call.ticket = nextTicket++;
      frame.add(call, request);
    }
    door.serve(frame.bytes(), 0, frame.size());
  }

  private void answered(int servedBytes, byte[] replies) {
    ReplyFrameReader reader = new ReplyFrameReader();
    reader.reset(replies, 0, replies.length);
    while (reader.next()) {
      ReplyOutcome outcome = reader.outcome();
      answers.add(reader.ticket() + " " + outcome);
    }
  }

  private static final class Copy implements ShardExecutor {
    final List<String> executed = new ArrayList<>();
    long epoch = 1;
    boolean refuses;
    boolean keeps;

    @Override
    public Outcome execute(ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
      if (refuses) {
        return Outcome.NOT_HERE;
      }
      if (keeps) {
        return Outcome.LATER;
      }
      executed.add(request.text(1));
      reply.ok();
      return Outcome.REPLIED;
    }

    @Override
    public boolean leads(int shard, long epoch) {
      return epoch == this.epoch;
    }
  }
}
