package io.slotferry.protocol.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.CommandFrameWriter;
import io.slotferry.protocol.frame.ReplyFrameReader;
import io.slotferry.protocol.frame.ReplyOutcome;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameDoorTest {
  private final Copy copy = new Copy();
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final List<String> answers = new ArrayList<>();
  private final FrameDoor door = new FrameDoor(copy, loop::add, new Gateway());
  private boolean congested;
  private int watched;
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

  @Test
  void keyEventsAreWatchedByTheFramesAndSentOnceATurn() {
    watched = KeyEvents.MODIFIED;
    serve(0, "a");
    assertThat(copy.watched).isEqualTo(KeyEvents.MODIFIED);
    answers.clear();
    happens("a");
    happens("b");
    loop.remove().run();
    assertThat(answers).containsExactly("a changed", "b changed");
    assertThat(loop).isEmpty();
    door.close();
    assertThat(copy.watched).isZero();
  }

  @Test
  void whatACongestedGatewayMissesIsSaid() {
    congested = true;
    happens("a");
    assertThat(loop).isEmpty();
    congested = false;
    happens("b");
    loop.remove().run();
    assertThat(answers).containsExactly("lost", "b changed");
  }

  private void happens(String key) {
    WireWriter records = new WireWriter();
    byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
    KeyEventRecord.writeModified(records, bytes, 0, bytes.length, 0);
    door.happened(records.bytes(), records.size());
  }

  private void serve(long refusalsSeen, String... keys) {
    CommandFrameWriter frame = new CommandFrameWriter();
    frame.begin(1, 1, 1, refusalsSeen, nextTicket, watched);
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

  private final class Gateway implements FrameDoor.Answers, KeyEventRecord.Reader {
    @Override
    public void take(int servedBytes, byte[] replies) {
      ReplyFrameReader reader = new ReplyFrameReader();
      reader.reset(replies, 0, replies.length);
      while (reader.next()) {
        if (reader.outcome() == ReplyOutcome.EVENTS) {
          KeyEventRecord.readAll(
              new WireReader(reader.buffer(), reader.replyStart(), reader.replyLength()), this);
        } else {
          answers.add(reader.ticket() + " " + reader.outcome());
        }
      }
    }

    @Override
    public boolean takesEvents() {
      return !congested;
    }

    @Override
    public void modified(byte[] key, long client) {
      answers.add(new String(key, StandardCharsets.US_ASCII) + " changed");
    }

    @Override
    public void flushed() {
      answers.add("flushed");
    }

    @Override
    public void event(int keyspace, byte[] name, byte[] key) {
      answers.add("event");
    }

    @Override
    public void lost() {
      answers.add("lost");
    }
  }

  private static final class Copy implements ShardExecutor {
    final List<String> executed = new ArrayList<>();
    long epoch = 1;
    boolean refuses;
    boolean keeps;
    int watched;

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
    public void watch(KeyWatcher watcher, int events) {
      watched = events;
    }

    @Override
    public boolean leads(int shard, long epoch) {
      return epoch == this.epoch;
    }
  }
}
