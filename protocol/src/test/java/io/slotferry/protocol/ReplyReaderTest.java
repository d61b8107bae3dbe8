package io.slotferry.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.protocol.Reply.Array;
import io.slotferry.protocol.Reply.BigNumber;
import io.slotferry.protocol.Reply.Bool;
import io.slotferry.protocol.Reply.BulkString;
import io.slotferry.protocol.Reply.Distinct;
import io.slotferry.protocol.Reply.Int;
import io.slotferry.protocol.Reply.Nil;
import io.slotferry.protocol.Reply.Pair;
import io.slotferry.protocol.Reply.Pairs;
import io.slotferry.protocol.Reply.Push;
import io.slotferry.protocol.Reply.Real;
import io.slotferry.protocol.Reply.SimpleError;
import io.slotferry.protocol.Reply.SimpleString;
import io.slotferry.protocol.Reply.Verbatim;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {

  private static ReplyReader reader(String resp) {
    byte[] bytes = ("x" + resp + "x").getBytes(ISO_8859_1);
    return new ReplyReader(bytes, 1, bytes.length - 2);
  }

  private static Reply read(String resp) {
    ReplyReader reader = reader(resp);
    Reply reply = reader.read();
    assertThat(reader.remaining()).isZero();
    return reply;
  }

  private static BulkString bulk(String text) {
    return new BulkString(text.getBytes(ISO_8859_1));
  }

  @Test
  void readsEveryType() {
    assertThat(read("+OK\r\n")).isEqualTo(new SimpleString("OK"));
    assertThat(read("-ERR no\r\n")).isEqualTo(new SimpleError("ERR no"));
    assertThat(read("!6\r\nERR no\r\n")).isEqualTo(new SimpleError("ERR no"));
    assertThat(read(":-12\r\n")).isEqualTo(new Int(-12));
    assertThat(read("$3\r\na\r\n\r\n")).isEqualTo(bulk("a\r\n"));
    assertThat(read("$0\r\n\r\n")).isEqualTo(bulk(""));
    assertThat(read("$-1\r\n")).isEqualTo(new Nil());
    assertThat(read("*-1\r\n")).isEqualTo(new Nil());
    assertThat(read("_\r\n")).isEqualTo(new Nil());
    assertThat(read(",1.5\r\n")).isEqualTo(new Real(1.5));
    assertThat(read(",-inf\r\n")).isEqualTo(new Real(Double.NEGATIVE_INFINITY));
    assertThat(read(",nan\r\n")).isEqualTo(new Real(Double.NaN));
    assertThat(read("#t\r\n")).isEqualTo(new Bool(true));
    assertThat(read("#f\r\n")).isEqualTo(new Bool(false));
    assertThat(read("(123456789012345678901\r\n"))
        .isEqualTo(new BigNumber("123456789012345678901"));
    assertThat(read("=7\r\ntxt:abc\r\n")).isEqualTo(new Verbatim("txt", "abc"));
    assertThat(read("*2\r\n:1\r\n*0\r\n"))
        .isEqualTo(new Array(List.of(new Int(1), new Array(List.of()))));
    assertThat(read("%1\r\n+k\r\n~1\r\n:2\r\n"))
        .isEqualTo(
            new Pairs(List.of(new Pair(new SimpleString("k"), new Distinct(List.of(new Int(2)))))));
    assertThat(read(">1\r\n+p\r\n")).isEqualTo(new Push(List.of(new SimpleString("p"))));
    assertThat(read("|1\r\n+ttl\r\n:5\r\n*1\r\n|1\r\n+a\r\n+b\r\n:7\r\n"))
        .isEqualTo(new Array(List.of(new Int(7))));
  }

  @Test
  void stepsThroughForMerging() {
    ReplyReader reader = reader("*3\r\n$1\r\na\r\n*1\r\n%1\r\n:1\r\n:2\r\n$-1\r\n-ERR x\r\n");
    assertThat(reader.next()).isTrue();
    assertThat(reader.type()).isEqualTo((byte) '*');
    assertThat(reader.elements()).isEqualTo(3);
    assertThat(reader.isNull()).isFalse();
    int start = reader.position();
    assertThat(reader.skip()).isTrue();
    assertThat(reader.position() - start).isEqualTo("$1\r\na\r\n".length());
    start = reader.position();
    assertThat(reader.skip()).isTrue();
    assertThat(reader.position() - start).isEqualTo("*1\r\n%1\r\n:1\r\n:2\r\n".length());
    assertThat(reader.next()).isTrue();
    assertThat(reader.isNull()).isTrue();
    assertThat(reader.isErrorNext()).isTrue();
    assertThat(reader.next()).isTrue();
    assertThat(reader.isError()).isTrue();
    assertThat(reader.text()).isEqualTo("ERR x");
    assertThat(reader.next()).isFalse();
    assertThat(reader.isErrorNext()).isFalse();
  }

  @Test
  void aNegativeIntegerIsNoNull() {
    ReplyReader reader = reader(":-1\r\n");
    assertThat(reader.next()).isTrue();
    assertThat(reader.isNull()).isFalse();
    assertThat(reader.integer()).isEqualTo(-1);
  }

  @Test
  void whatHasNotComeCompletelyStaysWhereItIs() {
    String resp = "*2\r\n$5\r\nhello\r\n%1\r\n=5\r\ntxt:x\r\n,1.5\r\n";
    for (int length = 0; length < resp.length(); length++) {
      ReplyReader reader = reader(resp.substring(0, length));
      int start = reader.position();
      assertThat(reader.skip()).as("of %d bytes", length).isFalse();
      assertThat(reader.position()).isEqualTo(start);
      assertThat(reader.read()).isNull();
      assertThat(reader.position()).isEqualTo(start);
    }
    assertThat(read(resp)).isInstanceOf(Array.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?\r\n", "OK\r\n", "$x\r\n", "$-2\r\n", "*01\r\n", "*2147483648\r\n", ":\r\n"})
  void refusesWhatIsNoReply(String resp) {
    assertThatThrownBy(() -> reader(resp).next()).isInstanceOf(MalformedReplyException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {",x\r\n", "=3\r\nabc\r\n"})
  void refusesToMakeATreeOfNonsense(String resp) {
    assertThatThrownBy(() -> reader(resp).read()).isInstanceOf(MalformedReplyException.class);
  }

  @Test
  void boundsTheLevelsOfATree() {
    assertThat(read("*1\r\n".repeat(127) + ":1\r\n")).isInstanceOf(Array.class);
    String deep = "*1\r\n".repeat(100_000) + ":1\r\n";
    assertThat(reader(deep).skip()).isTrue();
    assertThatThrownBy(() -> reader(deep).read()).isInstanceOf(MalformedReplyException.class);
  }

  @Test
  void aHeaderMayBeWrittenAfterWhatItCounts() {
    for (int version = 2; version <= 3; version++) {
      ReplyWriter reply = new ReplyWriter(1);
      reply.useProtocol(version);
      reply.array(2);
      int start = reply.size();
      reply.bulk("a");
      reply.integer(1);
      reply.mapFrom(start, 1);
      reply.arrayFrom(reply.size(), 0);
      String map = version == 3 ? "%1" : "*2";
      assertThat(new String(reply.toByteArray(), ISO_8859_1))
          .isEqualTo("*2\r\n" + map + "\r\n$1\r\na\r\n:1\r\n*0\r\n");
    }
  }

  @Test
  void repliesReadBackAsWritten() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      boolean resp3 = random.nextBoolean();
      ReplyWriter writer = new ReplyWriter(1);
      writer.useProtocol(resp3 ? 3 : 2);
      Reply expected = write(writer, random, resp3, 4);
      ReplyReader reader = new ReplyReader(writer.bytes(), 0, writer.size());
      assertThat(reader.read()).as("seed %d", seed).isEqualTo(expected);
      assertThat(reader.remaining()).isZero();
    }
  }

  /** Writes something of a random type; returns what a reader should make of it. */
  private static Reply write(ReplyWriter out, Random random, boolean resp3, int levels) {
    return switch (random.nextInt(levels == 0 ? 8 : 12)) {
      case 0 -> {
        out.simple("PONG");
        yield new SimpleString("PONG");
      }
      case 1 -> {
        out.error("ERR a\r\nb");
        yield new SimpleError("ERR a  b");
      }
      case 2 -> {
        long value = random.nextLong() >> random.nextInt(64);
        out.integer(value);
        yield new Int(value);
      }
      case 3 -> {
        byte[] value = new byte[random.nextInt(50)];
        random.nextBytes(value);
        out.bulk(value);
        yield new BulkString(value);
      }
      case 4 -> {
        if (random.nextBoolean()) {
          out.nullBulk();
        } else {
          out.nullArray();
        }
        yield new Nil();
      }
      case 5 -> {
        double value = DecimalTest.randomDouble(random);
        out.doubleValue(value);
        yield resp3 ? new Real(value) : bulk(Decimal.format(value));
      }
      case 6 -> {
        out.bool(true);
        yield resp3 ? new Bool(true) : new Int(1);
      }
      case 7 -> {
        out.verbatim("txt", "line\r\n");
        yield resp3 ? new Verbatim("txt", "line\r\n") : bulk("line\r\n");
      }
      case 8 -> {
        int pairs = random.nextInt(4);
        out.map(pairs);
        List<Reply> flat = writeAll(out, random, resp3, levels, 2 * pairs);
        yield resp3 ? new Pairs(paired(flat)) : new Array(flat);
      }
      case 9 -> {
        int count = random.nextInt(4);
        out.set(count);
        List<Reply> elements = writeAll(out, random, resp3, levels, count);
        yield resp3 ? new Distinct(elements) : new Array(elements);
      }
      default -> {
        int count = random.nextInt(4);
        out.array(count);
        yield new Array(writeAll(out, random, resp3, levels, count));
      }
    };
  }

  private static List<Reply> writeAll(
      ReplyWriter out, Random random, boolean resp3, int levels, int count) {
    List<Reply> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(write(out, random, resp3, levels - 1));
    }
    return elements;
  }

  private static List<Pair> paired(List<Reply> flat) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < flat.size(); i += 2) {
      pairs.add(new Pair(flat.get(i), flat.get(i + 1)));
    }
    return pairs;
  }
}
