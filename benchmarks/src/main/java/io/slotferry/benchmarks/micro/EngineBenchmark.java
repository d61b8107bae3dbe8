package io.slotferry.benchmarks.micro;

import io.slotferry.engine.Engine;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.Slots;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One command executed by the engine: handler, table, reply and effect, without the log. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineBenchmark {
  private static final String VALUE = "xxxxxxxxxxxxxxxx";
  private static final long NOW_MILLIS = 1_700_000_000_000L;

  @Param({"GET", "SET", "INCR", "LPUSH", "HSET", "ZADD"})
  public String command = "GET";

  private final ShardCall call = new ShardCall();
  private final ReplyWriter reply = new ReplyWriter();
  private final Engine engine =
      new Engine(
          EngineBenchmark::partitionOf,
          (keyspace, partition, effect) -> {},
          new Random(1),
          () -> 0);
  private Keys keys = new Keys("PING");

  private static int partitionOf(int keyspace, byte[] buffer, int start, int length) {
    return Slots.slotOf(buffer, start, length);
  }

  /** Every key is there already, as at a server that is in use. */
  @Setup
  public void fill() {
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      engine.store().create(slot);
    }
    keys =
        switch (command) {
          case "GET" -> new Keys("GET", "key:%d");
          case "SET" -> new Keys("SET", "key:%d", VALUE);
          case "INCR" -> new Keys("INCR", "counter:%d");
          case "LPUSH" -> new Keys("LPUSH", "list:%d", VALUE);
          case "HSET" -> new Keys("HSET", "hash:%d", "field", VALUE);
          case "ZADD" -> new Keys("ZADD", "zset:%d", "1", "member");
          default -> throw new IllegalArgumentException(command);
        };
    for (int i = 0; i < Keys.COUNT; i++) {
      execute(Keys.request(i, "SET", "key:%d", VALUE));
    }
    for (int i = 0; i < Keys.COUNT; i++) {
      execute(keys.next());
    }
  }

  private void execute(Request request) {
    Command found = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    if (found == null) {
      throw new IllegalStateException("no such command");
    }
    call.command = found;
    call.partition = partitionOf(0, request.buffer(), request.start(1), request.length(1));
    reply.clear();
    engine.execute(call, request, reply, NOW_MILLIS);
  }

  @Benchmark
  public int execute() {
    execute(keys.next());
    return reply.size();
  }
}
