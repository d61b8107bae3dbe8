package io.slotferry.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.Reply.Array;
import io.slotferry.protocol.Reply.BulkString;
import io.slotferry.protocol.Reply.Int;
import io.slotferry.protocol.Reply.SimpleError;
import io.slotferry.protocol.Reply.SimpleString;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a real Redis says about commands and numbers is what we say. */
class RedisComparisonTest {
  private static final int COMPARED_FLAGS =
      CommandFlags.WRITE
          | CommandFlags.READONLY
          | CommandFlags.DENYOOM
          | CommandFlags.FAST
          | CommandFlags.BLOCKING
          | CommandFlags.NO_AUTH
          | CommandFlags.MOVABLE_KEYS;

  /** Commands that Redis does not have. */
  private static final Set<Command> OWN = EnumSet.of(Command.KEYRANGE);

  /** Commands that Redis has had since 7.2, 7.4 or 8.0. */
  private static final Set<Command> NEWER =
      EnumSet.of(
          Command.WAITAOF,
          Command.HEXPIRE,
          Command.HPEXPIRE,
          Command.HEXPIREAT,
          Command.HPEXPIREAT,
          Command.HTTL,
          Command.HPTTL,
          Command.HEXPIRETIME,
          Command.HPEXPIRETIME,
          Command.HPERSIST,
          Command.HGETDEL,
          Command.HGETEX,
          Command.HSETEX);

  /** Redis describes only its subcommands; our row says what all of those that take a key need. */
  private static final Map<Command, String> CONTAINERS =
      Map.of(
          Command.OBJECT, "encoding",
          Command.MEMORY, "usage",
          Command.XGROUP, "create",
          Command.XINFO, "stream");

  /** Take an option (WITHSCORE) that Redis has had since 7.2. */
  private static final Set<Command> GREW = Set.of(Command.ZRANK, Command.ZREVRANK);

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    if (redis != null) {
      redis.close();
    }
  }

  @Test
  void rowsAreThoseOfRedis() {
    SoftAssertions softly = new SoftAssertions();
    for (Command command : Command.ofClients()) {
      if (!OWN.contains(command) && !NEWER.contains(command)) {
        compareRow(softly, command);
      }
    }
    softly.assertAll();
  }

  private static void compareRow(SoftAssertions softly, Command command) {
    String subcommand = CONTAINERS.get(command);
    String name = command.lowerName() + (subcommand == null ? "" : "|" + subcommand);
    Array infos = (Array) redis.call("COMMAND", "INFO", name);
    if (!(infos.elements().getFirst() instanceof Array row)) {
      softly.fail("Redis does not know %s", name);
      return;
    }
    List<Reply> info = row.elements();
    softly
        .assertThat(List.of(command.firstKey(), command.lastKey(), command.keyStep()))
        .as("key positions of %s", name)
        .isEqualTo(List.of(integer(info.get(3)), integer(info.get(4)), integer(info.get(5))));
    softly
        .assertThat(comparedFlags(command))
        .as("flags of %s", name)
        .isEqualTo(comparedFlags(info));
    if (subcommand == null && !GREW.contains(command)) {
      softly.assertThat(command.arity()).as("arity of %s", name).isEqualTo(integer(info.get(1)));
    }
  }

  private static int integer(Reply reply) {
    return (int) ((Int) reply).value();
  }

  private static Set<String> comparedFlags(Command command) {
    return Set.of(CommandFlags.names(command.flags() & COMPARED_FLAGS));
  }

  private static Set<String> comparedFlags(List<Reply> info) {
    List<String> compared = List.of(CommandFlags.names(COMPARED_FLAGS));
    List<String> flags = new ArrayList<>();
    for (Reply flag : ((Array) info.get(2)).elements()) {
      String name = ((SimpleString) flag).text();
      if (compared.contains(name)) {
        flags.add(name);
      }
    }
    return Set.copyOf(flags);
  }

  @Test
  void doublesAreWrittenAsByRedis() {
    Random random = new Random(5);
    for (int i = 0; i < 3_000; i++) {
      double value = DecimalTest.randomDouble(random);
      if (value == 0) {
        // Redis' compact sorted sets lose the sign of zero.
        continue;
      }
      redis.call("ZADD", "z", Double.toString(value), "m");
      assertThat(redis.call("ZSCORE", "z", "m"))
          .isEqualTo(new BulkString(Decimal.format(value).getBytes(ISO_8859_1)));
    }
  }

  @Test
  void doublesAreReadAsByRedis() {
    String alphabet = "0123456789012345678901234567890123456789.e+-in";
    Random random = new Random(6);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      if (random.nextBoolean()) {
        text.append(random.nextInt(2_000) - 1_000).append('.').append(random.nextInt(1_000));
        text.append(random.nextBoolean() ? "e" : "e-").append(random.nextInt(340));
      }
      for (int length = random.nextInt(6); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      byte[] bytes = text.toString().getBytes(ISO_8859_1);
      double value = Decimal.toDouble(bytes, 0, bytes.length);
      redis.call("DEL", "z");
      Reply added = redis.call("ZADD", "z", text.toString(), "m");
      if (Double.isNaN(value)) {
        assertThat(added).as(text.toString()).isInstanceOf(SimpleError.class);
      } else {
        String expected = value == 0 ? "0" : Decimal.format(value);
        assertThat(redis.call("ZSCORE", "z", "m"))
            .as(text.toString())
            .isEqualTo(new BulkString(expected.getBytes(ISO_8859_1)));
      }
    }
  }
}
