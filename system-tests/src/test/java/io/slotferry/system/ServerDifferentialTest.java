package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.differential.ComparedCommands;
import io.slotferry.protocol.differential.ComparedCommands.Answerer;
import io.slotferry.protocol.differential.RawConnection;
import io.slotferry.protocol.differential.Reply;
import io.slotferry.system.ServerRows.Group;
import io.slotferry.system.ServerRows.Match;
import io.slotferry.system.ServerRows.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a gateway answers itself, and scripts, of a whole server of one shard, compared with a real
 * Redis in both versions of the protocol: seeded sequences of the rows of {@link ServerRows}, a
 * connection each. What the engine answers has its own test, {@code RedisDifferentialTest}.
 */
@TestMethodOrder(OrderAnnotation.class)
class ServerDifferentialTest {
  private static final int STEPS = 600;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Path REPORT = Path.of("target", "differential-commands.md");

  private static final ComparedCommands COMPARED =
      new ComparedCommands(Answerer.SERVER, ServerRows.EXCEPTIONS);

  private static Slotferry slotferry;
  private static RedisProcess redis;
  private static RedisProcess clusterNode;

  /** By the command: what Redis answered, and what was answered here. */
  private final Map<String, String> different = new TreeMap<>();

  @BeforeAll
  static void start(@TempDir Path folder) {
    redis = RedisProcess.start(folder);
    redis.connect().close();
    clusterNode = RedisProcess.start(folder, "--cluster-enabled", "yes");
    clusterNode.connect().close();
    slotferry = Slotferry.up("--ephemeral", "--shards", "1", "--replicas", "0");
  }

  @AfterAll
  static void stop() {
    if (slotferry != null) {
      slotferry.close();
    }
    if (clusterNode != null) {
      clusterNode.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersAsRedisDoes(Group group) throws IOException {
    for (int respVersion = 2; respVersion <= 3; respVersion++) {
      compare(group, respVersion, new Random(respVersion));
    }
    assertThat(different).isEmpty();
  }

  @ParameterizedTest(name = "RESP{0}")
  @ValueSource(ints = {2, 3})
  void countsArgumentsAsRedisDoes(int respVersion) throws IOException {
    try (RawConnection there = new RawConnection(redis.port());
        RawConnection here = new RawConnection(slotferry.respPort())) {
      there.reply(ServerRows.hello(respVersion));
      here.reply(ServerRows.hello(respVersion));
      for (List<String> command : COMPARED.wrongCounts()) {
        compare(Group.SERVER, Match.BYTES, command, respVersion, there, here);
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void everyCommandWasCompared() throws IOException {
    assertThat(COMPARED.report(REPORT)).isEmpty();
  }

  private void compare(Group group, int respVersion, Random random) throws IOException {
    RedisProcess other = group == Group.CLUSTER ? clusterNode : redis;
    try (RawConnection there = new RawConnection(other.port());
        RawConnection here = new RawConnection(slotferry.respPort())) {
      for (List<String> preparation : group.preparations(respVersion)) {
        there.reply(preparation);
        here.reply(preparation);
      }
      awaitSilence(there);
      awaitSilence(here);
      for (int step = 0; step < STEPS; step++) {
        Row row = group.rows().get(random.nextInt(group.rows().size()));
        List<String> command = row.expand(random, respVersion);
        compare(group, row.match(), command, respVersion, there, here);
        if (command.getFirst().equals("RESET")) {
          there.reply(ServerRows.hello(respVersion));
          here.reply(ServerRows.hello(respVersion));
        }
      }
      compare(group, Match.BYTES, List.of("QUIT"), respVersion, there, here);
    }
  }

  /** Subscriptions of an earlier connection may end a little later than it did. */
  private static void awaitSilence(RawConnection connection) {
    Await.until(
        "nobody is subscribed any more",
        PATIENCE,
        () ->
            isNone(connection, "CHANNELS")
                && isNone(connection, "SHARDCHANNELS")
                && isNone(connection, "NUMPAT"));
  }

  private static boolean isNone(RawConnection connection, String what) {
    try {
      return text(connection.reply(List.of("PUBSUB", what))).substring(1).equals("0 ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compare(
      Group group,
      Match match,
      List<String> command,
      int respVersion,
      RawConnection there,
      RawConnection here)
      throws IOException {
    byte[] expected = answer(group, there, command);
    byte[] actual = answer(group, here, command);
    Reply expectedReply = Reply.parse(expected);
    COMPARED.add(command, respVersion, expectedReply.isError());
    if (!match.isMet(expectedReply, Reply.parse(actual))) {
      different.put(
          "RESP" + respVersion + ' ' + String.join(" ", command),
          "%n  Redis: %s%n  here:  %s%n".formatted(text(expected), text(actual)));
    }
  }

  /** The reply, or an array of all that come. */
  private static byte[] answer(Group group, RawConnection connection, List<String> command)
      throws IOException {
    if (group != Group.MESSAGES || command.getFirst().equals("QUIT")) {
      return connection.reply(command);
    }
    List<byte[]> replies = connection.replies(command);
    if (replies.size() == 1) {
      return replies.getFirst();
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(("*" + replies.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
    replies.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.ISO_8859_1).replace("\r\n", " ");
  }
}
