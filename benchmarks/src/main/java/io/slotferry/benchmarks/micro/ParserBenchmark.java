package io.slotferry.benchmarks.micro;

import io.slotferry.protocol.RequestParser;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** From bytes to a command. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParserBenchmark {
  private final byte[] get = Keys.ascii("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000012345\r\n");
  private final byte[] set =
      Keys.ascii("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000012345\r\n$16\r\nxxxxxxxxxxxxxxxx\r\n");
  private final byte[] name = Keys.ascii("GETxZADDxhset");
  private final RequestParser parser = new RequestParser();

  @Benchmark
  public int parseGet() {
    return parser.parse(get, 0, get.length);
  }

  @Benchmark
  public int parseSet() {
    return parser.parse(set, 0, set.length);
  }

  @Benchmark
  public @Nullable Command lookUpGet() {
    return CommandTable.lookup(name, 0, 3);
  }

  @Benchmark
  public @Nullable Command lookUpZadd() {
    return CommandTable.lookup(name, 4, 4);
  }

  @Benchmark
  public @Nullable Command lookUpLowerCase() {
    return CommandTable.lookup(name, 9, 4);
  }
}
