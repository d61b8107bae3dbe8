package io.slotferry.benchmarks.micro;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.protocol.Request;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One key found, and one removed and inserted again, among as many as a table may have. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyTableBenchmark {
  @Param({"64", "65536"})
  public int size = 64;

  private KeyTable table = new KeyTable();
  private Request[] keys = {};
  private int next;

  @Setup
  public void fill() {
    table = new KeyTable();
    keys = new Request[size];
    for (int i = 0; i < size; i++) {
      keys[i] = Keys.request(i, "key:%d");
      insert(keys[i]);
    }
  }

  private static int hash(Request key) {
    return KeyHash.hash(key.buffer(), key.start(0), key.length(0));
  }

  private int find(Request key) {
    return table.find(hash(key), key.buffer(), key.start(0), key.length(0));
  }

  private int insert(Request key) {
    byte[] buffer = key.buffer();
    EntryMemory memory = table.memory();
    memory.release();
    int entry =
        memory.add(
            buffer, key.start(0), key.length(0), buffer, 0, key.length(0), EntryMemory.NO_EXPIRY);
    return table.insert(find(key), hash(key), entry);
  }

  private Request nextKey() {
    next = next + 7919 & size - 1;
    return keys[next];
  }

  @Benchmark
  public int find() {
    return find(nextKey());
  }

  @Benchmark
  public int removeAndInsert() {
    Request key = nextKey();
    table.remove(find(key));
    return insert(key);
  }
}
