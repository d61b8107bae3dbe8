package io.slotferry.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestParserTest {

  /** A client's connection: what arrives is kept in an array that is compacted and grows. */
  private static final class Connection {
    final RequestParser parser = new RequestParser();
    final List<List<String>> commands = new ArrayList<>();
    byte[] bytes = new byte[8];
    int from;
    int to;
    String error = "";

    void receive(byte[] source, int offset, int length) {
      int kept = to - from;
      byte[] target = kept + length > bytes.length ? new byte[2 * (kept + length)] : bytes;
      System.arraycopy(bytes, from, target, 0, kept);
      System.arraycopy(source, offset, target, kept, length);
      bytes = target;
      from = 0;
      to = kept + length;
      int next;
      while ((next = parser.parse(bytes, from, to)) >= 0) {
        assertThat(next).isBetween(from + 1, to);
        commands.add(arguments(parser.request()));
        from = next;
      }
      if (next == RequestParser.INCOMPLETE) {
        from = parser.commandStart();
        assertThat(from).isBetween(0, to);
      } else {
        error = parser.error();
      }
    }

    void receive(String text) {
      byte[] source = text.getBytes(ISO_8859_1);
      receive(source, 0, source.length);
    }
  }

  private static List<String> arguments(Request request) {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < request.count(); i++) {
      arguments.add(request.text(i));
    }
    return arguments;
  }

  private static List<List<String>> commands(String text) {
    Connection connection = new Connection();
    connection.receive(text);
    assertThat(connection.error).isEmpty();
    return connection.commands;
  }

  private static String error(String text) {
    Connection connection = new Connection();
    connection.receive(text);
    return connection.error;
  }

  @Test
  void readsPipelinedArraysOfBulkStrings() {
    assertThat(commands("*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n\r\n\0\377\r\n"))
        .containsExactly(List.of("PING"), List.of("SET", "", "\r\n\0\377"));
  }

  @Test
  void readsInlineCommandsWithQuotesAndEscapes() {
    assertThat(commands("ECHO \"a\\x41\\n\\q\\\"z\"\r\n"))
        .containsExactly(List.of("ECHO", "aA\nq\"z"));
    assertThat(commands("ECHO 'a\\'b\\n'\n")).containsExactly(List.of("ECHO", "a'b\\n"));
    assertThat(commands("  SET\tfoo\"bar baz\"  ''\r\n"))
        .containsExactly(List.of("SET", "foobar baz", ""));
    assertThat(commands("ECHO a\u000bb \"\\x4\\\\\"\r\n"))
        .containsExactly(List.of("ECHO", "a\u000bb", "x4\\"));
  }

  @Test
  void skipsEmptyCommands() {
    assertThat(commands("\r\n\n   \r\n*0\r\n*-1\r\n*-9\r\nPING\r\n"))
        .containsExactly(List.of("PING"));
  }

  @Test
  void emptyCommandsNeedNotBeKept() {
    Connection connection = new Connection();
    connection.receive("\r\n\r\n*0\r\n\r");
    assertThat(connection.to - connection.from).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "*01, invalid multibulk length",
        "*, invalid multibulk length",
        "*x, invalid multibulk length",
        "*1048577, invalid multibulk length",
        "*2147483648, invalid multibulk length",
        "*99999999999999999999999, invalid multibulk length",
        "*1|@3, `expected '$', got '@'`",
        "*1|, `expected '$', got '\r'`",
        "*1|$-1, invalid bulk length",
        "*1|$, invalid bulk length",
        "*1|$536870913, invalid bulk length",
        "SET \"a\"b, unbalanced quotes in request",
        "SET \"a, unbalanced quotes in request",
        "SET 'a, unbalanced quotes in request"
      })
  void refusesWhatRedisRefuses(String input, String reason) {
    assertThat(error(input.replace("|", "\r\n") + "\r\n"))
        .isEqualTo("ERR Protocol error: " + reason);
  }

  @Test
  void refusesLinesThatDoNotEnd() {
    String ones = "1".repeat(RequestParser.LINE_BYTES_MAX);
    assertThat(error(ones)).isEmpty();
    assertThat(error(ones + "1")).isEqualTo("ERR Protocol error: too big inline request");
    assertThat(error("*" + ones)).isEqualTo("ERR Protocol error: too big mbulk count string");
    assertThat(error("*1\r\n$" + ones)).isEqualTo("ERR Protocol error: too big bulk count string");
  }

  @Test
  void limitsClientsThatHaveNotAuthenticated() {
    for (String[] inputAndReason :
        new String[][] {
          {"*11\r\n", "unauthenticated multibulk length"},
          {"*2\r\n$4\r\nAUTH\r\n$16385\r\n", "unauthenticated bulk length"}
        }) {
      Connection connection = new Connection();
      connection.parser.authenticated(false);
      connection.receive(inputAndReason[0]);
      assertThat(connection.error).isEqualTo("ERR Protocol error: " + inputAndReason[1]);
      assertThat(error(inputAndReason[0])).isEmpty();
    }
  }

  @Test
  void limitsTheWholeCommand() {
    Connection connection = new Connection();
    connection.parser.bulkBytesMax(10_000_000_000L);
    connection.receive("*2\r\n$3\r\nGET\r\n$1073741824\r\n");
    assertThat(connection.error).isEqualTo("ERR Protocol error: too big request");
  }

  @Test
  void staysFailed() {
    Connection connection = new Connection();
    connection.receive("*x\r\n");
    connection.receive("PING\r\n");
    assertThat(connection.commands).isEmpty();
    assertThat(connection.error).isEqualTo("ERR Protocol error: invalid multibulk length");
  }

  @Test
  void tellsHowMuchIsToCome() {
    Connection connection = new Connection();
    connection.receive("*2\r\n$3\r\nGET\r\n$500000000\r\nabc");
    int header = "*2\r\n$3\r\nGET\r\n$500000000\r\n".length();
    assertThat(connection.parser.bytesWanted()).isEqualTo(header + 500_000_000 + 2);
    // No memory for what was only announced.
    assertThat(connection.parser.capacityWanted(header + 3)).isLessThanOrEqualTo(64 << 10);
    assertThat(connection.parser.capacityWanted(50 << 20)).isEqualTo(100 << 20);
    assertThat(connection.parser.capacityWanted(60 << 20)).isEqualTo(header + 500_000_000 + 2);
    assertThat(connection.parser.capacityWanted(400 << 20)).isEqualTo(header + 500_000_000 + 2);
  }

  @Test
  void wantsNoMoreForASmallCommandThanItTakes() {
    Connection connection = new Connection();
    String arrived = "*2\r\n$3\r\nGET\r\n$1000\r\n";
    connection.receive(arrived);
    assertThat(connection.parser.capacityWanted(arrived.length()))
        .isEqualTo(arrived.length() + 1000 + 2);
  }

  /** Work that grew with the square of the pieces would take minutes here. */
  @Test
  void doesNotStartOverWithABigCommand() {
    int arguments = 1_000_000;
    StringBuilder text = new StringBuilder("*" + arguments + "\r\n");
    for (int i = 0; i < arguments; i++) {
      text.append("$3\r\nabc\r\n");
    }
    byte[] bytes = text.toString().getBytes(ISO_8859_1);
    RequestParser parser = new RequestParser();
    int steps = 0;
    for (int to = 64; to < bytes.length; to += 64) {
      assertThat(parser.parse(bytes, 0, to) == RequestParser.INCOMPLETE).isTrue();
      steps++;
    }
    assertThat(parser.parse(bytes, 0, bytes.length)).isEqualTo(bytes.length);
    assertThat(parser.request().count()).isEqualTo(arguments);
    assertThat(steps).isGreaterThan(100_000);
  }

  @Test
  void anySplitGivesTheSameCommands() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      byte[] input = randomInput(random);
      Connection whole = new Connection();
      whole.receive(input, 0, input.length);
      Connection pieces = new Connection();
      for (int at = 0; at < input.length && pieces.error.isEmpty(); ) {
        int length = Math.min(input.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 40));
        pieces.receive(input, at, length);
        at += length;
      }
      assertThat(pieces.commands).as("seed %d", seed).isEqualTo(whole.commands);
      assertThat(pieces.error).as("seed %d", seed).isEqualTo(whole.error);
    }
  }

  @Test
  void commandsReadBackAsWritten() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<List<String>> expected = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(5); i >= 0; i--) {
        List<String> command = randomCommand(random);
        expected.add(command);
        appendArray(text, command);
      }
      assertThat(commands(text.toString())).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @Test
  void randomBytesNeverThrowNorLoop() {
    byte[] alphabet = "*$\r\n\r\n0123456789-\"'\\x aZ\0\377".getBytes(ISO_8859_1);
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] input = new byte[random.nextInt(120)];
      random.nextBytes(input);
      if (seed % 4 != 0) {
        for (int i = 0; i < input.length; i++) {
          input[i] = alphabet[random.nextInt(alphabet.length)];
        }
      }
      Connection connection = new Connection();
      int half = input.length / 2;
      connection.receive(input, 0, half);
      connection.receive(input, half, input.length - half);
      assertThat(connection.commands.size()).as("seed %d", seed).isLessThanOrEqualTo(input.length);
    }
  }

  /** Mostly valid: arrays, inline commands, empty ones; sometimes bytes that break it. */
  private static byte[] randomInput(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> text.append("*0\r\n");
        case 1 -> text.append("\r\n");
        case 2 -> text.append("SET \"a \\x41\" 'b c' d").append(random.nextInt()).append("\r\n");
        case 3 -> text.append("get k\n");
        default -> appendArray(text, randomCommand(random));
      }
    }
    byte[] input = text.toString().getBytes(ISO_8859_1);
    if (random.nextInt(3) == 0) {
      input[random.nextInt(input.length)] = (byte) random.nextInt(256);
    }
    return Arrays.copyOf(input, input.length - random.nextInt(2));
  }

  private static List<String> randomCommand(Random random) {
    List<String> command = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      byte[] argument = new byte[random.nextInt(random.nextInt(10) == 0 ? 500 : 12)];
      random.nextBytes(argument);
      command.add(new String(argument, ISO_8859_1));
    }
    return command;
  }

  private static void appendArray(StringBuilder text, List<String> command) {
    text.append('*').append(command.size()).append("\r\n");
    for (String argument : command) {
      text.append('$').append(argument.length()).append("\r\n").append(argument).append("\r\n");
    }
  }

  @Test
  void parsesAgainAfterARewind() {
    byte[] bytes = "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n".getBytes(ISO_8859_1);
    int arrived = bytes.length - 3;
    RequestParser parser = new RequestParser();
    int second = parser.parse(bytes, 0, arrived);
    assertThat(parser.parse(bytes, second, arrived)).isEqualTo(RequestParser.INCOMPLETE);
    parser.rewind();
    assertThat(parser.parse(bytes, 0, arrived)).isEqualTo(second);
    assertThat(arguments(parser.request())).containsExactly("PING");
    assertThat(parser.parse(bytes, second, bytes.length)).isEqualTo(bytes.length);
    assertThat(arguments(parser.request())).containsExactly("ECHO", "abc");
  }

  @Test
  void anErrorIsForgottenByARewind() {
    byte[] bytes = "PING\r\n*x\r\n".getBytes(ISO_8859_1);
    RequestParser parser = new RequestParser();
    int second = parser.parse(bytes, 0, bytes.length);
    assertThat(parser.parse(bytes, second, bytes.length)).isEqualTo(RequestParser.FAILED);
    parser.rewind();
    assertThat(parser.parse(bytes, 0, bytes.length)).isEqualTo(second);
    assertThat(parser.parse(bytes, second, bytes.length)).isEqualTo(RequestParser.FAILED);
  }

  @Test
  void aTakenRequestStaysAsItIs() {
    byte[] bytes = "GET a\r\nGET b\r\n".getBytes(ISO_8859_1);
    RequestParser parser = new RequestParser();
    int second = parser.parse(bytes, 0, bytes.length);
    Request taken = parser.takeRequest(new Request());
    parser.parse(bytes, second, bytes.length);
    assertThat(arguments(taken)).containsExactly("GET", "a");
    assertThat(arguments(parser.request())).containsExactly("GET", "b");
  }
}
