package io.slotferry.engine.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.engine.EngineFixture;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A replica that has all effects answers reads as the leader does, and changes nothing: the
 * follower's sink fails when it is given an effect. Keys and fields expire meanwhile.
 */
class ReplicaReadsTest {
  private static final int SEEDS = 6;
  private static final int STEPS = 4_000;
  private static final int MEMBERS = 12;

  /** Their replies are chance. */
  private static final Set<Command> RANDOM =
      Set.of(Command.SRANDMEMBER, Command.HRANDFIELD, Command.ZRANDMEMBER);

  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void answersAsTheLeader(long seed) {
    Random random = new Random(seed);
    EngineFixture leader = new EngineFixture(seed);
    Engine replica = leader.follow();
    for (int id = 0; id < EngineFixture.PARTITIONS; id++) {
      replica.store().create(id);
    }
    Map<Command, Integer> answered = new EnumMap<>(Command.class);
    int left = 0;
    for (int step = 0; step < STEPS; step++) {
      CommandRows.Row row = CommandRows.ALL.get(random.nextInt(CommandRows.ALL.size()));
      List<String> command = row.template().expand(random, MEMBERS);
      leader.nowMillis += random.nextInt(50) == 0 ? random.nextInt(200_000) : 1;
      Command name = Command.valueOf(command.getFirst());
      String read = "";
      boolean isRead = name.replicaMayAnswer() && name.accepts(command.size());
      if (isRead) {
        read = read(replica, name, command, leader.nowMillis);
        left += read.isEmpty() ? 1 : 0;
      }
      String reply = leader.reply(command.toArray(String[]::new));
      if (!read.isEmpty() && !RANDOM.contains(name)) {
        assertThat(inAnyOrder(read)).as("%s", command).isEqualTo(inAnyOrder(reply));
        answered.merge(name, 1, Integer::sum);
      }
    }
    assertThat(answered).hasSizeGreaterThan(30);
    assertThat(left).as("left to the leader").isPositive();
  }

  /** Empty when it is left to the leader. */
  private static String read(Engine replica, Command name, List<String> command, long nowMillis) {
    ShardCall call = new ShardCall();
    call.command = name;
    Request request = Request.of(command.toArray(String[]::new));
    int key = name.firstKey();
    call.partition =
        key == 0
            ? ShardCall.ALL_PARTITIONS
            : EngineFixture.partitionOf(
                0, request.buffer(), request.start(key), request.length(key));
    ReplyWriter reply = new ReplyWriter();
    if (!replica.read(call, request, reply, nowMillis)) {
      assertThat(reply.size()).isZero();
      return "";
    }
    String text = new String(reply.toByteArray(), java.nio.charset.StandardCharsets.ISO_8859_1);
    return text.substring(0, text.length() - 2).replace("\r\n", " ");
  }

  /** Sets and hashes have no order, and a copy has another one than its leader. */
  private static List<String> inAnyOrder(String reply) {
    String[] words = reply.split(" ");
    Arrays.sort(words);
    return List.of(words);
  }
}
