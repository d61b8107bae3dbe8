package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.shard.KeyEventRecord;
import io.slotferry.protocol.shard.KeyEvents;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyFeedsTest {
  private final Engine engine =
      new Engine(
          (keyspace, buffer, start, length) -> 0,
          (keyspace, partition, effect) -> {},
          new Random(1),
          () -> 0);
  private int flushesAsked;
  private final KeyFeeds feeds = new KeyFeeds(engine, () -> flushesAsked++);

  private void set(String key, ShardExecutor.LaterReply caller, long client) {
    engine.store().create(0);
    ShardCall call = new ShardCall();
    call.command = Command.SET;
    feeds.begin(caller, client);
    engine.execute(call, Request.of("SET", key, "value"), new ReplyWriter(), 1);
    feeds.end();
  }

  @Test
  void eachWatcherIsToldOnceATurnOfWhatItWants() {
    Gateway caching = new Gateway();
    Gateway listening = new Gateway();
    feeds.watch(caching, KeyEvents.MODIFIED);
    feeds.watch(listening, KeyEvents.STRING);
    set("a", caching, 7);
    set("b", listening, 8);
    assertThat(flushesAsked).isEqualTo(1);
    assertThat(caching.told).isEmpty();
    feeds.flush();
    // The client is told to its own gateway only.
    assertThat(caching.told).containsExactly("a by 7", "b by 0");
    assertThat(caching.turns).isEqualTo(1);
    assertThat(listening.told).containsExactly("set a", "set b");
  }

  @Test
  void whoDoesNotWatchAnyMoreIsNotTold() {
    Gateway gateway = new Gateway();
    feeds.watch(gateway, KeyEvents.MODIFIED);
    assertThat(feeds.isOn()).isTrue();
    feeds.watch(gateway, KeyEvents.STRING);
    set("a", gateway, 0);
    feeds.flush();
    assertThat(gateway.told).containsExactly("set a");
    feeds.watch(gateway, 0);
    assertThat(feeds.isOn()).isFalse();
    set("b", gateway, 0);
    feeds.flush();
    assertThat(gateway.told).containsExactly("set a");
  }

  @Test
  void aLongTurnIsHandedOverInPieces() {
    Gateway gateway = new Gateway();
    feeds.watch(gateway, KeyEvents.MODIFIED);
    for (int i = 0; i < 400; i++) {
      set("k".repeat(1000) + i, gateway, 0);
    }
    assertThat(gateway.turns).isPositive();
    feeds.flush();
    assertThat(gateway.told).hasSize(400);
  }

  /** A gateway loop: it watches, and it calls. */
  private static final class Gateway
      implements ShardExecutor.KeyWatcher, ShardExecutor.LaterReply, KeyEventRecord.Reader {
    final List<String> told = new ArrayList<>();
    int turns;

    @Override
    public void happened(byte[] bytes, int length) {
      turns++;
      KeyEventRecord.readAll(new WireReader(bytes, 0, length), this);
    }

    @Override
    public void modified(byte[] key, long client) {
      told.add(new String(key, StandardCharsets.US_ASCII) + " by " + client);
    }

    @Override
    public void flushed() {
      told.add("flushed");
    }

    @Override
    public void event(int keyspace, byte[] name, byte[] key) {
      told.add(
          new String(name, StandardCharsets.US_ASCII)
              + ' '
              + new String(key, StandardCharsets.US_ASCII));
    }

    @Override
    public void lost() {
      told.add("lost");
    }

    @Override
    public void replied(long ticket, ReplyWriter reply) {
      throw new AssertionError("no call waits");
    }

    @Override
    public void notHere(long ticket) {
      throw new AssertionError("no call waits");
    }

    @Override
    public void uncertain(long ticket) {
      throw new AssertionError("no call waits");
    }
  }
}
