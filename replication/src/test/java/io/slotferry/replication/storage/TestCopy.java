package io.slotferry.replication.storage;

import io.slotferry.engine.EffectSink;
import io.slotferry.engine.Engine;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.store.ChunkWriter;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.replication.log.LogRecords;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.topology.Slots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;

/** A copy whose loop and disk thread run only when the test says so. */
final class TestCopy {
  static final Path FOLDER = Path.of("/data/shard-1");
  private static final long START_MILLIS = 1_800_000_000_000L;
  private static final String LEFT = "pair:left";
  private static final String RIGHT = "pair:right";

  final Queue<Runnable> disk = new ArrayDeque<>();
  final Queue<Runnable> loop = new ArrayDeque<>();
  final Engine engine;
  final CopyStorage storage;
  final ReplicationLog log;

  /** Every record since offset 0, as a follower of this copy would have them. */
  final ByteArrayOutputStream history;

  private final ShardCall call = new ShardCall();
  private final ReplyWriter reply = new ReplyWriter();
  private final WireWriter record = new WireWriter();
  private long nowMillis;

  TestCopy(Volume volume, StorageSettings settings) throws IOException {
    this(FOLDER, volume, settings, new ByteArrayOutputStream());
  }

  TestCopy(Path folder, Volume volume, StorageSettings settings, ByteArrayOutputStream history)
      throws IOException {
    this.history = history;
    engine = newEngine(new Logged());
    storage =
        CopyStorage.open(folder, settings, volume, disk::offer, loop::add, engine, START_MILLIS);
    log = storage.log();
  }

  static Engine newEngine(EffectSink effects) {
    return new Engine(
        (keyspace, buffer, start, length) -> Slots.slotOf(buffer, start, length),
        effects,
        new Random(1),
        () -> 0);
  }

  /** The log, and what it brings a follower. */
  private final class Logged implements EffectSink {
    @Override
    public void effect(int keyspace, int partition, Request effect) {
      long start = log.endOffset();
      log.effect(keyspace, partition, effect);
      remember(start);
    }

    @Override
    public void beginGroup() {
      log.beginGroup();
    }

    @Override
    public void endGroup() {
      long start = log.endOffset();
      log.endGroup();
      remember(start);
    }

    private void remember(long start) {
      record.clear();
      log.read(start, record, Integer.MAX_VALUE);
      history.write(record.bytes(), 0, record.size());
    }
  }

  /** A leader of a new shard. */
  TestCopy born() {
    storage.belongTo(1);
    log.beginEpoch(1, "first");
    return this;
  }

  void execute(String... arguments) {
    execute(0, arguments);
  }

  void execute(int keyspace, String... arguments) {
    Request request = Request.of(arguments);
    call.command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    call.keyspace = keyspace;
    call.partition = ShardCall.ALL_PARTITIONS;
    if (request.count() > 1) {
      call.partition = Slots.slotOf(request.copy(1));
      engine.store().create(call.partition);
    }
    reply.clear();
    engine.execute(call, request, reply, START_MILLIS);
    if (reply.bytes()[0] == '-') {
      throw new AssertionError(String.join(" ", arguments));
    }
  }

  /** One command of a random kind on few keys, so that they change often. */
  void executeRandom(Random random) {
    String key = "key" + random.nextInt(200);
    int keyspace = random.nextInt(2);
    switch (random.nextInt(20)) {
      case 0, 1 -> execute(keyspace, "DEL", key);
      case 2, 3, 4 -> execute(keyspace, "APPEND", key, "x" + random.nextInt());
      case 5 -> execute(keyspace, "PEXPIREAT", key, Long.toString(START_MILLIS * 2 + 1));
      case 6 -> {
        if (random.nextInt(30) == 0) {
          execute(keyspace, "FLUSHDB");
        }
      }
      case 7 -> execute(keyspace, "SET", key, "y".repeat(random.nextInt(5000)));
      case 8, 9 -> engine.atomically(() -> writePair(random.nextInt()));
      default -> execute(keyspace, "SET", key, Integer.toString(random.nextInt()));
    }
  }

  private void writePair(int value) {
    execute("SET", LEFT, Integer.toString(value));
    execute("SET", RIGHT, Integer.toString(value));
  }

  /** Whether the two keys that are only ever written together have the same value. */
  boolean isPairWhole() {
    return value(LEFT).equals(value(RIGHT));
  }

  private String value(String key) {
    Request request = Request.of("GET", key);
    call.command = Command.GET;
    call.keyspace = 0;
    call.partition = Slots.slotOf(request.copy(1));
    engine.store().create(call.partition);
    reply.clear();
    engine.execute(call, request, reply, START_MILLIS);
    return new String(reply.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  void advance(long millis) {
    nowMillis += millis;
    storage.tick(nowMillis);
  }

  /** Ends the loop's turn, and lets some of what is to be done on either side happen. */
  void turn(Random random) {
    storage.flush();
    for (int i = random.nextInt(4); i > 0; i--) {
      runOne(random.nextBoolean() ? disk : loop);
    }
  }

  private static void runOne(Queue<Runnable> tasks) {
    Runnable task = tasks.poll();
    if (task != null) {
      task.run();
    }
  }

  /** Lets disk and loop work until neither has anything to do. */
  void settle() {
    storage.flush();
    while (!disk.isEmpty() || !loop.isEmpty()) {
      runOne(disk);
      runOne(loop);
    }
  }

  /** A follower's full resync from {@code leader}: all at once, without the protocol. */
  void syncFrom(TestCopy leader) {
    log.reset(leader.log.replicationId(), leader.log.endOffset(), leader.log.epoch());
    engine.store().clear();
    history.reset();
    copy(leader.engine.store(), engine.store());
  }

  static void copy(PartitionStore from, PartitionStore to) {
    for (Partition at = from.after(-1); at != null; at = from.after(at.id())) {
      WireWriter chunk = new WireWriter();
      new ChunkWriter(KeyHash.BEFORE_FIRST).write(at, chunk, Integer.MAX_VALUE, Integer.MAX_VALUE);
      new ChunkReader().read(to.create(at.id()), new WireReader(chunk.toByteArray()), null);
    }
  }

  /** What the store has, comparable. */
  Map<Integer, String> data() {
    return data(engine.store());
  }

  /** What a store has to have after the records of {@code history} up to {@code offset}. */
  static Map<Integer, String> replayed(byte[] history, long offset) {
    Engine engine = newEngine((keyspace, partition, effect) -> {});
    LogRecords records = new LogRecords();
    records.reset(history, 0, (int) offset);
    while (records.next()) {
      engine.apply(records.keyspace(), records.partition(), records.effect());
    }
    return data(engine.store());
  }

  static Map<Integer, String> data(PartitionStore store) {
    Map<Integer, String> data = new TreeMap<>();
    for (Partition at = store.after(-1); at != null; at = store.after(at.id())) {
      if (at.size() > 0) {
        WireWriter chunk = new WireWriter();
        new ChunkWriter(KeyHash.BEFORE_FIRST)
            .write(at, chunk, Integer.MAX_VALUE, Integer.MAX_VALUE);
        data.put(at.id(), new String(chunk.toByteArray(), StandardCharsets.ISO_8859_1));
      }
    }
    return data;
  }
}
