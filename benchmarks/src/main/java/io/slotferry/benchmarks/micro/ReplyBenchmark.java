package io.slotferry.benchmarks.micro;

import io.slotferry.protocol.ReplyWriter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** From a result to bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplyBenchmark {
  private static final int ELEMENTS = 100;

  private final byte[] value = Keys.ascii("xxxxxxxxxxxxxxxx");
  private final ReplyWriter reply = new ReplyWriter();
  private long number;

  @Benchmark
  public int bulk() {
    reply.clear();
    reply.bulk(value);
    return reply.size();
  }

  @Benchmark
  public int integer() {
    reply.clear();
    reply.integer(number++);
    return reply.size();
  }

  @Benchmark
  public int hundredBulks() {
    reply.clear();
    reply.array(ELEMENTS);
    for (int i = 0; i < ELEMENTS; i++) {
      reply.bulk(value);
    }
    return reply.size();
  }
}
