package io.slotferry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.RequestParser;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.shard.ShardCall;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is done for every command makes no garbage: from the bytes of a request to those of its
 * reply.
 */
class HotPathAllocationTest {
  private static final int ROUNDS = 20_000;

  /** A round that makes even the smallest object makes 8 bytes. */
  private static final double BYTES_PER_ROUND_MAX = 0.5;

  private static final long NOW_MILLIS = 1_700_000_000_000L;

  private final Engine engine =
      new Engine(
          EngineFixture::partitionOf, (keyspace, partition, effect) -> {}, new Random(1), () -> 0);
  private final ShardCall call = new ShardCall();
  private final RequestParser parser = new RequestParser();
  private final ReplyWriter reply = new ReplyWriter();

  HotPathAllocationTest() {
    for (int id = 0; id < EngineFixture.PARTITIONS; id++) {
      engine.store().create(id);
    }
  }

  private void execute(byte[] bytes) {
    int end = parser.parse(bytes, 0, bytes.length);
    Request request = parser.request();
    Command command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    if (end != bytes.length || command == null) {
      throw new AssertionError("not a command");
    }
    call.command = command;
    call.partition =
        EngineFixture.partitionOf(0, request.buffer(), request.start(1), request.length(1));
    reply.clear();
    engine.execute(call, request, reply, NOW_MILLIS);
  }

  private double bytesPerRound(byte[]... commands) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    long before = threads.getThreadAllocatedBytes(id);
    for (int i = 0; i < ROUNDS; i++) {
      for (byte[] command : commands) {
        execute(command);
      }
    }
    return (double) (threads.getThreadAllocatedBytes(id) - before) / ROUNDS;
  }

  private static byte[] resp(String... arguments) {
    ReplyWriter out = new ReplyWriter();
    out.array(arguments.length);
    for (String argument : arguments) {
      out.bulk(argument.getBytes(StandardCharsets.US_ASCII));
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET key", "SET key abcdefghijklmnop", "EXISTS key", "STRLEN key"})
  void aCommandOnAKeyThatIsThereMakesNoGarbage(String command) {
    execute(resp("SET", "key", "ponmlkjihgfedcba"));
    byte[] bytes = resp(command.split(" "));
    bytesPerRound(bytes);
    assertThat(bytesPerRound(bytes)).isLessThan(BYTES_PER_ROUND_MAX);
  }

  @Test
  void valuesOfOtherLengthsMakeNoGarbageEither() {
    byte[] shorter = resp("SET", "key", "short");
    byte[] longer = resp("SET", "key", "l".repeat(1000));
    bytesPerRound(shorter, longer);
    assertThat(bytesPerRound(shorter, longer)).isLessThan(BYTES_PER_ROUND_MAX);
  }

  /** That the measure above measures anything: these are too large for a block. */
  @Test
  void largeValuesOfOtherLengthsMakeGarbage() {
    byte[] large = resp("SET", "key", "l".repeat(40_000));
    assertThat(bytesPerRound(large, resp("SET", "key", "longer"))).isGreaterThan(40_000);
  }
}
