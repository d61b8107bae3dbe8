package io.slotferry.replication.walk;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EffectSink;
import io.slotferry.engine.Engine;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.store.ChunkWriter;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.ShardCall;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Partitions with large values are copied while everything changes, from seeds. */
class WalkReceiverTest {
  private static final int SEEDS = 60;
  private static final int CHUNK_BYTES_MAX = 2_000;
  private static final int PARTITIONS = 3;
  private static final long NOW_MILLIS = 1_800_000_000_000L;

  private final ShardCall call = new ShardCall();
  private final ReplyWriter reply = new ReplyWriter();
  private final Engine target = engine((keyspace, partition, effect) -> {});
  private int partsSeen;

  private static Engine engine(EffectSink effects) {
    return new Engine(
        (keyspace, buffer, start, length) -> buffer[start + length - 1] % PARTITIONS,
        effects,
        new Random(1),
        () -> 0);
  }

  private final class Target implements WalkReceiver.Target {
    private final PartitionStore store;

    Target(PartitionStore store) {
      this.store = store;
    }

    @Override
    public void begin(int partition) {
      store.create(partition).clear();
    }

    @Override
    public void expect(int partition, int keyspace, int keys) {
      store.create(partition).expect(keyspace, keys);
    }

    @Override
    public void read(int partition, ChunkReader chunks, WireReader in) {
      chunks.read(store.create(partition), in, null);
      partsSeen += chunks.frozen() == KeyHash.BEFORE_FIRST ? 0 : 1;
    }

    @Override
    public void apply(int keyspace, int partition, Request effect) {
      target.apply(keyspace, partition, effect);
    }
  }

  @Test
  void chunksPartsAndEffectsMakeAnEqualCopy() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      Random random = new Random(seed);
      target.store().clear();
      WalkReceiver receiver = new WalkReceiver(target.store(), new Target(target.store()));
      Engine source = engine(receiver::effect);
      fill(source, random);
      PartitionWalk walk = new PartitionWalk(source.store(), null);
      WireWriter chunk = new WireWriter();
      while (true) {
        chunk.clear();
        if (!walk.writeChunk(chunk, CHUNK_BYTES_MAX, 1 + random.nextInt(100))) {
          break;
        }
        assertThat(chunk.size()).isLessThan(3 * CHUNK_BYTES_MAX);
        receiver.readChunk(new WireReader(chunk.bytes(), 0, chunk.size()));
        for (int i = random.nextInt(12); i > 0; i--) {
          change(source, random);
        }
        if (random.nextInt(40) == 0) {
          // The stream breaks, and the sender goes on at the position.
          PartitionWalk resumed = new PartitionWalk(source.store(), null);
          WalkPosition position = receiver.position();
          resumed.goTo(position.partition(), position.hash());
          receiver.resume(position.partition(), position.hash());
          walk = resumed;
        }
      }
      receiver.end();
      for (int i = 0; i < 20; i++) {
        change(source, random);
      }
      assertThat(contents(target.store())).as("seed %d", seed).isEqualTo(contents(source.store()));
    }
    assertThat(partsSeen).isGreaterThan(SEEDS * 50);
  }

  /** A value is frozen at its first part: nothing later shows in any part. */
  @Test
  void whatWasEmptiedOnItsWayDoesNotComeBack() {
    WalkReceiver receiver = new WalkReceiver(target.store(), new Target(target.store()));
    Engine source = engine(receiver::effect);
    for (int i = 0; i < 1_000; i++) {
      execute(source, 0, "HSET", "hash0", "field:" + i, "value:" + i);
    }
    PartitionWalk walk = new PartitionWalk(source.store(), null);
    WireWriter chunk = new WireWriter();
    walk.writeChunk(chunk, CHUNK_BYTES_MAX);
    receiver.readChunk(new WireReader(chunk.bytes(), 0, chunk.size()));
    assertThat(receiver.position().isFreezing()).isTrue();
    execute(source, 0, "HSET", "hash0", "late", "1");
    execute(source, 0, "FLUSHDB");
    execute(source, 0, "SET", "after0", "1");
    for (chunk.clear(); walk.writeChunk(chunk, CHUNK_BYTES_MAX); chunk.clear()) {
      receiver.readChunk(new WireReader(chunk.bytes(), 0, chunk.size()));
    }
    receiver.end();
    assertThat(contents(target.store())).isEqualTo(contents(source.store()));
    assertThat(target.store().create('0' % PARTITIONS).size()).isOne();
  }

  private void fill(Engine source, Random random) {
    for (int i = 0; i < 300; i++) {
      execute(source, random.nextInt(2), "SET", "small:" + i, "v" + i);
    }
    for (int i = 0; i < 1_500; i++) {
      change(source, random);
    }
    String large = "x".repeat(300_000);
    execute(source, 0, "SET", "text:1", large);
  }

  /** Few keys of all types, which most changes make larger. */
  private void change(Engine source, Random random) {
    int keyspace = random.nextInt(2);
    String n = Integer.toString(random.nextInt(4));
    String element = "e" + random.nextInt(400);
    String value = "v".repeat(random.nextInt(80)) + random.nextInt(1000);
    switch (random.nextInt(60)) {
      case 0 -> {
        execute(source, keyspace, "DEL", randomKey(random));
        execute(source, keyspace, "SET", "new:" + random.nextInt(1_000), value);
      }
      case 1 -> execute(source, keyspace, "PEXPIRE", randomKey(random), "1000000");
      case 2 -> execute(source, keyspace, "APPEND", "text:" + n, value);
      case 3 -> execute(source, keyspace, "RPOP", "list:" + n);
      case 4 -> execute(source, keyspace, "LREM", "list:" + n, "2", element);
      case 5 -> execute(source, keyspace, "LTRIM", "list:" + n, "3", "-2");
      case 6 -> execute(source, keyspace, "ZREMRANGEBYRANK", "zset:" + n, "0", "3");
      case 7 -> execute(source, keyspace, "SPOP", "set:" + n);
      case 8 -> execute(source, keyspace, "XTRIM", "stream:" + n, "MAXLEN", "200");
      case 9 -> execute(source, keyspace, "XGROUP", "CREATE", "stream:" + n, "g" + n, "0");
      case 10, 11 ->
          execute(
              source,
              keyspace,
              "XREADGROUP",
              "GROUP",
              "g" + n,
              "c" + random.nextInt(3),
              "COUNT",
              "20",
              "STREAMS",
              "stream:" + n,
              ">");
      case 12 -> execute(source, keyspace, "XDEL", "stream:" + n, random.nextInt(900) + "-1");
      case 13 -> execute(source, keyspace, "LINSERT", "list:" + n, "BEFORE", element, value);
      case 14 -> execute(source, keyspace, "LSET", "list:" + n, "7", value);
      case 15 ->
          execute(source, keyspace, "HPEXPIRE", "hash:" + n, "500000", "FIELDS", "1", element);
      case 16 -> {
        if (random.nextInt(60) == 0) {
          execute(source, keyspace, "FLUSHDB");
        } else if (random.nextInt(20) == 0) {
          execute(source, 0, "SWAPDB", "0", "1");
        }
      }
      case 17 ->
          execute(source, keyspace, "RENAME", "list:" + n, "list:" + (char) (n.charAt(0) + 3));
      case 18 -> execute(source, keyspace, "HDEL", "hash:" + n, element);
      case 19, 20, 21, 22, 23, 24 ->
          execute(source, keyspace, "XADD", "stream:" + n, "*", element, value);
      case 25, 26, 27, 28, 29, 30, 31 -> execute(source, keyspace, "LPUSH", "list:" + n, value);
      case 32, 33, 34, 35, 36 -> execute(source, keyspace, "RPUSH", "list:" + n, element, value);
      case 37, 38, 39, 40, 41, 42, 43 ->
          execute(source, keyspace, "ZADD", "zset:" + n, "" + random.nextInt(100), element);
      case 44, 45, 46, 47, 48, 49, 50 -> execute(source, keyspace, "SADD", "set:" + n, element);
      default -> execute(source, keyspace, "HSET", "hash:" + n, element, value);
    }
  }

  private static String randomKey(Random random) {
    String[] names = {"list:", "set:", "zset:", "hash:", "stream:", "text:", "small:"};
    return names[random.nextInt(names.length)] + random.nextInt(4);
  }

  private void execute(Engine engine, int keyspace, String... arguments) {
    Request request = Request.of(arguments);
    call.command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    call.keyspace = keyspace;
    call.partition = ShardCall.ALL_PARTITIONS;
    for (int partition = 0; partition < PARTITIONS; partition++) {
      engine.store().create(partition);
    }
    int key = arguments[0].equals("XREADGROUP") ? 8 : arguments[0].equals("XGROUP") ? 2 : 1;
    if (arguments.length > 1 && !arguments[0].equals("SWAPDB")) {
      call.partition = arguments[key].charAt(arguments[key].length() - 1) % PARTITIONS;
    }
    reply.clear();
    engine.execute(call, request, reply, NOW_MILLIS);
  }

  /** What the store has, comparable. */
  private static Map<Integer, Object> contents(PartitionStore store) {
    Map<Integer, Object> contents = new TreeMap<>();
    for (Partition at = store.after(-1); at != null; at = store.after(at.id())) {
      if (at.size() > 0) {
        WireWriter out = new WireWriter();
        new ChunkWriter(KeyHash.BEFORE_FIRST).write(at, out, Integer.MAX_VALUE, Integer.MAX_VALUE);
        contents.put(at.id(), new String(out.toByteArray(), StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }
}
