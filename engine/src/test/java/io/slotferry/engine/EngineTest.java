package io.slotferry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.store.ChunkWriter;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionState;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.ShardCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EngineTest {
  /** Commands with # for a number, K for a key, V for a value, T for a time from now on. */
  private static final List<String> TEMPLATES =
      List.of(
          "SET K V",
          "SET K V EX #",
          "SET K V PX T",
          "SET K V NX",
          "SET K V XX KEEPTTL",
          "SET K V GET PXAT #",
          "SETNX K V",
          "SETEX K # V",
          "GETSET K V",
          "GETDEL K",
          "GETEX K PX T",
          "GETEX K PERSIST",
          "MSET K V K V K #",
          "MSETNX K V K V",
          "APPEND K V",
          "SETRANGE K # V",
          "INCR K",
          "DECRBY K #",
          "INCRBYFLOAT K 0.#",
          "DEL K K",
          "UNLINK K",
          "PEXPIRE K T",
          "PEXPIRE K T GT",
          "EXPIRE K -#",
          "PEXPIREAT K #",
          "PERSIST K",
          "RENAME K K",
          "RENAMENX K K",
          "COPY K K REPLACE",
          "COPY K K DB #",
          "GET K",
          "MGET K K K",
          "EXISTS K",
          "FLUSHDB");

  private final EngineFixture leader = new EngineFixture(7);

  private void randomCommand(Random random) {
    // FLUSHDB, the last one, only now and then.
    int bound = random.nextInt(200) == 0 ? TEMPLATES.size() : TEMPLATES.size() - 1;
    List<String> arguments = new ArrayList<>();
    for (String word : TEMPLATES.get(random.nextInt(bound)).split(" ")) {
      arguments.add(
          switch (word) {
            case "K" -> "key:" + random.nextInt(40);
            case "V" ->
                random.nextInt(3) == 0 ? "" + random.nextInt(99) : "v".repeat(random.nextInt(9));
            case "T" -> Integer.toString(1 + random.nextInt(200));
            default -> word.replace("#", Integer.toString(random.nextInt(1, 16)));
          });
    }
    leader.call.keyspace = random.nextInt(2);
    leader.nowMillis += random.nextInt(5);
    leader.reply(arguments.toArray(String[]::new));
  }

  @Test
  void effectsMakeAnEqualCopy() {
    for (int seed = 0; seed < 20; seed++) {
      EngineFixture fixture = leader;
      Engine follower = fixture.follow();
      fixture.reply("FLUSHALL");
      Random random = new Random(seed);
      for (int step = 0; step < 3000; step++) {
        randomCommand(random);
        if (step % 100 == 0) {
          leader.engine.expireCycle(leader.nowMillis, 50);
        }
      }
      assertThat(EngineFixture.contents(follower.store()))
          .as("seed " + seed)
          .isNotEmpty()
          .isEqualTo(EngineFixture.contents(leader.engine.store()));
      leader.effects();
    }
  }

  @Test
  void aFollowerLetsExpiredKeysStand() {
    Engine follower = leader.follow();
    leader.reply("SET", "k", "v", "PX", "5");
    leader.nowMillis += 1000;
    leader.effects();
    // As recovery would meet it, long after.
    int partition = EngineFixture.partitionOf(0, new byte[] {'k'}, 0, 1);
    follower.apply(0, partition, Request.of("APPEND", "k", "w"));
    follower.apply(0, partition, Request.of("PEXPIREAT", "k", "6"));
    follower.apply(0, partition, Request.of("PERSIST", "k"));
    assertThat(EngineFixture.contents(follower.store()).values())
        .containsExactly("-1 STRING 027677");
  }

  /** As a script would, by a handler of its own. */
  @Test
  void aCommandInsideAnotherSharesItsTimeAndItsGroup() {
    List<String> log = new ArrayList<>();
    Engine engine =
        new Engine(
            EngineFixture::partitionOf,
            new EffectSink() {
              @Override
              public void effect(int keyspace, int partition, Request effect) {
                log.add(effect.text(0) + ' ' + effect.text(1));
              }

              @Override
              public void beginGroup() {
                log.add("(");
              }

              @Override
              public void endGroup() {
                log.add(")");
              }
            },
            new Random(1),
            () -> 0);
    for (int id = 0; id < EngineFixture.PARTITIONS; id++) {
      engine.store().create(id);
    }
    ReplyWriter inner = new ReplyWriter();
    CommandContext context =
        new CommandContext(engine, EngineFixture::partitionOf, null, new KeyObservation(), null);
    context.begin(new ShardCall(), Request.of("PING"), new ReplyWriter(), 5, true);
    context.atomically(() -> {
      assertThat(execute(context, inner, "SET", "a", "1", "PXAT", "6")).isTrue();
      assertThat(execute(context, inner, "RPOPLPUSH", "a", "b")).isTrue();
      context.atomically(() -> execute(context, inner, "INCR", "n"));
      assertThat(execute(context, inner, "GET", "a", "b")).isTrue();
    });
    engine.store().drop(EngineFixture.partitionOf(0, new byte[] {'a'}, 0, 1));
    assertThat(execute(context, inner, "GET", "a")).isFalse();

    assertThat(log).containsExactly("(", "SET a", "INCR n", ")");
    assertThat(new String(inner.toByteArray(), StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "+OK\r\n-"
                + CommandContext.WRONG_TYPE
                + "\r\n:1\r\n-ERR wrong number of arguments for 'get' command\r\n");
  }

  private static boolean execute(CommandContext context, ReplyWriter reply, String... arguments) {
    ShardCall call = new ShardCall();
    call.command = Command.valueOf(arguments[0]);
    return context.execute(call, Request.of(arguments), reply);
  }

  @Test
  void activeExpiryIsBoundedAndComesRound() {
    for (int i = 0; i < 500; i++) {
      leader.reply("SET", "short:" + i, "v", "PX", "10");
      leader.reply("SET", "long:" + i, "v", "PX", "1000000");
      leader.reply("SET", "ever:" + i, "v");
    }
    assertThat(leader.engine.expireCycle(leader.nowMillis, 10_000)).isZero();
    leader.nowMillis += 10;
    leader.effects();
    assertThat(leader.engine.expireCycle(leader.nowMillis, 0)).isZero();
    int removed = 0;
    for (int cycle = 0; cycle < 25; cycle++) {
      int inCycle = leader.engine.expireCycle(leader.nowMillis, 100);
      assertThat(inCycle).isLessThanOrEqualTo(100);
      removed += inCycle;
    }
    assertThat(removed).isEqualTo(500);
    assertThat(leader.effects()).hasSize(500).allMatch(effect -> effect.startsWith("!del short:"));
    assertThat(leader.reply("DBSIZE")).isEqualTo(":1000");
  }

  @Test
  void activeExpiryLeavesAloneWhatIsNotItsOwn() {
    for (int i = 0; i < 50; i++) {
      leader.reply("SET", "k:" + i, "v", "PX", "10");
    }
    for (int id = 0; id < EngineFixture.PARTITIONS; id++) {
      leader.engine.store().create(id).become(PartitionState.INCOMING);
    }
    assertThat(leader.engine.expireCycle(leader.nowMillis + 10, 1000)).isZero();
    leader.engine.store().clear();
    assertThat(leader.engine.expireCycle(leader.nowMillis + 10, 1000)).isZero();
  }

  @Test
  void anAdoptedChunkLeavesAsEffects() {
    EngineFixture source = new EngineFixture();
    for (int i = 0; i < 50; i++) {
      source.reply("SET", "k:" + i, "v" + i, "PX", "" + (i + 1));
    }
    Engine replica = leader.follow();
    for (int id = 0; id < EngineFixture.PARTITIONS; id++) {
      WireWriter chunk = new WireWriter();
      new ChunkWriter(KeyHash.BEFORE_FIRST)
          .write(source.engine.store().create(id), chunk, 1 << 20, Integer.MAX_VALUE);
      WireReader in = new WireReader(chunk.bytes(), 0, chunk.size());
      ChunkReader chunks = new ChunkReader();
      chunks.read(leader.engine.store().create(id), in, leader.engine.adopted(id));
      assertThat(chunks.cursor()).isEqualTo(KeyHash.LAST);
    }
    assertThat(EngineFixture.contents(leader.engine.store()))
        .hasSize(50)
        .isEqualTo(EngineFixture.contents(source.engine.store()))
        .isEqualTo(EngineFixture.contents(replica.store()));
  }

  @Test
  void aPartitionCountsItsCommands() {
    Partition partition =
        leader.engine.store().create(EngineFixture.partitionOf(0, new byte[] {'k'}, 0, 1));
    leader.reply("SET", "k", "value");
    leader.reply("GET", "k");
    leader.reply("DBSIZE");
    assertThat(partition.operations()).isEqualTo(2);
    assertThat(partition.inBytes()).isEqualTo("SETkvalueGETk".length());
    assertThat(partition.outBytes()).isEqualTo("+OK\r\n$5\r\nvalue\r\n".length());
  }

  @Test
  void theReplyFollowsTheProtocolOfTheCall() {
    leader.call.respVersion = 3;
    assertThat(leader.reply("GET", "k")).isEqualTo("_");
    leader.call.respVersion = 2;
    assertThat(leader.reply("GET", "k")).isEqualTo("$-1");
  }

  @Test
  void anErrorTakesBackABegunReplyOnly() {
    leader.call.command = Command.GETEX;
    leader.call.partition = EngineFixture.partitionOf(0, new byte[] {'k'}, 0, 1);
    leader.reply("SET", "k", "v");
    ReplyWriter reply = new ReplyWriter();
    reply.ok();
    leader.call.command = Command.GETEX;
    leader.engine.execute(
        leader.call, Request.of("GETEX", "k", "EX", "0"), reply, leader.nowMillis);
    assertThat(new String(reply.toByteArray(), StandardCharsets.ISO_8859_1))
        .isEqualTo("+OK\r\n-ERR invalid expire time in 'getex' command\r\n");
  }
}
