package io.slotferry.protocol.frame;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FramesTest {

  /** Codes travel between releases: this list may only grow. */
  @Test
  void codesStayWhatTheyAre() {
    assertThat(FrameKind.values())
        .extracting(FrameKind::code)
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(FrameKind.values())
        .extracting(FrameKind::name)
        .containsExactly(
            "COMMANDS",
            "REPLIES",
            "FOLLOW",
            "STREAM",
            "STREAM_BACK",
            "MOVE_OPEN",
            "MOVE_STREAM",
            "MOVE_BACK",
            "PEERS");
    for (FrameKind kind : FrameKind.values()) {
      assertThat(FrameKind.of(kind.code())).isEqualTo(kind);
    }
    assertThat(ReplyOutcome.values()).extracting(ReplyOutcome::code).containsExactly(0, 1, 2, 3, 4);
    for (ReplyOutcome outcome : ReplyOutcome.values()) {
      assertThat(ReplyOutcome.of(outcome.code())).isEqualTo(outcome);
    }
  }

  @Test
  void unknownCodesAreMalformed() {
    for (int code : new int[] {-1, 0, 10, 255}) {
      assertThatThrownBy(() -> FrameKind.of(code)).isInstanceOf(MalformedFrameException.class);
    }
    assertThatThrownBy(() -> ReplyOutcome.of(5)).isInstanceOf(MalformedFrameException.class);
  }

  @Test
  void commandsReadBackAsWritten() {
    CommandFrameWriter writer = new CommandFrameWriter();
    CommandFrameReader reader = new CommandFrameReader();
    ShardCall call = new ShardCall();
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      long ticket = random.nextLong();
      writer.begin(seed, 1L << 40, 7, 9L << 33, ticket, seed);
      List<ShardCall> calls = new ArrayList<>();
      List<Request> requests = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        ShardCall sent = randomCall(random, ticket + calls.size());
        Request request = randomRequest(random, sent.command);
        writer.add(sent, request);
        calls.add(sent);
        requests.add(request);
      }
      byte[] frame = new byte[writer.size() + 5];
      System.arraycopy(writer.bytes(), 0, frame, 5, writer.size());
      reader.reset(frame, 5, writer.size());
      assertThat(reader.shard()).isEqualTo(seed);
      assertThat(reader.epoch()).isEqualTo(1L << 40);
      assertThat(reader.mapVersion()).isEqualTo(7);
      assertThat(reader.firstTicket()).isEqualTo(ticket);
      assertThat(reader.count()).isEqualTo(calls.size());
      for (int i = 0; i < calls.size(); i++) {
        assertThat(reader.next(call)).isTrue();
        ShardCall sent = calls.get(i);
        assertThat(call.command).isEqualTo(sent.command);
        assertThat(call.keyspace).isEqualTo(sent.keyspace);
        assertThat(call.partition).isEqualTo(sent.partition);
        assertThat(call.respVersion).isEqualTo(sent.respVersion);
        assertThat(call.mapVersion).isEqualTo(7);
        assertThat(call.ticket).isEqualTo(sent.ticket);
        assertThat(call.client).isEqualTo(sent.client);
        assertThat(call.sync).isEqualTo(sent.sync);
        assertThat(call.noTouch).isEqualTo(sent.noTouch);
        assertThat(call.monitored).isEqualTo(sent.monitored);
        assertThat(textOf(call.user)).isEqualTo(textOf(sent.user));
        assertThat(reader.request().buffer()).isSameAs(frame);
        assertThat(arguments(reader.request())).isEqualTo(arguments(requests.get(i)));
      }
      assertThat(reader.next(call)).isFalse();
    }
  }

  private static String textOf(@Nullable AclUser user) {
    return user == null ? "" : user.name() + ' ' + user.rules();
  }

  private static ShardCall randomCall(Random random, long ticket) {
    ShardCall call = new ShardCall();
    call.command = Command.values()[random.nextInt(Command.values().length)];
    call.keyspace = random.nextInt(300);
    call.partition = random.nextInt(20_000) - 1;
    call.respVersion = 2 + random.nextInt(2);
    call.ticket = ticket;
    call.sync = random.nextBoolean();
    call.noTouch = random.nextBoolean();
    call.monitored = random.nextBoolean();
    call.client = random.nextBoolean() ? random.nextLong() : 0;
    call.user = random.nextBoolean() ? AclUser.of("u" + random.nextInt(3), "on nopass +get") : null;
    return call;
  }

  private static Request randomRequest(Random random, Command command) {
    byte[][] arguments = new byte[1 + random.nextInt(5)][];
    arguments[0] = command.lowerName().getBytes(ISO_8859_1);
    for (int i = 1; i < arguments.length; i++) {
      arguments[i] = new byte[random.nextInt(300)];
      random.nextBytes(arguments[i]);
    }
    return Request.of(arguments);
  }

  private static List<String> arguments(Request request) {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < request.count(); i++) {
      arguments.add(request.text(i));
    }
    return arguments;
  }

  @Test
  void ticketsAreConsecutive() {
    CommandFrameWriter writer = new CommandFrameWriter();
    writer.begin(1, 1, 1, 0, 100, 0);
    ShardCall call = new ShardCall();
    call.ticket = 101;
    assertThatThrownBy(() -> writer.add(call, Request.of("PING")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCommandUnknownHereIsMalformed() {
    CommandFrameWriter writer = new CommandFrameWriter();
    writer.begin(1, 1, 1, 0, 0, 0);
    writer.add(new ShardCall(), Request.of("NOSUCH"));
    CommandFrameReader reader = new CommandFrameReader();
    reader.reset(writer.bytes(), 0, writer.size());
    assertThatThrownBy(() -> reader.next(new ShardCall()))
        .isInstanceOf(MalformedFrameException.class);
  }

  @Test
  void framesAreFullAtTheirBound() {
    CommandFrameWriter commands = new CommandFrameWriter();
    commands.begin(1, 1, 1, 0, 0, 0);
    ReplyFrameWriter replies = new ReplyFrameWriter();
    replies.begin(1, 1, 1);
    byte[] large = new byte[FrameLink.FRAME_BYTES_MAX];
    assertThat(commands.isFull()).isFalse();
    assertThat(replies.isFull()).isFalse();
    commands.add(new ShardCall(), Request.of("SET".getBytes(ISO_8859_1), large));
    replies.replied(0, large, 0, large.length);
    assertThat(commands.isFull()).isTrue();
    assertThat(replies.isFull()).isTrue();
  }

  @Test
  void repliesReadBackAsWritten() {
    ReplyFrameWriter writer = new ReplyFrameWriter();
    ReplyFrameReader reader = new ReplyFrameReader();
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      writer.begin(3, seed, 9);
      int count = random.nextInt(20);
      long[] tickets = new long[count];
      byte[][] replies = new byte[count][];
      for (int i = 0; i < count; i++) {
        tickets[i] = i > 0 && random.nextBoolean() ? tickets[i - 1] + 1 : random.nextLong();
        replies[i] = new byte[random.nextInt(200)];
        random.nextBytes(replies[i]);
        switch (i % 3) {
          case 0 -> writer.replied(tickets[i], replies[i], 0, replies[i].length);
          case 1 -> writer.notHere(tickets[i]);
          default -> writer.uncertain(tickets[i]);
        }
      }
      byte[] frame = new byte[writer.size() + 2];
      System.arraycopy(writer.bytes(), 0, frame, 2, writer.size());
      reader.reset(frame, 2, writer.size());
      assertThat(reader.shard()).isEqualTo(3);
      assertThat(reader.epoch()).isEqualTo(seed);
      assertThat(reader.mapVersion()).isEqualTo(9);
      assertThat(reader.count()).isEqualTo(count);
      for (int i = 0; i < count; i++) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.ticket()).isEqualTo(tickets[i]);
        assertThat(reader.outcome()).isEqualTo(ReplyOutcome.values()[i % 3]);
        byte[] reply =
            Arrays.copyOfRange(
                reader.buffer(), reader.replyStart(), reader.replyStart() + reader.replyLength());
        assertThat(reply).isEqualTo(i % 3 == 0 ? replies[i] : new byte[0]);
      }
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void cutFramesAreMalformed() {
    CommandFrameWriter writer = new CommandFrameWriter();
    writer.begin(1, 1, 1, 0, 0, 0);
    writer.add(new ShardCall(), Request.of("SET", "key", "value"));
    CommandFrameReader reader = new CommandFrameReader();
    for (int length = 0; length < writer.size(); length++) {
      int cut = length;
      assertThatThrownBy(
              () -> {
                reader.reset(writer.bytes(), 0, cut);
                reader.next(new ShardCall());
              })
          .isInstanceOf(MalformedFrameException.class);
    }
  }

  @Test
  void numbersReadBackAsWritten() {
    Random random = new Random(1);
    WireWriter out = new WireWriter();
    for (int i = 0; i < 10_000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      out.clear();
      out.varlong(value);
      out.varint((int) value);
      out.i64(value);
      out.i32((int) value);
      out.u8((int) value);
      out.f64(Double.longBitsToDouble(value));
      out.text("ü" + value);
      WireReader in = new WireReader(out.bytes(), 0, out.size());
      assertThat(in.varlong()).isEqualTo(value);
      assertThat(in.varint()).isEqualTo((int) value);
      assertThat(in.i64()).isEqualTo(value);
      assertThat(in.i32()).isEqualTo((int) value);
      assertThat(in.u8()).isEqualTo((int) value & 0xff);
      assertThat(Double.doubleToRawLongBits(in.f64())).isEqualTo(value);
      assertThat(in.text()).isEqualTo("ü" + value);
      assertThat(in.remaining()).isZero();
    }
  }
}
